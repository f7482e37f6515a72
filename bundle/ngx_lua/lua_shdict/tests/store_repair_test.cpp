// What a process can leave when it dies at a certain place, made by hand: the next user of the lock
// must find everything in order.
// links: store.cpp store_*.cpp pages.cpp owner_lock.cpp
#include "inspector.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace lua::shdict;

namespace {

constexpr uint64_t kNow = 1000000;

class Repair : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(area_.made());
        for (const char* key : {"a", "b", "c", "d"}) {
            set(key, key);
        }
        uint32_t length = 0;
        for (const char* element : {"1", "2", "3"}) {
            store().push("list", {.type = Type::string, .string = element}, Store::End::back, kNow,
                         length);
        }
    }
    void TearDown() override {
        EXPECT_EQ(inspector.check(), "");
        EXPECT_EQ(inspector.lost, 0U);
    }

    Store& store() { return area_.store; }
    Shard& shard() { return inspector.shard(0); }

    void set(std::string_view key, std::string_view value) {
        store().set(key, {.type = Type::string, .string = value}, {}, kNow);
    }
    std::string get(std::string_view key) {
        char buffer[100];
        Found found(buffer, sizeof(buffer));
        store().get(key, kNow, Store::Stale::hide, found);
        return found.type == Type::string ? std::string(found.data, found.len) : "-";
    }
    std::string pop(Store::End end) {
        char buffer[100];
        Found found(buffer, sizeof(buffer));
        store().pop("list", end, kNow, found);
        return found.type == Type::string ? std::string(found.data, found.len) : "-";
    }

    // As if the process died that held the shard.
    void die_holding_the_lock() {
        const pid_t pid = fork();
        if (pid == 0) {
            static_cast<void>(shard().lock.lock());
            _exit(0);
        }
        waitpid(pid, nullptr, 0);
    }

    TestArea area_{100 << 10};
    Inspector inspector{area_.store};
};

TEST_F(Repair, nothing_is_lost_where_nothing_was_changing) {
    die_holding_the_lock();
    set("e", "e");
    for (const char* key : {"a", "b", "c", "d", "e"}) {
        EXPECT_EQ(get(key), key);
    }
    EXPECT_EQ(pop(Store::End::back), "3");
}

TEST_F(Repair, a_half_written_value_goes) {
    Item& item = inspector.item_of("b");
    item.state = ItemState::torn;
    item.key()[1] = '?';
    shard().seq++;
    die_holding_the_lock();
    EXPECT_EQ(get("b"), "-"); // the reader finds the shard changing, and takes the lock over
    EXPECT_EQ(get("a"), "a");
    EXPECT_EQ(inspector.check(), "");
    EXPECT_EQ(inspector.items, 4U);
}

TEST_F(Repair, the_order_of_use_is_made_anew_from_ages) {
    for (const char* key : {"a", "b", "c", "d"}) {
        Item& item = inspector.item_of(key);
        item.newer = 0;
        item.older = 12345;
    }
    shard().newest = 0;
    shard().oldest = 99;
    die_holding_the_lock();
    Store::Keys keys;
    store().keys(0, kNow, keys);
    EXPECT_EQ(keys.count, 5U);
    // Each key is its length (4 bytes) and its bytes, padded to 4.
    EXPECT_EQ(std::string({keys.data[4], keys.data[12], keys.data[20], keys.data[28]}), "abcd");
    free(keys.data);
}

TEST_F(Repair, lists_get_their_backward_links_and_count) {
    Item& item = inspector.item_of("list");
    item.tail = 4711;
    item.count = 99;
    die_holding_the_lock();
    uint32_t length = 0;
    EXPECT_EQ(store().length("list", kNow, length), Status::ok);
    EXPECT_EQ(length, 3U);
    EXPECT_EQ(pop(Store::End::back), "3");
    EXPECT_EQ(pop(Store::End::back), "2");
    EXPECT_EQ(pop(Store::End::front), "1");
}

TEST_F(Repair, an_item_that_was_not_linked_yet_is_given_back) {
    const Ref ref = inspector.allocate(sizeof(Item) + 10);
    inspector.item_at(ref) = Item{};
    shard().pending = ref;
    die_holding_the_lock();
    set("e", "e");
}

TEST_F(Repair, an_item_that_was_linked_already_stays) {
    shard().pending = inspector.ref_of("c");
    die_holding_the_lock();
    EXPECT_EQ(get("c"), "c");
    set("e", "e");
    EXPECT_EQ(get("c"), "c");
}

TEST_F(Repair, an_item_that_was_going_away_goes_with_its_nodes) {
    const Ref ref = inspector.ref_of("list");
    shard().pending = ref;
    shard().seq++;
    inspector.unlink_from_bucket(ref);
    die_holding_the_lock();
    uint32_t length = 0;
    EXPECT_EQ(store().length("list", kNow, length), Status::ok);
    EXPECT_EQ(length, 0U);
}

TEST_F(Repair, the_allocator_finds_its_free_memory_again) {
    inspector.scramble_page_lists();
    const pid_t pid = fork();
    if (pid == 0) {
        inspector.lock_pages();
        _exit(0);
    }
    waitpid(pid, nullptr, 0);
    set("e", std::string(3000, 'e'));
    EXPECT_EQ(inspector.check(), "");
    set("e", "e");
}

} // namespace
