#include "lua_process/byte_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using lua::pipe::ByteQueue;

void add(ByteQueue& queue, std::string_view s) {
    std::span<char> room = queue.room(s.size());
    ASSERT_GE(room.size(), s.size());
    s.copy(room.data(), s.size());
    queue.added(s.size());
}

TEST(ByteQueue, KeepsTheOrderOfBytes) {
    ByteQueue queue;
    EXPECT_EQ(queue.view(), "");
    add(queue, "hello ");
    add(queue, "world");
    EXPECT_EQ(queue.view(), "hello world");
    queue.remove_front(6);
    EXPECT_EQ(queue.view(), "world");
    add(queue, "!");
    EXPECT_EQ(queue.view(), "world!");
    queue.remove_front(6);
    EXPECT_EQ(queue.size(), 0U);
}

TEST(ByteQueue, UsesTheRoomInFrontAgain) {
    ByteQueue queue;
    add(queue, "0123456789");
    const char* memory = queue.view().data();
    queue.remove_front(8);
    add(queue, "abcdefgh");
    EXPECT_EQ(queue.view(), "89abcdefgh");
    EXPECT_EQ(queue.view().data(), memory);
}

TEST(ByteQueue, GrowsAndGivesMuchMemoryBack) {
    ByteQueue queue;
    std::string expected;
    for (int i = 0; i < 20; i++) {
        std::string piece(10000, static_cast<char>('a' + i));
        add(queue, piece);
        expected += piece;
    }
    EXPECT_EQ(queue.view(), expected);
    queue.remove_front(expected.size());
    EXPECT_EQ(queue.view(), "");
    EXPECT_LT(queue.room(1).size(), 1000U);
}

} // namespace
