// Reading and writing one item. store_create.cpp lays the memory out, store_order.cpp has buckets,
// LRU list and eviction.
#include "lua_shdict/store_detail.hpp"

#include <cstdlib>
#include <cstring>

namespace lua::shdict {

namespace {

// Readers give up after so many disturbed tries, and take the lock: writers must not starve them.
constexpr int kUnlockedTries = 8;

// A chain this long is a torn one (or the lock is a small price).
constexpr int kMaxChain = 1000;

size_t item_size(size_t key_len, size_t value_len) {
    return sizeof(Item) + key_len + value_len;
}

void set_value(Item& item, const Value& value) {
    item.type = value.type;
    item.number = value.number;
    item.value_len = static_cast<uint32_t>(value.string.size());
    value.string.copy(item.value(), value.string.size()); // (a memcpy must not see its null)
}

// One load of what another process may be changing.
template <typename T>
T peek(const T& shared) {
    T copy;
    __atomic_load(&shared, &copy, __ATOMIC_RELAXED);
    return copy;
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

Shard* Store::shard_of(std::string_view key) const {
    return place_of(key).shard;
}

// --- reading ---

Status Store::get(std::string_view key, uint64_t now, Stale stale, Found& out) {
    const Place place = place_of(key);
    if (!exact_) {
        auto status = Status::ok;
        for (int i = 0; i < kUnlockedTries; i++) {
            const Glance glance = look(place, stale, now, out, status);
            if (glance == Glance::clear) {
                return status;
            }
            if (glance == Glance::too_long) {
                return get_long(key, stale, now, out);
            }
        }
    }
    return read_locked(place, stale, now, out);
}

// A string that is longer than the caller's buffer.
Status Store::get_long(std::string_view key, Stale stale, uint64_t now, Found& out) {
    const Place place = place_of(key);
    for (int i = 0; i < kUnlockedTries; i++) {
        auto* memory = static_cast<char*>(malloc(out.len));
        if (memory == nullptr) {
            return Status::no_memory;
        }
        Found found(memory, out.len);
        auto status = Status::ok;
        const Glance glance = look(place, stale, now, found, status);
        if (glance == Glance::clear && found.type == Type::string) {
            found.capacity = out.capacity; // of the caller's buffer, which comes into its own again
            out = found;
            return status;
        }
        free(memory);
        if (glance == Glance::too_long) {
            out.len = found.len;
        }
    }
    return read_locked(place, stale, now, out);
}

// Reads without the lock. Everything it follows may be torn, so refs and lengths are read once, and
// checked against the area before use.
[[gnu::always_inline]] inline Store::Glance
Store::look(const Place& place, Stale stale, uint64_t now, Found& out, Status& status) const {
    const Shard& shard = *place.shard;
    const uint32_t seq = shard.seq.load(std::memory_order_acquire);
    // Whether all that was read so far belongs together.
    const auto clear = [&] {
        std::atomic_thread_fence(std::memory_order_acquire);
        return shard.seq.load(std::memory_order_relaxed) == seq && seq % 2 == 0;
    };
    Ref ref = place.bucket->head.load(std::memory_order_acquire);
    uint32_t value_len = 0;
    for (int i = 0;; i++) {
        if (ref == 0) {
            return clear() ? Glance::clear : Glance::disturbed;
        }
        if (i == kMaxChain || !inside(ref, sizeof(Item))) {
            return Glance::disturbed;
        }
        const Item& next = item(ref);
        value_len = peek(next.value_len);
        if (next.hash == place.hash && inside(ref, item_size(place.key.size(), value_len)) &&
            has_key(next, place.key)) {
            break;
        }
        ref = peek(next.next);
    }
    const Item& found = item(ref);
    const bool expired = is_past(peek(found.expires), now);
    if (expired && stale == Stale::hide) {
        return clear() ? Glance::clear : Glance::disturbed;
    }
    const Type type = peek(found.type);
    if (value_len > out.capacity) {
        out.len = value_len;
        return clear() ? Glance::too_long : Glance::disturbed;
    }
    memcpy(out.data, found.key() + place.key.size(), value_len);
    const uint32_t flags = peek(found.flags);
    const double number = peek(found.number);
    if (!clear()) {
        return Glance::disturbed;
    }
    out.len = value_len;
    out.type = type;
    out.stale = expired;
    out.flags = flags;
    out.number = number;
    if (type == Type::list) {
        status = Status::is_list;
    }
    const uint32_t clock = pages_.clock();
    if (place.bucket->touched.load(std::memory_order_relaxed) != clock) {
        place.bucket->touched.store(clock, std::memory_order_relaxed);
    }
    return Glance::clear;
}

[[gnu::always_inline]] inline Status Store::read_locked(const Place& place, Stale stale,
                                                        uint64_t now, Found& out) {
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
    out.type = found.type;
    out.flags = found.flags;
    out.number = found.number;
    out.stale = expired;
    return found.type == Type::list ? Status::is_list : Status::ok;
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
[[gnu::always_inline]] inline std::optional<Status> Store::try_set(const Place& place,
                                                                   const Value& value,
                                                                   const Attributes& attributes,
                                                                   Write& write, uint64_t now) {
    Locked locked(*this, *place.shard);
    if (tail_has_expired(*place.shard, now)) {
        drop_expired_tail(*place.shard, now);
    }
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

[[gnu::always_inline]] inline std::optional<Status>
Store::try_incr(const Place& place, double& number, const Init* init, uint64_t now) {
    Locked locked(*this, *place.shard);
    if (tail_has_expired(*place.shard, now)) {
        drop_expired_tail(*place.shard, now);
    }
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
[[gnu::always_inline]] inline std::optional<Status>
Store::put(const Place& place, Ref old, const Value& value, const Attributes& attributes) {
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
