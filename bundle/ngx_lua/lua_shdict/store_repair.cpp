// Puts a shard in order whose lock was taken over from a dead process. What survives is what the
// buckets' chains reach (layout.hpp); an item whose value was being written at that moment goes,
// the LRU list is made anew from the items' ages.
#include "lua_shdict/store_detail.hpp"

#include <array>

namespace lua::shdict {

void Store::repair(Shard& shard) {
    // Odd until the end, whatever the dead process left.
    shard.seq.store(shard.seq.load(std::memory_order_relaxed) | 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);

    const Ref pending = shard.pending;
    if (pending != 0 && !reachable(pending)) {
        release_nodes(item(pending));
        shard.pending = 0;
        store_order();
        pages_.release(pending);
    }
    shard.pending = 0;

    Ref ref = sort_by_age(recover_items(shard));
    shard.newest.store(0, std::memory_order_relaxed);
    shard.oldest.store(0, std::memory_order_relaxed);
    while (ref != 0) {
        const Ref next = item(ref).older;
        lru_push(shard, ref, item(ref).placed);
        ref = next;
    }
    shard.seq.store(shard.seq.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

bool Store::reachable(Ref ref) const {
    Ref other = bucket_of(item(ref)).head.load(std::memory_order_relaxed);
    while (other != 0 && other != ref) {
        other = item(other).next;
    }
    return other == ref;
}

// Removes what is not whole; returns the rest as a list linked by `older`.
Ref Store::recover_items(Shard& shard) {
    Ref all = 0;
    const auto number = static_cast<size_t>(&shard - shards_);
    Bucket* const end = buckets_ + ((number + 1) << shard_shift_);
    for (Bucket* bucket = buckets_ + (number << shard_shift_); bucket != end; bucket++) {
        Ref before = 0;
        Ref ref = bucket->head.load(std::memory_order_relaxed);
        while (ref != 0) {
            Item& found = item(ref);
            const Ref next = found.next;
            if (found.state == ItemState::torn) {
                if (before == 0) {
                    bucket->head.store(next, std::memory_order_relaxed);
                } else {
                    item(before).next = next;
                }
                store_order();
                pages_.release(ref);
            } else {
                recover_list(found);
                found.older = all;
                all = ref;
                before = ref;
            }
            ref = next;
        }
    }
    return all;
}

// The backward links and the count, from the forward chain.
void Store::recover_list(Item& list) {
    if (list.type != Type::list) {
        return;
    }
    list.count = 0;
    list.tail = 0;
    for (Ref ref = list.head; ref != 0; ref = node(ref).next) {
        node(ref).prev = list.tail;
        list.tail = ref;
        list.count++;
    }
}

// Merge sort of a list linked by `older`; the oldest comes first. bins[i] has 2^i items.
Ref Store::sort_by_age(Ref list) const {
    std::array<Ref, 32> bins{};
    while (list != 0) {
        Ref sorted = list;
        list = item(list).older;
        item(sorted).older = 0;
        size_t i = 0;
        for (; bins[i] != 0; i++) {
            sorted = merge(bins[i], sorted);
            bins[i] = 0;
        }
        bins[i] = sorted;
    }
    Ref sorted = 0;
    for (const Ref bin : bins) {
        sorted = merge(bin, sorted);
    }
    return sorted;
}

Ref Store::merge(Ref a, Ref b) const {
    const uint32_t clock = pages_.clock();
    Ref first = 0;
    Ref* end = &first;
    while (a != 0 && b != 0) {
        Ref& older = clock - item(a).placed >= clock - item(b).placed ? a : b;
        *end = older;
        end = &item(older).older;
        older = *end;
    }
    *end = a != 0 ? a : b;
    return first;
}

} // namespace lua::shdict
