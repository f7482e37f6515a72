// Walks through a dictionary's memory and checks every invariant of layout.hpp and pages.hpp. For
// tests, with nobody else at work.
#pragma once

#include "lua_shdict/store_detail.hpp"

#include <bit>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/mman.h>

namespace lua::shdict {

class Inspector {
public:
    explicit Inspector(const Store& store) : store_(store) {}

    // What is wrong; empty if nothing is. `lost`: chunks in use that nothing refers to.
    std::string check() {
        problem_.clear();
        used_.clear();
        items = 0;
        add(store_.shards_);
        if (store_.pages_.state_->page_count > 1) {
            add(store_.buckets_);
        }
        for (uint32_t i = 0; i < store_.shard_count_; i++) {
            check_shard(i);
        }
        check_pages();
        return problem_;
    }

    size_t items = 0;
    size_t lost = 0;

    uint32_t shard_count() const { return store_.shard_count_; }
    uint32_t shard_of(std::string_view key) const {
        return static_cast<uint32_t>(store_.shard_of(key) - store_.shards_);
    }
    Shard& shard(uint32_t i) { return store_.shards_[i]; }

    // --- for tests that make a mess ---

    Ref ref_of(std::string_view key) { return store_.find(store_.place_of(key)); }
    Item& item_at(Ref ref) { return store_.item(ref); }
    Item& item_of(std::string_view key) { return item_at(ref_of(key)); }
    Ref allocate(size_t size) { return Pages(store_.pages_).allocate(size); }
    void unlink_from_bucket(Ref ref) {
        std::atomic<Ref>& head = store_.bucket_of(item_at(ref)).head;
        if (head == ref) {
            head = item_at(ref).next;
            return;
        }
        Ref before = head;
        while (item_at(before).next != ref) {
            before = item_at(before).next;
        }
        item_at(before).next = item_at(ref).next;
    }
    void lock_pages() { static_cast<void>(store_.pages_.state_->lock.lock()); }
    void scramble_page_lists() {
        PagesState& state = *store_.pages_.state_;
        state.free_runs = 3;
        state.free_pages = 12345;
        for (uint32_t& list : state.partial) {
            list = 1;
        }
        for (uint32_t page = 0; page < state.page_count; page++) {
            store_.pages_.descs_[page].next = 7;
            store_.pages_.descs_[page].prev = 7;
            store_.pages_.descs_[page].first = 7;
        }
    }

private:
    void fail(const std::string& text) {
        if (problem_.empty()) {
            problem_ = text;
        }
    }

    void add(const void* p) {
        const auto offset = static_cast<size_t>(static_cast<const char*>(p) - store_.base_);
        if (!used_.insert(static_cast<Ref>(offset >> kRefShift)).second) {
            fail("memory is used twice");
        }
    }

    void check_shard(uint32_t number) {
        Shard& shard = store_.shards_[number];
        if (shard.seq % 2 != 0) {
            fail("odd sequence number");
        }
        if (shard.pending != 0) {
            fail("an item is pending");
        }
        std::set<Ref> in_buckets;
        for (uint32_t b = 0; b < 1U << store_.shard_shift_; b++) {
            Bucket& bucket = store_.buckets_[(number << store_.shard_shift_) + b];
            for (Ref ref = bucket.head; ref != 0; ref = store_.item(ref).next) {
                const Item& item = store_.item(ref);
                add(&item);
                in_buckets.insert(ref);
                if (&store_.bucket_of(item) != &bucket) {
                    fail("item in a wrong bucket");
                }
                if (item.state != ItemState::whole) {
                    fail("torn item");
                }
                check_list(item);
            }
        }
        items += in_buckets.size();
        Ref newer = 0;
        size_t listed = 0;
        for (Ref ref = shard.newest; ref != 0; ref = store_.item(ref).older) {
            if (store_.item(ref).newer != newer || in_buckets.count(ref) == 0 ||
                ++listed > in_buckets.size()) {
                fail("LRU list broken");
                return;
            }
            newer = ref;
        }
        if (shard.oldest != newer || listed != in_buckets.size()) {
            fail("LRU list incomplete");
        }
    }

