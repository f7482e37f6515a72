// What lies in the shared memory of a dictionary. Everything refers to everything by Ref, so the
// area works at any address. Who may touch what, and what is true after a crash:
//
// - An Item is reachable through its bucket's chain and nothing else counts: the forward chains
//   (Bucket::head, Item::next, Item::head, ListNode::next) change by single stores of finished
//   objects, so a process that dies anywhere leaves them whole. All other links (the LRU list, the
//   backward links and counts of lists) are derived; repair() computes them again.
// - Readers without the lock see chains and items of a shard between two equal, even values of
//   Shard::seq or throw away what they saw. They write to Bucket::touched only, which is never
//   freed; a store into an Item could hit memory that has become something else.
#pragma once

#include "lua_shdict/owner_lock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lua::shdict {

// Offset from the start of the area in units of 8 bytes, so an area may have 32 GiB; 0 is nothing.
using Ref = uint32_t;
inline constexpr unsigned kRefShift = 3;

// As LuaJIT numbers its types; list is ours (and part of the FFI ABI).
enum class Type : uint8_t { nil = 0, boolean = 1, number = 3, string = 4, list = 5 };

enum class ItemState : uint8_t {
    whole = 0,
    torn = 1, // its value is being overwritten; found by repair(): the writer died
};

// Whether a time of expiry (0: never) has come.
inline bool is_past(uint64_t expires, uint64_t now) {
    return expires != 0 && expires <= now;
}

// One cache line, followed by the key and then by the bytes of a string value.
struct Item {
    Ref next;         // in the bucket
    Ref newer;        // LRU list
    Ref older;        // LRU list
    uint32_t hash;    // low half of the key's hash
    uint64_t expires; // ms; 0 = never
    uint32_t value_len;
    uint32_t flags;
    uint16_t key_len;
    Type type;
    ItemState state;
    uint32_t placed; // clock when it was put to the head of the LRU list
    double number;   // numbers and booleans (0, 1)
    Ref head;        // lists: first and last node
    Ref tail;
    uint32_t count;
    uint32_t unused;

    char* key() { return reinterpret_cast<char*>(this + 1); }
    const char* key() const { return reinterpret_cast<const char*>(this + 1); }
    char* value() { return key() + key_len; }
    const char* value() const { return key() + key_len; }
    bool expired(uint64_t now) const { return is_past(expires, now); }
};
static_assert(sizeof(Item) == 64);

// An element of a list, followed by its bytes (a number: the double).
struct ListNode {
    Ref next;
    Ref prev;
    uint32_t len;
    Type type;

    char* data() { return reinterpret_cast<char*>(this + 1); }
};
static_assert(sizeof(ListNode) == 16);

struct Bucket {
    std::atomic<Ref> head;
    std::atomic<uint32_t> touched; // clock of the last read without the lock
};

// A part of the keys with its own lock; 128 bytes keep neighbours out of each other's cache lines
// (processors fetch lines in pairs).
struct alignas(128) Shard {
    OwnerLock lock;
    std::atomic<uint32_t> seq; // odd while something that a reader may see is changing
    std::atomic<Ref> newest;   // ends of the LRU list
    std::atomic<Ref> oldest;
    Ref pending; // an item that is allocated, but in no bucket: repair() gives it back
};
static_assert(sizeof(Shard) == 128);

// Keeps the compiler from moving stores across. That is all a dying process needs: what it has
// executed becomes visible in program order.
inline void store_order() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

} // namespace lua::shdict
