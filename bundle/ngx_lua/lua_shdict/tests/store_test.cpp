// links: store_*.cpp pages.cpp owner_lock.cpp
#include "inspector.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

using namespace lua::shdict;

namespace {

constexpr uint64_t kNow = 1000000;

// A dictionary and short forms of its operations.
class Dict : public TestArea {
public:
    explicit Dict(size_t size) : TestArea(size) { EXPECT_TRUE(made()); }
    ~Dict() { EXPECT_EQ(Inspector(store).check(), ""); }

    Outcome set(std::string_view key, std::string_view value, uint64_t expires = kNever,
                Store::Write write = Store::Write::set, Store::Evict evict = Store::Evict::yes) {
        return store.set(key, {.type = Type::string, .string = value}, {.expires = expires}, now,
                         write, evict);
    }
    Outcome add(std::string_view key, std::string_view value) {
        return set(key, value, kNever, Store::Write::add);
    }
    Outcome replace(std::string_view key, std::string_view value) {
        return set(key, value, kNever, Store::Write::replace);
    }
    Outcome safe_set(std::string_view key, std::string_view value) {
        return set(key, value, kNever, Store::Write::set, Store::Evict::no);
    }
    Outcome remove(std::string_view key) { return store.set(key, {}, {}, now); }

    // The value as text: strings as they are, numbers as %g, "-" for none, "list".
    std::string get(std::string_view key, Store::Stale stale = Store::Stale::hide) {
        char buffer[16];
        Found found(buffer, sizeof(buffer));
        if (store.get(key, now, stale, found) == Status::is_list) {
            return "list";
        }
        std::string text = "-";
        if (found.type == Type::string) {
            text.assign(found.data, found.len);
        } else if (found.type == Type::number || found.type == Type::boolean) {
            char digits[32];
            snprintf(digits, sizeof(digits), "%g", found.number);
            text = digits;
        }
        if (found.data != buffer) {
            free(found.data);
        }
        flags = found.flags;
        is_stale = found.stale;
        return text;
    }

    std::vector<std::string> keys(size_t max = 0) {
        Store::Keys found;
        EXPECT_EQ(store.keys(max, now, found), Status::ok);
        std::vector<std::string> list;
        const char* p = found.data;
        for (size_t i = 0; i < found.count; i++) {
            uint32_t len;
            memcpy(&len, p, sizeof(len));
            list.emplace_back(p + 4, len);
            p += 4 + (len + 3) / 4 * 4;
        }
        EXPECT_EQ(static_cast<size_t>(p - found.data), found.size);
        free(found.data);
        return list;
    }

