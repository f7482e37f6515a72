// Random operations on a dictionary and on a plain map that follows the same rules. Memory is large
// enough here that nothing is ever evicted.
// links: store.cpp store_*.cpp pages.cpp owner_lock.cpp
#include "inspector.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>

using namespace lua::shdict;

namespace {

struct Entry {
    Type type = Type::nil;
    double number = 0;
    std::string string;
    std::deque<std::string> list;
    uint32_t flags = 0;
    uint64_t expires = kNever;
};

class Model : public testing::TestWithParam<std::tuple<size_t, bool>> {
protected:
    Model() : area_(std::get<0>(GetParam())), random_(4711) {
        store().exact_lru(std::get<1>(GetParam()));
    }

    Store& store() { return area_.store; }

    // An expired entry may have been cleared away or not: the model does not know, so it forgets
    // it.
    Entry* live(const std::string& key) {
        const auto found = map_.find(key);
        if (found == map_.end() || is_past(found->second.expires, now_)) {
            return nullptr;
        }
        return &found->second;
    }

    unsigned pick(unsigned n) { return static_cast<unsigned>(random_()) % n; }
    std::string random_key() {
        return std::string(1 + pick(3) * 20, 'k') + std::to_string(pick(60));
    }
    std::string random_string() { return std::string(pick(20) == 0 ? pick(9000) : pick(60), 's'); }
    uint64_t random_expiry() { return pick(2) == 0 ? kNever : now_ + 1 + pick(50); }

    void set() {
        const std::string key = random_key();
        Entry entry;
        entry.flags = pick(100);
        entry.expires = random_expiry();
        entry.string = random_string();
        Value value;
        switch (pick(4)) {
        case 0:
            value = entry_of(entry, Type::number, pick(1000));
            break;
        case 1:
            value = entry_of(entry, Type::boolean, pick(2));
            break;
        default:
            value = entry_of(entry, Type::string, 0);
        }
        const auto write = static_cast<Store::Write>(pick(3));
        const bool exists = live(key) != nullptr;
        auto expected = Status::ok;
        if (write == Store::Write::add && exists) {
            expected = Status::exists;
        } else if (write == Store::Write::replace && !exists) {
            expected = Status::not_found;
        }
        const Attributes attributes{entry.flags, entry.expires};
        EXPECT_EQ(store().set(key, value, attributes, now_, write).status, expected);
        if (expected == Status::ok) {
            map_[key] = entry;
        }
    }

    static Value entry_of(Entry& entry, Type type, double number) {
        entry.type = type;
        entry.number = number;
        if (type != Type::string) {
            entry.string.clear();
        }
        return {type, number, entry.string};
    }

    void get() {
        const std::string key = random_key();
        char buffer[64];
        Found found(buffer, sizeof(buffer));
        const Status status = store().get(key, now_, Store::Stale::hide, found);
        const Entry* entry = live(key);
        EXPECT_EQ(status == Status::is_list, entry != nullptr && entry->type == Type::list);
        ASSERT_EQ(found.type, entry == nullptr ? Type::nil : entry->type) << key;
        if (entry == nullptr) {
            return;
        }
        EXPECT_EQ(found.flags, entry->flags);
        EXPECT_FALSE(found.stale);
        if (entry->type == Type::string) {
            EXPECT_EQ(std::string(found.data, found.len), entry->string);
        } else {
            EXPECT_EQ(found.number, entry->number);
        }
        if (found.data != buffer) {
            free(found.data);
        }
    }

    void incr() {
        const std::string key = random_key();
        double number = pick(10);
        const double step = number;
        const Store::Init init{5, random_expiry()};
        const bool has_init = pick(2) == 0;
        Entry* entry = live(key);
        const Status status = store().incr(key, number, has_init ? &init : nullptr, now_).status;
        if (entry == nullptr) {
            ASSERT_EQ(status, has_init ? Status::ok : Status::not_found);
            if (has_init) {
                map_[key] = {.type = Type::number, .number = step + 5, .expires = init.expires};
                EXPECT_EQ(number, step + 5);
            }
        } else if (entry->type != Type::number) {
            EXPECT_EQ(status, Status::not_number);
        } else {
            entry->number += step;
            EXPECT_EQ(number, entry->number);
        }
    }

    void push() {
        const std::string key = random_key();
        const std::string string = random_string();
        const auto end = pick(2) == 0 ? Store::End::front : Store::End::back;
        Entry* entry = live(key);
        uint32_t length = 0;
        const Status status =
            store().push(key, {.type = Type::string, .string = string}, end, now_, length);
        if (entry != nullptr && entry->type != Type::list) {
            EXPECT_EQ(status, Status::not_list);
            return;
        }
        ASSERT_EQ(status, Status::ok);
        if (entry == nullptr) {
            entry = &map_[key];
            *entry = {.type = Type::list};
        }
        auto& list = entry->list;
        list.insert(end == Store::End::front ? list.begin() : list.end(), string);
        EXPECT_EQ(length, list.size());
    }

