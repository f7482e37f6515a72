// Buckets, the order of use, and who has to go. All but evict_one() and drop_expired_tails() are
// called with the shard's lock held.
#include "lua_shdict/store_detail.hpp"

namespace lua::shdict {

namespace {

// How many items that were read since their last move a search for a victim moves to the head of
// the list. More would hold the lock for long where everything was read.
constexpr int kMaxPromotions = 64;

// Whether clock value a is later than b (the clock wraps around).
bool later(uint32_t a, uint32_t b) {
    return static_cast<int32_t>(a - b) > 0;
}

} // namespace

void Store::link(const Place& place, Ref ref) {
    item(ref).next = place.bucket->head.load(std::memory_order_relaxed);
    place.bucket->head.store(ref, std::memory_order_release);
    store_order();
    place.shard->pending = 0;
    lru_push(*place.shard, ref, pages_.clock());
}

void Store::drop(Shard& shard, Ref ref) {
    Item& old = item(ref);
    shard.pending = ref;
    store_order();
    {
        Change change(shard);
        Bucket& bucket = bucket_of(old);
        Ref before = bucket.head.load(std::memory_order_relaxed);
        if (before == ref) {
            bucket.head.store(old.next, std::memory_order_relaxed);
        } else {
            while (item(before).next != ref) {
                before = item(before).next;
            }
            item(before).next = old.next;
        }
    }
    lru_remove(shard, ref);
    release_nodes(old);
    shard.pending = 0;
    store_order();
    pages_.release(ref);
}

size_t Store::drop_expired_tail(Shard& shard, uint64_t now) {
    size_t dropped = 0;
    for (; dropped < kExpiredPerWrite && tail_has_expired(shard, now); dropped++) {
        drop(shard, shard.oldest.load(std::memory_order_relaxed));
    }
    return dropped;
}

size_t Store::drop_expired_tails(uint64_t now) {
    size_t dropped = 0;
    for (uint32_t i = 0; i < shard_count_; i++) {
        Locked locked(*this, shards_[i]);
        dropped += drop_expired_tail(shards_[i], now);
    }
    return dropped;
}

// Frees one item of any shard; false if there is none. `forcible` becomes true if it was alive. The
// caller holds no lock.
bool Store::evict_one(const Shard& preferred, uint64_t now, bool& forcible) {
    while (Shard* shard = shard_with_oldest(preferred)) {
        Locked locked(*this, *shard);
        const Ref ref = victim(*shard);
        if (ref != 0) {
            forcible = forcible || !item(ref).expired(now);
            drop(*shard, ref);
            return true;
        }
    }
    return false;
}

// The shard whose list ends in the oldest item of all, `preferred` among equals. A look without
// locks: a wrong answer costs nothing but fairness. Null if all are empty.
Shard* Store::shard_with_oldest(const Shard& preferred) const {
    const auto start = static_cast<uint32_t>(&preferred - shards_);
    const uint32_t clock = pages_.clock();
    Shard* found = nullptr;
    uint32_t oldest_age = 0;
    for (uint32_t i = 0; i < shard_count_; i++) {
        Shard& shard = shards_[(start + i) & (shard_count_ - 1)];
        const Ref ref = shard.oldest.load(std::memory_order_relaxed);
        if (ref == 0) {
            continue;
        }
        const uint32_t age = clock - std::atomic_ref(item(ref).placed).load();
        if (found == nullptr || age > oldest_age) {
            found = &shard;
            oldest_age = age;
        }
    }
    return found;
}

// The least recently used item. Reads without the lock did not move theirs; they move now. 0 if the
// shard is empty.
Ref Store::victim(Shard& shard) {
    for (int i = 0; i < kMaxPromotions; i++) {
        const Ref ref = shard.oldest.load(std::memory_order_relaxed);
        if (ref == 0) {
            return 0;
        }
        const Item& oldest = item(ref);
        const uint32_t touched = bucket_of(oldest).touched.load(std::memory_order_relaxed);
        if (!later(touched, oldest.placed)) {
            return ref;
        }
        lru_remove(shard, ref);
        lru_push(shard, ref, touched);
    }
    return shard.oldest.load(std::memory_order_relaxed);
}

} // namespace lua::shdict
