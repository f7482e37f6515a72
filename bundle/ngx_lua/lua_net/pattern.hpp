// A byte string that ends a record in a stream (receiveuntil): found by Knuth, Morris and Pratt's
// automaton, so that a byte is looked at once, however the stream is cut into pieces.
//
// A search keeps no bytes of its own: what might be the beginning of the pattern stays in the
// caller's buffer. A search that was given up is begun again at those bytes and comes to the same
// state, so whoever reads next from the buffer finds them first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lua::net {

class Pattern {
public:
    // The Lua half has `space(size)` bytes for it, which the collector owns.
    static constexpr size_t space(size_t size) noexcept {
        return sizeof(Pattern) + size * (sizeof(uint32_t) + 1);
    }

    Pattern(std::string_view bytes, bool inclusive) noexcept;
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    struct Search {
        size_t looked_at = 0; // bytes of the buffer, from its front
        size_t matched = 0;   // the last ones of them, which may begin the pattern
    };

    enum class Found : uint8_t {
        nothing, // all was looked at
        pattern, // search.matched is the pattern's size
        enough,  // `limit` bytes are surely no part of the pattern
    };

    // Looks at the bytes behind search.looked_at.
    [[nodiscard]] Found look(std::string_view buffer, size_t limit, Search& search) const noexcept;

    [[nodiscard]] bool inclusive() const noexcept { return inclusive_; }

    // The pattern was met by a search for pieces; the next one is to say so.
    bool record_ended = false;

private:
    [[nodiscard]] const char* bytes() const noexcept;
    // border()[n]: of the first n + 1 bytes, the longest beginning that is their end as well.
    [[nodiscard]] uint32_t* border() const noexcept;

    size_t size_;
    bool inclusive_;
};

} // namespace lua::net
