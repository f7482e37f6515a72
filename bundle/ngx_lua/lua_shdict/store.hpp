// A dictionary in a piece of shared memory: keys with values (string, number, boolean, list) that
// may expire, the least recently used ones giving way when memory is short. Knows neither nginx nor
// Lua; times are milliseconds that the caller reads off one clock for all processes.
//
// The memory holds everything (layout.hpp, pages.hpp); a Store is one process's view of it, cheap
// to make and without an end. Any number of processes and threads may use one area at a time, and
// any of them may be killed at any instruction: the next one to meet its lock puts the shard in
// order (store_repair.cpp).
//
// Up to 256 KiB an area has one shard, larger ones 16, chosen by hash. Reads take no lock
// (layout.hpp) and leave a time stamp at the bucket, which eviction looks at; with exact_lru() they
// take the lock and move the item to the head of the list instead.
#pragma once

#include "lua_shdict/layout.hpp"
#include "lua_shdict/pages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lua::shdict {

enum class Status {
    ok,
    not_found,
    exists,
    no_memory,
    is_list,
    not_list,
    not_number,
};

struct Outcome {
    Status status = Status::ok;
    bool forcible = false; // items that had not expired gave way
};

// A value to store. A list element is a string or a number.
struct Value {
    Type type = Type::nil;
    double number = 0; // booleans: 0 or 1
    std::string_view string = {};
};

// What a read brings. A string lies in the caller's buffer or, where that is too small, in memory
// that the caller free()s (data != buffer). Plain data: Lua code fills and reads it through the
// FFI.
struct Found {
    Found(char* buffer, size_t size) : data(buffer), capacity(size) {}

    char* data;
    size_t capacity; // of the caller's buffer
    size_t len = 0;
    double number = 0; // booleans: 0 or 1
    uint32_t flags = 0;
    Type type = Type::nil; // nil: there is none
    bool stale = false;    // has expired
};

inline constexpr uint64_t kNever = 0;

struct Attributes {
    uint32_t flags = 0;
    uint64_t expires = kNever; // ms
};

class Store {
public:
    static constexpr size_t kMinSize = 8192;
    static constexpr size_t kMaxKeySize = 65535;

    enum class Write {
        set,
        add,     // only if there is none
        replace, // only if there is one
    };
    enum class Evict { yes, no };
    enum class Stale { hide, show };
    enum class End { front, back };

    Store() = default;

    // Makes an empty dictionary of size bytes at base, which is aligned to 4 KiB; `reserved` bytes
    // at its start are left alone (and count as used). False if size is too small for that.
    [[nodiscard]] static bool create(char* base, size_t size, size_t reserved, Store& out);

    // The dictionary that create() made there earlier, in this process or in one that shares the
    // memory.
    static Store attach(char* base, size_t reserved);

    // Reads of this process keep the LRU order to the last: for one process without company.
    void exact_lru(bool on) { exact_ = on; }

    // Status::ok, is_list (the type is set), no_memory for a string larger than the buffer.
    Status get(std::string_view key, uint64_t now, Stale stale, Found& out);

    // Status::ok, exists, not_found, no_memory. A nil value removes.
    Outcome set(std::string_view key, const Value& value, const Attributes& attributes,
                uint64_t now, Write write = Write::set, Evict evict = Evict::yes);

    struct Init {
        double value;
        uint64_t expires;
    };
    // Adds `number` and stores the sum there. Status::ok, not_number, not_found (without init),
    // no_memory.
    Outcome incr(std::string_view key, double& number, const Init* init, uint64_t now);

    // Status::ok, not_list, no_memory. `length` is the list's new length.
    Status push(std::string_view key, const Value& value, End end, uint64_t now, uint32_t& length);
    // out.type is nil if there is none. Status::ok, not_list, no_memory.
    Status pop(std::string_view key, End end, uint64_t now, Found& out);
    // Status::ok (0 for no such key), not_list.
    Status length(std::string_view key, uint64_t now, uint32_t& length);