    uint64_t now = kNow;
    uint32_t flags = 0;
    bool is_stale = false;
};

using Keys = std::vector<std::string>;

std::string numbered(const char* prefix, int i) {
    return prefix + std::to_string(i);
}

// --- size and layout ---

TEST(StoreSize, refuses_areas_that_are_too_small) {
    EXPECT_FALSE(TestArea(4096).made());
    EXPECT_FALSE(TestArea(8191).made());
    EXPECT_TRUE(TestArea(8192).made());
}

TEST(StoreSize, smallest_area_holds_items) {
    Dict dict(8192);
    int i = 0;
    while (dict.safe_set(numbered("key", i), "v").status == Status::ok) {
        i++;
    }
    EXPECT_EQ(i, 31);
    EXPECT_EQ(dict.get("key0"), "v");
}

TEST(StoreSize, free_space_counts_free_pages) {
    EXPECT_EQ(Dict(16 << 10).store.free_bytes(), 4096u);
    EXPECT_EQ(Dict(100 << 10).store.free_bytes(), 90112u);
}

TEST(StoreSize, free_space_goes_down_a_page_at_a_time) {
    Dict dict(16 << 10);
    for (int i = 1; i <= 31; i++) {
        dict.set(numbered("key", 10000 + i), numbered("val", 10000 + i));
    }
    EXPECT_EQ(dict.store.free_bytes(), 4096u);
    dict.set("key10032", "val10032");
    EXPECT_EQ(dict.store.free_bytes(), 0u);
    for (int i = 33; i <= 63; i++) {
        EXPECT_FALSE(dict.set(numbered("key", 10000 + i), "val10000").forcible) << i;
    }
    EXPECT_TRUE(dict.set("key10064", "val10064").forcible);
}

TEST(StoreSize, attached_view_sees_the_same_items) {
    Dict dict(1 << 20);
    dict.set("foo", "bar");
    Store other = Store::attach(dict.base(), 704);
    char buffer[8];
    Found found(buffer, sizeof(buffer));
    EXPECT_EQ(other.get("foo", kNow, Store::Stale::hide, found), Status::ok);
    EXPECT_EQ(std::string_view(found.data, found.len), "bar");
}

TEST(StoreSize, sharded_from_256k_on) {
    EXPECT_EQ(Inspector(Dict(256 << 10).store).shard_count(), 1u);
    EXPECT_EQ(Inspector(Dict((256 << 10) + 4096).store).shard_count(), 16u);
}

// --- values ---

TEST(StoreValue, keeps_types) {
    Dict dict(1 << 20);
    dict.store.set("n", {.type = Type::number, .number = 3.5}, {}, kNow);
    dict.store.set("t", {.type = Type::boolean, .number = 1}, {}, kNow);
    dict.set("s", "text");
    dict.set("empty", "");
    EXPECT_EQ(dict.get("n"), "3.5");
    EXPECT_EQ(dict.get("t"), "1");
    EXPECT_EQ(dict.get("s"), "text");
    EXPECT_EQ(dict.get("empty"), "");
    EXPECT_EQ(dict.get("none"), "-");
}

TEST(StoreValue, longer_than_the_buffer_is_allocated) {
    Dict dict(1 << 20);
    const std::string large(100000, 'x');
    dict.set("k", large);
    EXPECT_EQ(dict.get("k"), large);
    dict.store.exact_lru(true);
    EXPECT_EQ(dict.get("k"), large);
}

// As the Lua half has it: one Found for all reads, data set back after a long string.
TEST(StoreValue, a_found_can_be_used_again) {
    for (const bool exact : {true, false}) {
        Dict dict(1 << 20);
        dict.store.exact_lru(exact);
        dict.set("long", std::string(100, 'l'));
        dict.set("longer", std::string(5000, 'L'));
        dict.set("short", "s");
        char buffer[16];
        Found found(buffer, sizeof(buffer));
        for (const auto& [key, len] : {std::pair("long", 100U),
                                       {"longer", 5000U},
                                       {"short", 1U},
                                       {"long", 100U},
                                       {"longer", 5000U}}) {
            EXPECT_EQ(dict.store.get(key, kNow, Store::Stale::hide, found), Status::ok);
            EXPECT_EQ(found.len, len);
            EXPECT_EQ(found.capacity, sizeof(buffer));
            EXPECT_EQ(found.data == buffer, len <= sizeof(buffer));
            if (found.data != buffer) {
                free(found.data);
                found.data = buffer;
            }
        }
    }
}

TEST(StoreValue, keys_are_bytes_up_to_64k) {
    Dict dict(1 << 20);
    const std::string key(Store::kMaxKeySize, '\0');
    dict.set(key, "nul");
    dict.set("a", "1");
    dict.set(std::string_view("a\0", 2), "2");
    EXPECT_EQ(dict.get(key), "nul");
    EXPECT_EQ(dict.get("a"), "1");
    EXPECT_EQ(dict.get(std::string_view("a\0", 2)), "2");
}

TEST(StoreValue, new_size_new_memory_same_size_same_memory) {
    Dict dict(16 << 10);
    for (const size_t len : {5, 6, 2000, 5, 0, 3000, 7}) {
        const std::string value(len, 'v');
        EXPECT_EQ(dict.set("k", value).status, Status::ok);
        EXPECT_EQ(dict.get("k"), value);
    }
    EXPECT_EQ(dict.keys().size(), 1u);
    EXPECT_EQ(dict.store.free_bytes(), 4096u);
}

TEST(StoreValue, flags) {
    Dict dict(1 << 20);
    dict.store.set("k", {.type = Type::number, .number = 1}, {.flags = 72}, kNow);
    dict.get("k");
    EXPECT_EQ(dict.flags, 72u);
    dict.set("k", "v");
    dict.get("k");
    EXPECT_EQ(dict.flags, 0u);
}

TEST(StoreValue, add_replace_remove) {
    Dict dict(1 << 20);
    EXPECT_EQ(dict.replace("k", "a").status, Status::not_found);
    EXPECT_EQ(dict.add("k", "b").status, Status::ok);
    EXPECT_EQ(dict.add("k", "c").status, Status::exists);
    EXPECT_EQ(dict.get("k"), "b");
    EXPECT_EQ(dict.replace("k", "longer than before, by far, so that it needs another chunk"
                                "................................................")
                  .status,
              Status::ok);
    EXPECT_EQ(dict.remove("k").status, Status::ok);
    EXPECT_EQ(dict.remove("k").status, Status::ok);
    EXPECT_EQ(dict.get("k"), "-");
}

// --- numbers ---

TEST(StoreIncr, adds) {
    Dict dict(1 << 20);
    dict.store.set("n", {.type = Type::number, .number = 32}, {.flags = 7}, kNow);
    double number = -0.5;
    EXPECT_EQ(dict.store.incr("n", number, nullptr, kNow).status, Status::ok);
    EXPECT_EQ(number, 31.5);
    EXPECT_EQ(dict.get("n"), "31.5");
    EXPECT_EQ(dict.flags, 7u);
}

TEST(StoreIncr, refuses_what_is_no_number) {
    Dict dict(1 << 20);
    double number = 1;
    EXPECT_EQ(dict.store.incr("n", number, nullptr, kNow).status, Status::not_found);
    dict.set("s", "5");
    const Store::Init init{0, kNever};
    EXPECT_EQ(dict.store.incr("s", number, &init, kNow).status, Status::not_number);
    EXPECT_EQ(number, 1);
}

TEST(StoreIncr, init_makes_a_missing_or_expired_one) {
    Dict dict(1 << 20);
    const Store::Init init{10, kNow + 100};
    double number = 1;
    EXPECT_EQ(dict.store.incr("n", number, &init, kNow).status, Status::ok);
    EXPECT_EQ(number, 11);
    number = 1;
    dict.now = kNow + 50;
    dict.store.incr("n", number, &init, dict.now);
    EXPECT_EQ(number, 12);
    dict.now = kNow + 100;
    EXPECT_EQ(dict.get("n"), "-");
    number = 2;
    dict.store.incr("n", number, &init, dict.now);
    EXPECT_EQ(number, 12);
}

// --- time ---

TEST(StoreExpiry, an_expired_item_is_hidden_but_there) {
    Dict dict(1 << 20);
    dict.set("k", "v", kNow + 10);
    EXPECT_EQ(dict.get("k", Store::Stale::show), "v");
    EXPECT_FALSE(dict.is_stale);
    dict.now = kNow + 10;
    EXPECT_EQ(dict.get("k"), "-");
    EXPECT_EQ(dict.get("k", Store::Stale::show), "v");
    EXPECT_TRUE(dict.is_stale);
    uint64_t expires = 0;
    EXPECT_EQ(dict.store.expires_at("k", expires), Status::ok);
    EXPECT_EQ(expires, kNow + 10);
    EXPECT_EQ(dict.store.set_expires("k", kNever), Status::ok);
    EXPECT_EQ(dict.get("k"), "v");
    EXPECT_EQ(dict.store.expires_at("none", expires), Status::not_found);
    EXPECT_EQ(dict.store.set_expires("none", 1), Status::not_found);
}

TEST(StoreExpiry, add_and_replace_see_no_expired_item) {
    Dict dict(1 << 20);
    for (const char* key : {"a", "b", "c", "d", "e"}) {
        dict.set(key, "old", kNow + 1);
    }
    dict.now = kNow + 1;
    EXPECT_EQ(dict.replace("e", "new").status, Status::not_found);
    EXPECT_EQ(dict.add("e", "new").status, Status::ok);
    EXPECT_EQ(dict.get("e"), "new");
}

TEST(StoreExpiry, flush_all_and_flush_expired) {
    Dict dict(1 << 20);
    for (int i = 0; i < 100; i++) {
        dict.set(numbered("k", i), "v");
    }
    dict.store.flush_all();
    EXPECT_EQ(dict.get("k1"), "-");
    EXPECT_TRUE(dict.keys().empty());
    EXPECT_EQ(dict.store.flush_expired(42, kNow), 42u);
    EXPECT_EQ(dict.store.flush_expired(0, kNow), 58u);
    EXPECT_EQ(dict.store.flush_expired(0, kNow), 0u);
}

TEST(StoreExpiry, writes_clear_expired_items_away) {
    Dict dict(16 << 10);
    for (int i = 0; i < 6; i++) {
        dict.set(numbered("k", i), "v", kNow + 1);
    }
    dict.now = kNow + 1;
    dict.set("new", "v");
    EXPECT_EQ(dict.get("k1", Store::Stale::show), "-");
    EXPECT_EQ(dict.get("k2", Store::Stale::show), "v");
}

// --- order and eviction ---

TEST(StoreOrder, keys_come_oldest_first) {
    Dict dict(16 << 10);
    dict.store.exact_lru(true);
    for (const char* key : {"a", "b", "c", "d"}) {
        dict.set(key, key);
    }
    dict.get("b");
    dict.set("a", "x");
    EXPECT_EQ(dict.keys(), (Keys{"c", "d", "b", "a"}));
    EXPECT_EQ(dict.keys(2), (Keys{"c", "d"}));
}

TEST(StoreOrder, keys_of_all_shards_come_oldest_first) {
    Dict dict(1 << 20);
    Keys expected;
    for (int i = 0; i < 500; i++) {
        dict.set(numbered("key", i), "v");
        expected.push_back(numbered("key", i));
    }
    EXPECT_EQ(dict.keys(), expected);
}

// The reader's trace at the bucket serves as well as a move, with one process and with several.
TEST(StoreOrder, the_least_recently_used_item_goes_first) {
    for (const bool exact : {true, false}) {
        Dict dict(100 << 10);
        dict.store.exact_lru(exact);
        const std::string value(66, 'v');
        int i = 0;
        Outcome outcome;
        while (!outcome.forcible) {
            if (++i == 10) {
                dict.get("key_1");
            }
            outcome = dict.set(numbered("key_", i), value);
            ASSERT_EQ(outcome.status, Status::ok);
        }
        EXPECT_EQ(i, 353);
        EXPECT_EQ(dict.get("key_1"), value);
        EXPECT_EQ(dict.get("key_2"), "-");
        EXPECT_EQ(dict.get("key_3"), value);
    }
}

TEST(StoreOrder, exact_order_of_reads) {
    Dict dict(16 << 10);
    dict.store.exact_lru(true);
    for (int i = 0; i < 63; i++) {
        ASSERT_FALSE(dict.set(numbered("k", i), "v").forcible);
    }
    for (int i = 62; i >= 0; i--) {
        dict.get(numbered("k", i));
    }
    for (int i = 0; i < 5; i++) {
        EXPECT_TRUE(dict.set(numbered("new", i), "v").forcible);
        EXPECT_EQ(dict.get(numbered("k", 62 - i), Store::Stale::show), "-");
    }
    EXPECT_EQ(dict.keys().size(), 63u);
}

TEST(StoreOrder, exact_order_of_reads_in_shards) {
    Dict dict(1 << 20);
    dict.store.exact_lru(true);
    Keys expected;
    for (int i = 0; i < 100; i++) {
        dict.set(numbered("k", i), "v");
    }
    for (int i = 99; i >= 0; i--) {
        dict.get(numbered("k", i));
        expected.push_back(numbered("k", i));
    }
    EXPECT_EQ(dict.keys(), expected);
}

TEST(StoreOrder, shards_evict_the_oldest_of_all) {
    Dict dict(512 << 10);
    const std::string value(3000, 'v');
    int i = 0;
    while (!dict.set(numbered("k", i), value).forcible) {
        i++;
    }
    EXPECT_EQ(dict.get("k0"), "-");
    for (int j = 1; j <= i; j++) {
        EXPECT_EQ(dict.get(numbered("k", j)), value) << j;
    }
}

TEST(StoreOrder, safe_writes_never_evict) {
    Dict dict(100 << 10);
    const std::string value(66, 'v');
    int i = 1;
    while (dict.safe_set(numbered("key_", i), value).status == Status::ok) {
        i++;
    }
    EXPECT_EQ(i, 353);
    EXPECT_EQ(dict.get("key_353"), "-");
    EXPECT_EQ(dict.get("key_1"), value);
}

TEST(StoreOrder, a_value_that_never_fits_still_makes_others_go) {
    Dict dict(50 << 10);
    const std::string large(100000, 'x');
    Outcome outcome = dict.set("foo", large);
    EXPECT_EQ(outcome.status, Status::no_memory);
    EXPECT_FALSE(outcome.forcible);
    dict.set("bah", "hello");
    outcome = dict.set("foo", large);
    EXPECT_EQ(outcome.status, Status::no_memory);
    EXPECT_TRUE(outcome.forcible);
}

TEST(StoreOrder, growing_values_fill_pages) {
    Dict dict(100 << 10);
    int i = 1;
    while (!dict.set(numbered("key_", i), std::string(static_cast<size_t>(i) * 5, 'h')).forcible) {
        i++;
    }
    EXPECT_TRUE(i == 140 || i == 141) << i;
}

TEST(StoreOrder, expired_items_go_without_force) {
    Dict dict(16 << 10);
    for (int i = 0; i < 63; i++) {
        dict.set(numbered("k", i), "v", kNow + 1);
    }
    dict.now = kNow + 1;
    for (int i = 0; i < 63; i++) {
        EXPECT_FALSE(dict.set(numbered("n", i), "v").forcible) << i;
    }
}

TEST(StoreOrder, neighbouring_free_pages_merge) {
    Dict dict(20 << 10);
    dict.set("foo", std::string(4000, 'a'));
    dict.set("bar", std::string(4001, 'b'));
    EXPECT_TRUE(dict.set("baz", std::string(8102, 'c')).forcible);
    EXPECT_EQ(dict.get("foo"), "-");
    EXPECT_EQ(dict.get("bar"), "-");
    EXPECT_EQ(dict.get("baz").size(), 8102u);
}

} // namespace
