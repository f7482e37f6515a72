// Reading and writing one item. store_create.cpp lays the memory out, store_order.cpp has buckets,
// LRU list and eviction.
#include "lua_shdict/store_detail.hpp"

#include <cstdlib>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lua::shdict {

namespace {

// Readers give up after so many disturbed tries, and take the lock: writers must not starve them.
constexpr int kUnlockedTries = 8;

// A chain this long is a torn one (or the lock is a small price).
constexpr int kMaxChain = 1000;

size_t item_size(size_t key_len, size_t value_len) {
    return sizeof(Item) + key_len + value_len;
}

bool same_key(const Item& item, uint32_t hash, std::string_view key) {
    return item.hash == hash && item.key_len == key.size() &&
           memcmp(item.key(), key.data(), key.size()) == 0;
}

void set_value(Item& item, const Value& value) {
    item.type = value.type;
    item.number = value.number;
    item.value_len = static_cast<uint32_t>(value.string.size());
    value.string.copy(item.value(), value.string.size()); // (a memcpy must not see its null)
}

// All but the string's bytes. A list has no value to read.
Status describe(const Item& item, bool stale, Found& out) {
    out.type = item.type;
    out.flags = item.flags;
    out.number = item.number;
    out.stale = stale;
    return item.type == Type::list ? Status::is_list : Status::ok;
}

} // namespace

bool copy_string(const char* bytes, size_t len, Found& out) {
    if (len > out.capacity) {
        auto* memory = static_cast<char*>(malloc(len));
        if (memory == nullptr) {
            return false;
        }
        out.data = memory;
    }
    memcpy(out.data, bytes, len);
    out.len = len;
    return true;
}

Store::Place Store::place_of(std::string_view key) const {
    const uint64_t hash = XXH3_64bits(key.data(), key.size());
    const auto low = static_cast<uint32_t>(hash);
    const auto shard = static_cast<uint32_t>(hash >> 32) & (shard_count_ - 1);
    const auto index = static_cast<uint32_t>(uint64_t{low} * shard_buckets_ >> 32);
    return {key, low, &shards_[shard], &buckets_[size_t{shard} * shard_buckets_ + index]};
}

Shard* Store::shard_of(std::string_view key) const {
    return place_of(key).shard;
}

Ref Store::find(const Place& place) const {
    Ref ref = place.bucket->head.load(std::memory_order_relaxed);
    while (ref != 0 && !same_key(item(ref), place.hash, place.key)) {
        ref = item(ref).next;
    }
    return ref;
}

// --- reading ---

Status Store::get(std::string_view key, uint64_t now, Stale stale, Found& out) {
    const Place place = place_of(key);
    if (!exact_) {
        for (int i = 0; i < kUnlockedTries; i++) {
            if (const auto status = read_unlocked(place, stale, now, out)) {
                return *status;
            }
        }
    }
    return read_locked(place, stale, now, out);
}

// Nothing: what it saw was changing meanwhile. Everything it follows may be torn, so refs and
// lengths are checked against the area before use, and are read once.
std::optional<Status> Store::read_unlocked(const Place& place, Stale stale, uint64_t now,
                                           Found& out) const {
    const Shard& shard = *place.shard;
    const uint32_t seq = shard.seq.load(std::memory_order_acquire);
    const auto undisturbed = [&] {
        std::atomic_thread_fence(std::memory_order_acquire);
        return shard.seq.load(std::memory_order_relaxed) == seq;
    };
    Ref ref = place.bucket->head.load(std::memory_order_acquire);
    Item head;
    for (int i = 0;; i++) {
        if (seq % 2 != 0 || i == kMaxChain || !inside(ref, sizeof(Item))) {
            return {};
        }
        if (ref == 0) {
            return undisturbed() ? std::optional(Status::ok) : std::nullopt;
        }
        head = item(ref);
        store_order(); // `head` is a copy, not a name for the shared memory
        if (head.hash == place.hash && head.key_len == place.key.size() &&
            inside(ref, item_size(head.key_len, head.value_len)) &&
            memcmp(item(ref).key(), place.key.data(), place.key.size()) == 0) {
            break;
        }
        ref = head.next;
    }
    const bool expired = head.expired(now);
    if (expired && stale == Stale::hide) {
        return undisturbed() ? std::optional(Status::ok) : std::nullopt;
    }
    const bool is_string = head.type == Type::string;
    // Memory for a long string is not taken on the word of a torn length.
    if (is_string && head.value_len > out.capacity && !undisturbed()) {
        return {};
    }
    char* const buffer = out.data;
    if (is_string && !copy_string(item(ref).key() + head.key_len, head.value_len, out)) {
        return Status::no_memory;
    }
    if (!undisturbed()) {
        if (out.data != buffer) {
            free(out.data);
            out.data = buffer;
        }
        return {};
    }
    const uint32_t clock = pages_.clock();
    if (place.bucket->touched.load(std::memory_order_relaxed) != clock) {
        place.bucket->touched.store(clock, std::memory_order_relaxed);
    }
    return describe(head, expired, out);
}

Status Store::read_locked(const Place& place, Stale stale, uint64_t now, Found& out) {
    Locked locked(*this, *place.shard);
    const Ref ref = find(place);
    if (ref == 0) {
        return Status::ok;
    }
    use(*place.shard, ref);
    const Item& found = item(ref);
    const bool expired = found.expired(now);
    if (expired && stale == Stale::hide) {
        return Status::ok;
    }
    if (found.type == Type::string && !copy_string(found.value(), found.value_len, out)) {
        return Status::no_memory;
    }
    return describe(found, expired, out);
}

