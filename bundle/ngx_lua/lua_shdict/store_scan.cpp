// Operations that go through a whole dictionary.
#include "lua_shdict/store_detail.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

namespace lua::shdict {

namespace {

// Long past on any clock, and not kNever.
constexpr uint64_t kFlushed = 1;

bool append(Store::Keys& keys, size_t& capacity, const char* key, uint32_t len) {
    const size_t padded = (len + 3) / 4 * 4;
    const size_t need = keys.size + sizeof(len) + padded;
    if (need > capacity) {
        const size_t larger = need * 2 + 4096;
        auto* memory = static_cast<char*>(realloc(keys.data, larger));
        if (memory == nullptr) {
            return false;
        }
        keys.data = memory;
        capacity = larger;
    }
    memcpy(keys.data + keys.size, &len, sizeof(len));
    memcpy(keys.data + keys.size + sizeof(len), key, len);
    keys.size = need;
    keys.count++;
    return true;
}

} // namespace

void Store::flush_all() {
    for (uint32_t i = 0; i < shard_count_; i++) {
        Locked locked(*this, shards_[i]);
        Ref ref = shards_[i].oldest.load(std::memory_order_relaxed);
        for (; ref != 0; ref = item(ref).newer) {
            item(ref).expires = kFlushed;
        }
    }
}

size_t Store::flush_expired(size_t max, uint64_t now) {
    size_t dropped = 0;
    for (uint32_t i = 0; i < shard_count_; i++) {
        Locked locked(*this, shards_[i]);
        Ref ref = shards_[i].oldest.load(std::memory_order_relaxed);
        while (ref != 0) {
            const Ref newer = item(ref).newer;
            if (item(ref).expired(now)) {
                drop(shards_[i], ref);
                if (++dropped == max) {
                    return dropped;
                }
            }
            ref = newer;
        }
    }
    return dropped;
}

// Holds all shards: in one order, so that two of them cannot wait for each other (everyone else
// holds one shard at a time).
class Store::AllLocked {
public:
    explicit AllLocked(Store& store) : store_(store) {
        for (uint32_t i = 0; i < store_.shard_count_; i++) {
            if (store_.shards_[i].lock.lock() == OwnerLock::Taken::stolen) {
                store_.repair(store_.shards_[i]);
            }
        }
    }
    ~AllLocked() {
        for (uint32_t i = 0; i < store_.shard_count_; i++) {
            store_.shards_[i].lock.unlock();
        }
    }
    AllLocked(const AllLocked&) = delete;
    AllLocked& operator=(const AllLocked&) = delete;

private:
    Store& store_;
};

Status Store::keys(size_t max, uint64_t now, Keys& out) {
    AllLocked locked(*this);
    std::array<Ref, kMaxShards> next{};
    for (uint32_t i = 0; i < shard_count_; i++) {
        next[i] = shards_[i].oldest.load(std::memory_order_relaxed);
    }
    const uint32_t clock = pages_.clock();
    size_t capacity = 0;
    while (max == 0 || out.count < max) {
        Ref* oldest = nullptr;
        for (Ref& ref : next) {
            if (ref != 0 &&
                (oldest == nullptr || clock - item(ref).placed > clock - item(*oldest).placed)) {
                oldest = &ref;
            }
        }
        if (oldest == nullptr) {
            break;
        }
        const Item& found = item(*oldest);
        if (!found.expired(now) && !append(out, capacity, found.key(), found.key_len)) {
            free(out.data);
            out = {};
            return Status::no_memory;
        }
        *oldest = found.newer;
    }
    return Status::ok;
}

} // namespace lua::shdict
