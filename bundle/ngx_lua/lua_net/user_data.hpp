// Pairs of numbers that Lua code attaches to a connection, for instance the statements it has
// prepared there: a queue of limited length, in which the oldest pair makes room for a new one. It
// goes with the connection, through pools too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace lua::net {

class UserData {
public:
    struct Pair {
        uint64_t key;
        uint64_t value;
    };

    explicit UserData(size_t capacity) noexcept : capacity_(capacity) {}

    [[nodiscard]] size_t count() const noexcept { return pairs_.size(); }

    // Null if the key is not there.
    [[nodiscard]] const Pair* find(uint64_t key) const noexcept;

    // Adds a pair, or replaces its value; what had to go is in `evicted`, if true is returned.
    bool add(Pair pair, Pair& evicted);

    // False if it is not there.
    bool remove(uint64_t key) noexcept;

private:
    size_t capacity_;
    std::deque<Pair> pairs_; // oldest first
};

} // namespace lua::net