Status Store::expires_at(std::string_view key, uint64_t& expires) {
    const Place place = place_of(key);
    Locked locked(*this, *place.shard);
    const Ref ref = find(place);
    if (ref == 0) {
        return Status::not_found;
    }
    expires = item(ref).expires;
    return Status::ok;
}

// --- writing ---

Status Store::set_expires(std::string_view key, uint64_t expires) {
    const Place place = place_of(key);
    Locked locked(*this, *place.shard);
    const Ref ref = find(place);
    if (ref == 0) {
        return Status::not_found;
    }
    item(ref).expires = expires;
    return Status::ok;
}

Outcome Store::set(std::string_view key, const Value& value, const Attributes& attributes,
                   uint64_t now, Write write, Evict evict) {
    const Place place = place_of(key);
    Outcome outcome;
    for (int evicted = 0;; evicted++) {
        if (const auto status = try_set(place, value, attributes, write, now)) {
            outcome.status = *status;
            return outcome;
        }
        if (evict == Evict::no || evicted == kMaxEvictions ||
            !evict_one(*place.shard, now, outcome.forcible)) {
            outcome.status = Status::no_memory;
            return outcome;
        }
    }
}

// Nothing: no memory. The old item is gone then, and a `replace` has become a `set`.
std::optional<Status> Store::try_set(const Place& place, const Value& value,
                                     const Attributes& attributes, Write& write, uint64_t now) {
    Locked locked(*this, *place.shard);
    drop_expired_tail(*place.shard, now);
    const Ref ref = find(place);
    const bool live = ref != 0 && !item(ref).expired(now);
    if (write == Write::add && live) {
        return Status::exists;
    }
    if (write == Write::replace && !live) {
        return Status::not_found;
    }
    if (value.type == Type::nil) {
        if (ref != 0) {
            drop(*place.shard, ref);
        }
        return Status::ok;
    }
    if (write == Write::replace) {
        write = Write::set;
    }
    return put(place, ref, value, attributes);
}

Outcome Store::incr(std::string_view key, double& number, const Init* init, uint64_t now) {
    const Place place = place_of(key);
    Outcome outcome;
    for (int evicted = 0;; evicted++) {
        if (const auto status = try_incr(place, number, init, now)) {
            outcome.status = *status;
            return outcome;
        }
        if (evicted == kMaxEvictions || !evict_one(*place.shard, now, outcome.forcible)) {
            outcome.status = Status::no_memory;
            return outcome;
        }
    }
}

std::optional<Status> Store::try_incr(const Place& place, double& number, const Init* init,
                                      uint64_t now) {
    Locked locked(*this, *place.shard);
    drop_expired_tail(*place.shard, now);
    const Ref ref = find(place);
    if (ref != 0 && !item(ref).expired(now)) {
        Item& found = item(ref);
        if (found.type != Type::number) {
            return Status::not_number;
        }
        number += found.number;
        std::atomic_ref(found.number).store(number, std::memory_order_relaxed);
        use(*place.shard, ref);
        return Status::ok;
    }
    if (init == nullptr) {
        return Status::not_found;
    }
    const Value value{.type = Type::number, .number = number + init->value};
    const auto status = put(place, ref, value, {.flags = 0, .expires = init->expires});
    if (status) {
        number = value.number;
    }
    return status;
}

// Stores the value at a key that has the item `old` or (0) none. A value that needs as much memory
// as the old one is written over it. Nothing: no memory.
std::optional<Status> Store::put(const Place& place, Ref old, const Value& value,
                                 const Attributes& attributes) {
    const size_t size = item_size(place.key.size(), value.string.size());
    Shard& shard = *place.shard;
    if (old != 0 && item(old).type != Type::list &&
        Pages::rounded(size) == pages_.rounded_size_of(old)) {
        Item& target = item(old);
        {
            Change change(shard);
            target.state = ItemState::torn;
            store_order();
            target.flags = attributes.flags;
            target.expires = attributes.expires;
            set_value(target, value);
            store_order();
            target.state = ItemState::whole;
        }
        use(shard, old);
        return Status::ok;
    }
    if (old != 0) {
        drop(shard, old);
    }
    const Ref ref = make_item(place, value, attributes);
    if (ref == 0) {
        return {};
    }
    link(place, ref);
    return Status::ok;
}

// A finished item that is in no bucket yet.
Ref Store::make_item(const Place& place, const Value& value, const Attributes& attributes) {
    if (value.string.size() > UINT32_MAX) {
        return 0;
    }
    const Ref ref = pages_.allocate(item_size(place.key.size(), value.string.size()));
    if (ref == 0) {
        return 0;
    }
    Item& fresh = item(ref);
    fresh = Item{};
    store_order(); // repair() may look at it from here on
    place.shard->pending = ref;
    fresh.hash = place.hash;
    fresh.key_len = static_cast<uint16_t>(place.key.size());
    memcpy(fresh.key(), place.key.data(), place.key.size());
    fresh.flags = attributes.flags;
    fresh.expires = attributes.expires;
    set_value(fresh, value);
    return ref;
}

} // namespace lua::shdict
