// links: store.cpp store_*.cpp pages.cpp owner_lock.cpp
#include "inspector.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace lua::shdict;
using End = Store::End;

namespace {

constexpr uint64_t kNow = 1000000;

class List : public testing::Test {
protected:
    void make(size_t size) {
        area_ = std::make_unique<TestArea>(size);
        ASSERT_TRUE(area_->made());
    }
    void SetUp() override { make(1 << 20); }
    void TearDown() override { EXPECT_EQ(Inspector(store()).check(), ""); }

    Store& store() { return area_->store; }

    Status push(std::string_view key, std::string_view value, End end) {
        return store().push(key, {.type = Type::string, .string = value}, end, now, length);
    }
    std::string pop(std::string_view key, End end) {
        char buffer[8];
        Found found(buffer, sizeof(buffer));
        status = store().pop(key, end, now, found);
        type = found.type;
        if (found.type == Type::number) {
            return std::to_string(found.number);
        }
        std::string text = found.type == Type::string ? std::string(found.data, found.len) : "-";
        if (found.data != buffer) {
            free(found.data);
        }
        return text;
    }

    uint64_t now = kNow;
    uint32_t length = 0;
    Status status = Status::ok;
    Type type = Type::nil;

private:
    std::unique_ptr<TestArea> area_;
};

TEST_F(List, two_ends) {
    push("l", "2", End::front);
    push("l", "1", End::front);
    EXPECT_EQ(push("l", "3", End::back), Status::ok);
    EXPECT_EQ(length, 3u);
    EXPECT_EQ(pop("l", End::front), "1");
    EXPECT_EQ(pop("l", End::back), "3");
    EXPECT_EQ(pop("l", End::back), "2");
    EXPECT_EQ(pop("l", End::back), "-");
    EXPECT_EQ(status, Status::ok);
    EXPECT_EQ(Inspector(store()).check(), "");
}

TEST_F(List, numbers_and_long_strings) {
    store().push("l", {.type = Type::number, .number = 1.5}, End::back, now, length);
    push("l", std::string(5000, 'x'), End::back);
    EXPECT_EQ(pop("l", End::front), "1.500000");
    EXPECT_EQ(pop("l", End::front), std::string(5000, 'x'));
    EXPECT_EQ(type, Type::string);
}

TEST_F(List, an_empty_list_is_gone) {
    const size_t free_bytes = store().free_bytes();
    push("l", "1", End::back);
    pop("l", End::front);
    char buffer[8];
    Found found(buffer, sizeof(buffer));
    EXPECT_EQ(store().get("l", now, Store::Stale::hide, found), Status::ok);
    EXPECT_EQ(found.type, Type::nil);
    EXPECT_EQ(store().free_bytes(), free_bytes);
}

TEST_F(List, other_values_are_no_lists) {
    store().set("k", {.type = Type::string, .string = "v"}, {}, now);
    EXPECT_EQ(push("k", "1", End::back), Status::not_list);
    EXPECT_EQ(pop("k", End::back), "-");
    EXPECT_EQ(status, Status::not_list);
    EXPECT_EQ(store().length("k", now, length), Status::not_list);
    EXPECT_EQ(store().length("none", now, length), Status::ok);
    EXPECT_EQ(length, 0u);
}

TEST_F(List, lists_are_no_other_values) {
    push("l", "1", End::back);
    char buffer[8];
    Found found(buffer, sizeof(buffer));
    EXPECT_EQ(store().get("l", now, Store::Stale::hide, found), Status::is_list);
    double number = 1;
    EXPECT_EQ(store().incr("l", number, nullptr, now).status, Status::not_number);
    const Value value{.type = Type::string, .string = "v"};
    EXPECT_EQ(store().set("l", value, {}, now, Store::Write::add).status, Status::exists);
    EXPECT_EQ(store().set("l", value, {}, now, Store::Write::replace).status, Status::ok);
    EXPECT_EQ(store().get("l", now, Store::Stale::hide, found), Status::ok);
}

TEST_F(List, an_expired_list_starts_anew) {
    push("other", "1", End::back);
    push("l", "1", End::back);
    push("l", "2", End::back);
    store().set_expires("l", now + 5);
    now += 5;
    EXPECT_EQ(pop("l", End::back), "-");
    EXPECT_EQ(push("l", "3", End::back), Status::ok);
    EXPECT_EQ(length, 1u);
    EXPECT_EQ(pop("l", End::back), "3");
    EXPECT_EQ(pop("l", End::back), "-");
}

TEST_F(List, incr_takes_the_place_of_an_expired_list) {
    push("l", std::string(30000, 'x'), End::back);
    store().flush_all();
    double number = 1;
    const Store::Init init{0, kNever};
    EXPECT_EQ(store().incr("l", number, &init, now).status, Status::ok);
    EXPECT_EQ(number, 1);
}

TEST_F(List, a_push_evicts_nobody) {
    make(100 << 10);
    store().set("k", {.type = Type::string, .string = "v"}, {}, now);
    uint32_t pushed = 0;
    while (push("l", "bar", End::front) == Status::ok) {
        pushed++;
    }
    EXPECT_EQ(pushed, 22u * 128);
    EXPECT_EQ(store().length("l", now, length), Status::ok);
    EXPECT_EQ(length, pushed);
    uint64_t expires = 0;
    EXPECT_EQ(store().expires_at("k", expires), Status::ok);
}

// With all items expired, as many fit as in an empty dictionary, whichever shard they are in.
TEST_F(List, pushes_take_the_place_of_expired_items) {
    make(900 << 10);
    const auto fill = [&](const char* prefix) {
        int n = 0;
        while (push(prefix + std::to_string(100000 + n), "1", End::back) == Status::ok) {
            n++;
        }
        return n;
    };
    const int first = fill("a");
    store().flush_all();
    EXPECT_EQ(fill("b"), first);
    EXPECT_EQ(Inspector(store()).check(), "");
    store().flush_all();
    store().flush_expired(0, now);
    EXPECT_EQ(fill("c"), first);
}

} // namespace
