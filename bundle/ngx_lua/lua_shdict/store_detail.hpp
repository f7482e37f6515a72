// What the source files of Store share: where a key belongs, the lock of a shard, the marks around
// a change that readers may see, and what every read and write does (inline: calls are a good part
// of its cost).
#pragma once

#include "lua_shdict/store.hpp"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lua::shdict {

// Where a key belongs.
struct Store::Place {
    std::string_view key;
    uint32_t hash;
    Shard* shard;
    Bucket* bucket;
};

[[gnu::always_inline]] inline Store::Place Store::place_of(std::string_view key) const {
    const auto hash = static_cast<uint32_t>(XXH3_64bits(key.data(), key.size()));
    const uint32_t index = hash & bucket_mask_;
    return {key, hash, &shards_[index >> shard_shift_], &buckets_[index]};
}

// Holds a shard's lock; a shard that a dead process left is in order when the constructor returns.
class Store::Locked {
public:
    Locked(Store& store, Shard& shard) : shard_(shard) {
        if (shard_.lock.lock() == OwnerLock::Taken::stolen) {
            store.repair(shard_);
        }
    }
    ~Locked() { shard_.lock.unlock(); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    Shard& shard_;
};

// Makes readers without the lock discard what they see meanwhile. Keep it short.
class Change {
public:
    explicit Change(Shard& shard) : shard_(shard) {
        shard_.seq.store(shard_.seq.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
    }
    ~Change() {
        shard_.seq.store(shard_.seq.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

private:
    Shard& shard_;
};

// memcmp() for the usual key, without the call: words of W bytes, the last one overlapping.
template <typename W>
bool same_words(const char* a, const char* b, size_t n) {
    const auto word = [](const char* p) {
        W bytes;
        memcpy(&bytes, p, sizeof(bytes));
        return bytes;
    };
    for (size_t i = 0; i + sizeof(W) < n; i += sizeof(W)) {
        if (word(a + i) != word(b + i)) {
            return false;
        }
    }
    return word(a + n - sizeof(W)) == word(b + n - sizeof(W));
}

inline bool same_bytes(const char* a, const char* b, size_t n) {
    if (n >= 8) {
        return n <= 64 ? same_words<uint64_t>(a, b, n) : memcmp(a, b, n) == 0;
    }
    return n >= 4 ? same_words<uint32_t>(a, b, n) : n == 0 || same_words<uint8_t>(a, b, n);
}

inline bool has_key(const Item& item, std::string_view key) {
    return item.key_len == key.size() && same_bytes(item.key(), key.data(), key.size());
}

[[gnu::always_inline]] inline Ref Store::find(const Place& place) const {
    Ref ref = place.bucket->head.load(std::memory_order_relaxed);
    while (ref != 0 && !(item(ref).hash == place.hash && has_key(item(ref), place.key))) {
        ref = item(ref).next;
    }
    return ref;
}

// --- the LRU list ---

inline void Store::lru_push(Shard& shard, Ref ref, uint32_t placed) {
    Item& moved = item(ref);
    const Ref newest = shard.newest.load(std::memory_order_relaxed);
    moved.placed = placed;
    moved.newer = 0;
    moved.older = newest;
    if (newest != 0) {
        item(newest).newer = ref;
    } else {
        shard.oldest.store(ref, std::memory_order_relaxed);
    }
    shard.newest.store(ref, std::memory_order_relaxed);
}

inline void Store::lru_remove(Shard& shard, Ref ref) {
    const Item& removed = item(ref);
    if (removed.newer != 0) {
        item(removed.newer).older = removed.older;
    } else {
        shard.newest.store(removed.older, std::memory_order_relaxed);
    }
    if (removed.older != 0) {
        item(removed.older).newer = removed.newer;
    } else {
        shard.oldest.store(removed.newer, std::memory_order_relaxed);
    }
}

inline bool Store::tail_has_expired(const Shard& shard, uint64_t now) const {
    const Ref ref = shard.oldest.load(std::memory_order_relaxed);
    return ref != 0 && item(ref).expired(now);
}

// Makes it the most recently used one.
inline void Store::use(Shard& shard, Ref ref) {
    if (exact_) {
        pages_.tick(); // else all uses between two allocations have one age
    }
    const uint32_t clock = pages_.clock();
    if (shard.newest.load(std::memory_order_relaxed) == ref) {
        item(ref).placed = clock;
        return;
    }
    lru_remove(shard, ref);
    lru_push(shard, ref, clock);
}

// Copies a string's bytes to the caller, into new memory where his buffer is too small; false if
// there is none.
bool copy_string(const char* bytes, size_t len, Found& out);

// Upstream's limits: how many expired items a write clears away, how many live ones it evicts.
inline constexpr size_t kExpiredPerWrite = 2;
inline constexpr int kMaxEvictions = 30;

} // namespace lua::shdict
