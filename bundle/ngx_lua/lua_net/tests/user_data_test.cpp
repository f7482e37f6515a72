#include "lua_net/user_data.hpp"

#include <gtest/gtest.h>

namespace lua::net {
namespace {

TEST(UserData, KeepsWhatWasAdded) {
    UserData data{2};
    UserData::Pair evicted = {};
    EXPECT_FALSE(data.add({1, 10}, evicted));
    EXPECT_FALSE(data.add({2, 20}, evicted));
    ASSERT_NE(data.find(1), nullptr);
    EXPECT_EQ(data.find(1)->value, 10U);
    EXPECT_EQ(data.find(3), nullptr);
    EXPECT_EQ(data.count(), 2U);
}

TEST(UserData, TheOldestMakesRoom) {
    UserData data{2};
    UserData::Pair evicted = {};
    data.add({1, 10}, evicted);
    data.add({2, 20}, evicted);
    EXPECT_TRUE(data.add({3, 30}, evicted));
    EXPECT_EQ(evicted.key, 1U);
    EXPECT_EQ(evicted.value, 10U);
    EXPECT_EQ(data.find(1), nullptr);
}

TEST(UserData, AKeyIsThereOnce) {
    UserData data{2};
    UserData::Pair evicted = {};
    data.add({1, 10}, evicted);
    EXPECT_FALSE(data.add({1, 11}, evicted));
    EXPECT_EQ(data.count(), 1U);
    EXPECT_EQ(data.find(1)->value, 11U);
    EXPECT_TRUE(data.remove(1));
    EXPECT_FALSE(data.remove(1));
    EXPECT_EQ(data.count(), 0U);
}

} // namespace
} // namespace lua::net
