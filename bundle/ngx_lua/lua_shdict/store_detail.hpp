// What the source files of Store share: where a key belongs, the lock of a shard, and the marks
// around a change that readers may see.
#pragma once

#include "lua_shdict/store.hpp"

namespace lua::shdict {

// Where a key belongs.
struct Store::Place {
    std::string_view key;
    uint32_t hash;
    Shard* shard;
    Bucket* bucket;
};

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

// Copies a string's bytes to the caller, into new memory where his buffer is too small; false if
// there is none.
bool copy_string(const char* bytes, size_t len, Found& out);

// Upstream's limits: how many expired items a write clears away, how many live ones it evicts.
inline constexpr size_t kExpiredPerWrite = 2;
inline constexpr int kMaxEvictions = 30;

} // namespace lua::shdict
