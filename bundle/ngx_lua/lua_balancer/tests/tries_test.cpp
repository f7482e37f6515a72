// links:
#include "lua_balancer/tries.hpp"

#include <gtest/gtest.h>

using lua::balancer::kReduced;
using lua::balancer::Tries;

TEST(Tries, WithoutLimitAllAreGranted) {
    Tries tries;
    tries.begin();
    EXPECT_TRUE(tries.is_first());
    EXPECT_EQ(tries.ask(3, 1, 0), nullptr);
    EXPECT_EQ(tries.granted(), 3U);
}

TEST(Tries, TheLastCallOfARunCounts) {
    Tries tries;
    tries.begin();
    EXPECT_EQ(tries.ask(3, 1, 0), nullptr);
    EXPECT_EQ(tries.ask(1, 1, 0), nullptr);
    EXPECT_EQ(tries.granted(), 1U);
    tries.begin();
    EXPECT_FALSE(tries.is_first());
    EXPECT_EQ(tries.granted(), 0U);
}

TEST(Tries, NegativeAsksForNothing) {
    Tries tries;
    tries.begin();
    EXPECT_EQ(tries.ask(-1, 1, 0), nullptr);
    EXPECT_EQ(tries.granted(), 0U);
}

// What has been tried and what is left count towards the limit.
TEST(Tries, TheLimitCountsAllTriesOfTheRequest) {
    Tries tries;
    ngx_uint_t left = 1;
    int runs = 0;
    while (left > 0) {
        tries.begin();
        runs++;
        static_cast<void>(tries.ask(2, left, 5));
        left += tries.granted();
        left--;
    }
    EXPECT_EQ(runs, 5);
}

TEST(Tries, AReductionIsTold) {
    Tries tries;
    tries.begin();
    EXPECT_EQ(tries.ask(2, 1, 3), nullptr);
    EXPECT_STREQ(tries.ask(3, 1, 3), kReduced);
    EXPECT_EQ(tries.granted(), 2U);
    EXPECT_STREQ(tries.ask(1, 3, 3), kReduced);
    EXPECT_EQ(tries.granted(), 0U);
}

TEST(Tries, OneExtraTryOnlyWhereNoOtherIsLeft) {
    Tries tries;
    EXPECT_FALSE(tries.allow_extra(2));
    EXPECT_TRUE(tries.allow_extra(1));
    EXPECT_FALSE(tries.allow_extra(1));
}
