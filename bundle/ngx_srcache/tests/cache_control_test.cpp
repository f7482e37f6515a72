#include "cache_control.hpp"

#include <gtest/gtest.h>

namespace {

srcache::CacheControl parsed(std::initializer_list<std::string_view> values) {
    srcache::CacheControl control;
    for (const std::string_view value : values) {
        control.add(value);
    }
    return control;
}

TEST(CacheControl, FindsWordsInAllValues) {
    const srcache::CacheControl control =
        parsed({"public", "No-Cache, x", "must-NO-STORE;PRIVATE"});
    EXPECT_TRUE(control.is_private);
    EXPECT_TRUE(control.no_store);
    EXPECT_TRUE(control.no_cache);
    EXPECT_FALSE(control.has_max_age);

    const srcache::CacheControl other = parsed({"public", ""});
    EXPECT_FALSE(other.is_private || other.no_store || other.no_cache || other.has_max_age);
}

TEST(CacheControl, ReadsMaxAge) {
    EXPECT_EQ(parsed({"max-age=0"}).max_age, 0);
    EXPECT_EQ(parsed({"public, MAX-AGE=43; x"}).max_age, 43);
    EXPECT_EQ(parsed({"max-age=43 , x"}).max_age, 43);
    EXPECT_EQ(parsed({"x", "max-age=5"}).max_age, 5);
}

TEST(CacheControl, KnowsAMalformedMaxAge) {
    for (const char* text : {"max-age=", "max-age=x", "max-age=5x", "max-age=-1", "max-age=\"5\"",
                             "max-age=99999999999999999999"}) {
        EXPECT_TRUE(parsed({text}).has_max_age) << text;
        EXPECT_FALSE(parsed({text}).max_age.has_value()) << text;
    }
}

} // namespace
