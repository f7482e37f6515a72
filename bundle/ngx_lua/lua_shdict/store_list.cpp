// Lists: an item of type list holds a chain of nodes. Only processes that hold the shard's lock
// look at nodes. A push never makes live items give way.
#include "lua_shdict/store_detail.hpp"

#include <cstring>

namespace lua::shdict {

Status Store::push(std::string_view key, const Value& value, End end, uint64_t now,
                   uint32_t& length) {
    const Place place = place_of(key);
    for (int i = 0;; i++) {
        if (const auto status = try_push(place, value, end, now, length)) {
            return *status;
        }
        if (i == kMaxEvictions || drop_expired_tails(now) == 0) {
            return Status::no_memory;
        }
    }
}

// Nothing: no memory.
std::optional<Status> Store::try_push(const Place& place, const Value& value, End end, uint64_t now,
                                      uint32_t& length) {
    Shard& shard = *place.shard;
    Locked locked(*this, shard);
    drop_expired_tail(shard, now);
    Ref ref = find(place);
    if (ref != 0 && item(ref).expired(now)) {
        drop(shard, ref);
        ref = 0;
    }
    if (ref != 0 && item(ref).type != Type::list) {
        return Status::not_list;
    }
    const Ref node = make_node(value);
    if (node == 0) {
        return {};
    }
    if (ref == 0) {
        ref = make_item(place, Value{.type = Type::list}, {.flags = 0, .expires = kNever});
        if (ref == 0) {
            pages_.release(node);
            return {};
        }
        link_node(item(ref), node, end);
        link(place, ref);
    } else {
        link_node(item(ref), node, end);
        use(shard, ref);
    }
    length = item(ref).count;
    return Status::ok;
}

Status Store::pop(std::string_view key, End end, uint64_t now, Found& out) {
    const Place place = place_of(key);
    Locked locked(*this, *place.shard);
    const Ref ref = find(place);
    if (ref == 0 || item(ref).expired(now)) {
        return Status::ok;
    }
    Item& list = item(ref);
    if (list.type != Type::list) {
        return Status::not_list;
    }
    ListNode& popped = node(end == End::front ? list.head : list.tail);
    if (popped.type == Type::number) {
        memcpy(&out.number, popped.data(), sizeof(out.number));
    } else if (!copy_string(popped.data(), popped.len, out)) {
        return Status::no_memory;
    }
    out.type = popped.type;
    if (list.count == 1) {
        drop(*place.shard, ref);
    } else {
        unlink_node(list, end);
        use(*place.shard, ref);
    }
    return Status::ok;
}

Status Store::length(std::string_view key, uint64_t now, uint32_t& length) {
    const Place place = place_of(key);
    Locked locked(*this, *place.shard);
    const Ref ref = find(place);
    length = 0;
    if (ref == 0 || item(ref).expired(now)) {
        return Status::ok;
    }
    if (item(ref).type != Type::list) {
        return Status::not_list;
    }
    length = item(ref).count;
    return Status::ok;
}

Ref Store::make_node(const Value& value) {
    const bool is_number = value.type == Type::number;
    const size_t len = is_number ? sizeof(value.number) : value.string.size();
    if (len > UINT32_MAX) {
        return 0;
    }
    const Ref ref = pages_.allocate(sizeof(ListNode) + len);
    if (ref == 0) {
        return 0;
    }
    ListNode& fresh = node(ref);
    fresh = {.next = 0, .prev = 0, .len = static_cast<uint32_t>(len), .type = value.type};
    if (is_number) {
        memcpy(fresh.data(), &value.number, len);
    } else {
        value.string.copy(fresh.data(), len);
    }
    return ref;
}

// The store that makes the node part of the forward chain comes before all others (layout.hpp).
void Store::link_node(Item& list, Ref ref, End end) {
    ListNode& added = node(ref);
    if (list.head == 0) {
        list.head = ref;
        store_order();
        list.tail = ref;
    } else if (end == End::front) {
        added.next = list.head;
        store_order();
        list.head = ref;
        store_order();
        node(added.next).prev = ref;
    } else {
        added.prev = list.tail;
        store_order();
        node(list.tail).next = ref;
        store_order();
        list.tail = ref;
    }
    list.count++;
}

// The list has more than one node.
void Store::unlink_node(Item& list, End end) {
    const Ref ref = end == End::front ? list.head : list.tail;
    if (end == End::front) {
        list.head = node(ref).next;
        store_order();
        node(list.head).prev = 0;
    } else {
        list.tail = node(ref).prev;
        store_order();
        node(list.tail).next = 0;
    }
    list.count--;
    store_order();
    pages_.release(ref);
}

// Of an item that is going away.
void Store::release_nodes(Item& list) {
    while (list.type == Type::list && list.head != 0) {
        const Ref ref = list.head;
        list.head = node(ref).next;
        store_order();
        pages_.release(ref);
    }
}

} // namespace lua::shdict
