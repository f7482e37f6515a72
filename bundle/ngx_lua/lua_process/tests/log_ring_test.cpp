#include "lua_process/log_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using lua::errlog::LogRing;

constexpr size_t kHeader = 16;

class LogRingTest : public testing::Test {
protected:
    LogRing& ring(size_t size) {
        memory_.assign(size, '#');
        return ring_.emplace(memory_);
    }

    std::vector<std::string> pop_all() {
        std::vector<std::string> texts;
        while (auto record = ring_->pop()) {
            texts.emplace_back(record->text);
        }
        return texts;
    }

    std::vector<char> memory_;
    std::optional<LogRing> ring_;
};

TEST_F(LogRingTest, GivesBackWhatWasPutInOldestFirst) {
    LogRing& r = ring(4096);
    r.push(4, 1700000000.25, "one");
    r.push(8, 1700000001.5, "two\nlines");

    auto first = r.pop();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->level, 4);
    EXPECT_EQ(first->time, 1700000000.25);
    EXPECT_EQ(first->text, "one");

    auto second = r.pop();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->level, 8);
    EXPECT_EQ(second->text, "two\nlines");

    EXPECT_FALSE(r.pop());
}

TEST_F(LogRingTest, NewRecordsPushOutTheOldest) {
    LogRing& r = ring(3 * (kHeader + 4));
    for (int i = 0; i < 10; i++) {
        r.push(4, i, "msg" + std::to_string(i));
    }
    EXPECT_EQ(pop_all(), (std::vector<std::string>{"msg7", "msg8", "msg9"}));
}

TEST_F(LogRingTest, LongRecordPushesOutSeveral) {
    LogRing& r = ring(4 * (kHeader + 4));
    for (const char* text : {"aaaa", "bbbb", "cccc", "dddd"}) {
        r.push(4, 0, text);
    }
    r.push(4, 0, std::string(kHeader + 8, 'e'));
    EXPECT_EQ(pop_all(), (std::vector<std::string>{"cccc", "dddd", std::string(kHeader + 8, 'e')}));
}

TEST_F(LogRingTest, RecordAtTheEndIsNotSplit) {
    LogRing& r = ring(2 * (kHeader + 4) + kHeader);
    r.push(4, 0, "aaaa");
    r.push(4, 0, "bbbb");
    r.push(4, 0, "cccc");
    EXPECT_EQ(pop_all(), (std::vector<std::string>{"bbbb", "cccc"}));
}

TEST_F(LogRingTest, TextLongerThanTheMemoryIsCut) {
    LogRing& r = ring(64);
    r.push(4, 0, "short");
    r.push(4, 0, std::string(100, 'x'));
    EXPECT_EQ(pop_all(), (std::vector<std::string>{std::string(64 - kHeader, 'x')}));
}

TEST_F(LogRingTest, GoesOnAfterItWasEmptied) {
    LogRing& r = ring(3 * (kHeader + 4));
    for (int i = 0; i < 100; i++) {
        r.push(4, i, "a" + std::to_string(i));
        r.push(4, i, "b" + std::to_string(i));
        ASSERT_EQ(pop_all().size(), 2U);
    }
}

// Whatever the sizes: what comes out is an unbroken run of what went in, up to the newest.
TEST_F(LogRingTest, HoldsTheNewestWithoutGaps) {
    for (unsigned seed = 0; seed < 200; seed++) {
        std::mt19937 random(seed);
        const size_t size = 40 + random() % 400;
        LogRing& r = ring(size);
        std::deque<std::string> expected;
        for (int i = 0; i < 300; i++) {
            if (random() % 4 == 0) {
                auto record = r.pop();
                if (!record) {
                    continue;
                }
                while (expected.front() != record->text) {
                    expected.pop_front();
                    ASSERT_FALSE(expected.empty());
                }
                ASSERT_EQ(static_cast<double>(record->text.size()), record->time);
                expected.pop_front();
            } else {
                std::string text = std::to_string(i) + std::string(random() % 60, 'x');
                text.resize(std::min(text.size(), size - kHeader));
                r.push(5, static_cast<double>(text.size()), text);
                expected.push_back(text);
            }
        }
        const std::vector<std::string> rest = pop_all();
        ASSERT_LE(rest.size(), expected.size());
        ASSERT_TRUE(std::equal(rest.rbegin(), rest.rend(), expected.rbegin()));
    }
}

} // namespace