    void pop() {
        const std::string key = random_key();
        const auto end = pick(2) == 0 ? Store::End::front : Store::End::back;
        char buffer[64];
        Found found(buffer, sizeof(buffer));
        Entry* entry = live(key);
        const Status status = store().pop(key, end, now_, found);
        if (entry != nullptr && entry->type != Type::list) {
            EXPECT_EQ(status, Status::not_list);
            return;
        }
        ASSERT_EQ(found.type, entry == nullptr ? Type::nil : Type::string);
        if (entry == nullptr) {
            return;
        }
        auto& list = entry->list;
        EXPECT_EQ(std::string(found.data, found.len),
                  end == Store::End::front ? list.front() : list.back());
        list.erase(end == Store::End::front ? list.begin() : list.end() - 1);
        if (list.empty()) {
            map_.erase(key);
        }
        if (found.data != buffer) {
            free(found.data);
        }
    }

    void expire() {
        const std::string key = random_key();
        const uint64_t expires = random_expiry();
        if (Entry* entry = live(key)) {
            EXPECT_EQ(store().set_expires(key, expires), Status::ok);
            entry->expires = expires;
            uint64_t stored = 0;
            EXPECT_EQ(store().expires_at(key, stored), Status::ok);
            EXPECT_EQ(stored, expires);
        }
    }

    void remove() {
        const std::string key = random_key();
        EXPECT_EQ(store().set(key, {}, {}, now_).status, Status::ok);
        map_.erase(key);
    }

    void flush() {
        if (pick(20) == 0) {
            store().flush_all();
            map_.clear();
        } else {
            store().flush_expired(0, now_);
        }
    }

    void compare_keys() {
        Store::Keys found;
        ASSERT_EQ(store().keys(0, now_, found), Status::ok);
        std::set<std::string> keys;
        const char* p = found.data;
        for (size_t i = 0; i < found.count; i++) {
            uint32_t len;
            memcpy(&len, p, sizeof(len));
            keys.emplace(p + sizeof(len), len);
            p += sizeof(len) + (len + 3) / 4 * 4;
        }
        free(found.data);
        std::set<std::string> expected;
        for (const auto& [key, entry] : map_) {
            if (!is_past(entry.expires, now_)) {
                expected.insert(key);
            }
        }
        EXPECT_EQ(keys, expected);
        ASSERT_EQ(Inspector(store()).check(), "");
    }

    void step() {
        const unsigned kind = pick(100);
        if (kind < 30) {
            set();
        } else if (kind < 60) {
            get();
        } else if (kind < 70) {
            incr();
        } else if (kind < 80) {
            push();
        } else if (kind < 88) {
            pop();
        } else if (kind < 93) {
            expire();
        } else if (kind < 97) {
            remove();
        } else if (kind < 98) {
            flush();
        } else {
            now_ += pick(30);
        }
    }

    TestArea area_;
    std::mt19937 random_;
    std::map<std::string, Entry> map_;
    uint64_t now_ = 1000000;
};

INSTANTIATE_TEST_SUITE_P(sizes, Model, testing::Combine(testing::Values(4 << 20), testing::Bool()));

TEST_P(Model, agrees_with_a_map) {
    for (int i = 0; i < 100000 && !HasFailure(); i++) {
        step();
        if (i % 1000 == 0) {
            compare_keys();
        }
    }
}

// Where memory is short, only the dictionary's own order is checked.
class Shortage : public testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(sizes, Shortage, testing::Values(8192, 12 << 10, 40 << 10, 600 << 10));

TEST_P(Shortage, keeps_everything_in_order) {
    TestArea area(GetParam());
    ASSERT_TRUE(area.made());
    std::mt19937 random(1);
    size_t forced = 0;
    for (int i = 0; i < 30000; i++) {
        const std::string key = "key" + std::to_string(random() % 2000);
        const std::string string(random() % 5000, 'x');
        const Value value{.type = Type::string, .string = string};
        uint32_t length = 0;
        if (random() % 8 == 0) {
            area.store.push("l" + key, value, Store::End::back, 1, length);
        } else {
            forced += area.store.set(key, value, {}, 1).forcible ? 1 : 0;
        }
        if (i % 1000 == 0) {
            ASSERT_EQ(Inspector(area.store).check(), "");
        }
    }
    EXPECT_GT(forced, 0U);
    area.store.flush_all();
    area.store.flush_expired(0, 1);
    Inspector inspector(area.store);
    EXPECT_EQ(inspector.check(), "");
    EXPECT_EQ(inspector.items, 0U);
    EXPECT_EQ(inspector.lost, 0U);
}

} // namespace