    // Also of an item that has expired, but still is there.
    Status expires_at(std::string_view key, uint64_t& expires);
    Status set_expires(std::string_view key, uint64_t expires);

    void flush_all();
    // Removes up to max expired items (0: all); how many it were.
    size_t flush_expired(size_t max, uint64_t now);

    // The keys that have not expired, oldest first, each as uint32_t length and bytes, padded to a
    // multiple of 4; at most max of them (0: all). The caller free()s data.
    struct Keys {
        char* data = nullptr;
        size_t size = 0;
        size_t count = 0;
    };
    Status keys(size_t max, uint64_t now, Keys& out);

    size_t free_bytes() const { return pages_.free_bytes(); }

private:
    friend class Inspector;
    class Locked;
    class AllLocked;
    struct Place;
    static constexpr uint32_t kMaxShards = 16;

    Place place_of(std::string_view key) const;
    Shard* shard_of(std::string_view key) const;
    bool inside(Ref ref, size_t bytes) const { return (size_t{ref} << kRefShift) + bytes <= size_; }
    Item& item(Ref ref) const { return *at<Item>(ref); }
    ListNode& node(Ref ref) const { return *at<ListNode>(ref); }
    template <typename T>
    T* at(Ref ref) const {
        return reinterpret_cast<T*>(base_ + (size_t{ref} << kRefShift));
    }

    // store.cpp: one item
    enum class Glance {
        clear,
        disturbed, // by a writer: nothing of it counts
        too_long,  // for the buffer; out.len is its length
    };
    Glance look(const Place& place, Stale stale, uint64_t now, Found& out, Status& status) const;
    [[gnu::noinline]] Status get_long(std::string_view key, Stale stale, uint64_t now, Found& out);
    Status read_locked(const Place& place, Stale stale, uint64_t now, Found& out);
    std::optional<Status> try_set(const Place& place, const Value& value,
                                  const Attributes& attributes, Write& write, uint64_t now);
    std::optional<Status> try_incr(const Place& place, double& number, const Init* init,
                                   uint64_t now);
    Ref find(const Place& place) const;
    Ref make_item(const Place& place, const Value& value, const Attributes& attributes);
    std::optional<Status> put(const Place& place, Ref old, const Value& value,
                              const Attributes& attributes);

    // store_order.cpp: buckets, LRU list, eviction
    Bucket& bucket_of(const Item& item) const { return buckets_[item.hash & bucket_mask_]; }
    void link(const Place& place, Ref ref);
    void drop(Shard& shard, Ref ref);
    void lru_remove(Shard& shard, Ref ref);
    void lru_push(Shard& shard, Ref ref, uint32_t placed);
    void use(Shard& shard, Ref ref);
    bool tail_has_expired(const Shard& shard, uint64_t now) const;
    size_t drop_expired_tail(Shard& shard, uint64_t now);
    size_t drop_expired_tails(uint64_t now);
    bool evict_one(const Shard& preferred, uint64_t now, bool& forcible);
    Shard* shard_with_oldest(const Shard& preferred) const;
    Ref victim(Shard& shard);

    // store_list.cpp
    std::optional<Status> try_push(const Place& place, const Value& value, End end, uint64_t now,
                                   uint32_t& length);
    Ref make_node(const Value& value);
    void link_node(Item& list, Ref ref, End end);
    void unlink_node(Item& list, End end);
    void release_nodes(Item& list);

    // store_repair.cpp
    void repair(Shard& shard);
    bool reachable(Ref ref) const;
    Ref recover_items(Shard& shard);
    void recover_list(Item& list);
    Ref sort_by_age(Ref list) const;
    Ref merge(Ref a, Ref b) const;

    char* base_ = nullptr;
    size_t size_ = 0;
    Shard* shards_ = nullptr;
    Bucket* buckets_ = nullptr;
    uint32_t shard_count_ = 0; // a power of two
    uint32_t bucket_mask_ = 0; // number of buckets (a power of two) - 1
    unsigned shard_shift_ = 0; // shard of a bucket = its index >> shard_shift_
    bool exact_ = false;
    Pages pages_;
};

} // namespace lua::shdict