    void check_list(const Item& item) {
        if (item.type != Type::list) {
            return;
        }
        uint32_t count = 0;
        Ref before = 0;
        for (Ref ref = item.head; ref != 0; ref = store_.node(ref).next) {
            add(&store_.node(ref));
            if (store_.node(ref).prev != before) {
                fail("list node's backward link");
            }
            before = ref;
            count++;
        }
        if (item.tail != before || item.count != count || count == 0) {
            fail("list's tail or count");
        }
    }

    // Every chunk in use is referred to (or counted as lost), all free memory is on a list.
    void check_pages() {
        const Pages& pages = store_.pages_;
        std::set<Ref> allocated;
        uint32_t free_pages = 0;
        std::map<unsigned, size_t> partial;
        for (uint32_t page = 0; page < pages.state_->page_count; page++) {
            const PageDesc& desc = pages.descs_[page];
            if (desc.kind == PageDesc::Kind::free) {
                free_pages++;
            } else if (desc.kind == PageDesc::Kind::run_head) {
                allocated.insert(pages.ref_of(page, 0));
            } else if (desc.kind == PageDesc::Kind::chunks) {
                const size_t chunks = Pages::kPageSize >> desc.shift;
                size_t used = 0;
                for (size_t c = 0; c < chunks; c++) {
                    if ((desc.used[c / 64] >> (c % 64) & 1) != 0) {
                        allocated.insert(pages.ref_of(page, c << desc.shift));
                        used++;
                    }
                }
                partial[desc.shift] += used < chunks ? 1 : 0;
                if (used == 0) {
                    fail("an empty page of chunks is not free");
                }
            }
        }
        if (free_pages != pages.state_->free_pages || free_pages != on_list_runs()) {
            fail("count of free pages");
        }
        for (unsigned shift = kMinShift; shift <= kMaxShift; shift++) {
            if (length(pages.state_->partial[shift - kMinShift]) != partial[shift]) {
                fail("list of partly used pages");
            }
        }
        lost = 0;
        for (const Ref ref : allocated) {
            lost += used_.count(ref) == 0 ? 1 : 0;
        }
        for (const Ref ref : used_) {
            if (allocated.count(ref) == 0) {
                fail("memory in use is not allocated");
            }
        }
    }

    size_t length(uint32_t page) const {
        size_t n = 0;
        for (; page != UINT32_MAX && n < 1000000; page = store_.pages_.descs_[page].next) {
            n++;
        }
        return n;
    }

    uint32_t on_list_runs() {
        const Pages& pages = store_.pages_;
        uint32_t sum = 0;
        uint32_t steps = 0;
        for (uint32_t page = pages.state_->free_runs; page != UINT32_MAX;
             page = pages.descs_[page].next) {
            const uint32_t run = pages.descs_[page].run;
            sum += run;
            const uint32_t after = page + run;
            if (after < pages.state_->page_count &&
                pages.descs_[after].kind == PageDesc::Kind::free) {
                fail("neighbouring free runs");
            }
            if (++steps > pages.state_->page_count) {
                fail("free list is a circle");
                break;
            }
        }
        return sum;
    }

    const Store& store_;
    std::set<Ref> used_;
    std::string problem_;
};

// A dictionary in memory that child processes share.
class TestArea {
public:
    explicit TestArea(size_t size, size_t reserved = 704) : size_(size) {
        base_ = static_cast<char*>(
            mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        made_ = Store::create(base_, size, reserved, store);
    }
    ~TestArea() { munmap(base_, size_); }
    TestArea(const TestArea&) = delete;
    TestArea& operator=(const TestArea&) = delete;

    bool made() const { return made_; }
    char* base() { return base_; }

    Store store;

private:
    char* base_;
    size_t size_;
    bool made_;
};

} // namespace lua::shdict
