#include "lua_net/pattern.hpp"

#include <cstring>

namespace lua::net {

uint32_t* Pattern::border() const noexcept {
    return reinterpret_cast<uint32_t*>(const_cast<Pattern*>(this) + 1);
}

const char* Pattern::bytes() const noexcept {
    return reinterpret_cast<const char*>(border() + size_);
}

Pattern::Pattern(std::string_view bytes, bool inclusive) noexcept
    : size_(bytes.size()), inclusive_(inclusive) {
    uint32_t* next = border();
    std::memcpy(next + size_, bytes.data(), size_);

    uint32_t k = 0;
    next[0] = 0;
    for (size_t i = 1; i < size_; i++) {
        while (k > 0 && bytes[i] != bytes[k]) {
            k = next[k - 1];
        }
        k += bytes[i] == bytes[k] ? 1 : 0;
        next[i] = k;
    }
}

Pattern::Found Pattern::look(std::string_view buffer, size_t limit, Search& search) const noexcept {
    const char* pattern = bytes();
    const uint32_t* next = border();
    size_t i = search.looked_at;
    size_t k = search.matched;
    Found found = Found::nothing;

    while (i < buffer.size()) {
        if (k == 0) {
            // Bytes that cannot begin the pattern are passed over at once.
            size_t left = limit > i ? limit - i : 0;
            size_t span = buffer.size() - i < left ? buffer.size() - i : left;
            const void* first = std::memchr(buffer.data() + i, pattern[0], span);
            i = first == nullptr
                    ? i + span
                    : static_cast<size_t>(static_cast<const char*>(first) - buffer.data());
            if (i >= limit) {
                found = Found::enough;
                break;
            }
            if (first == nullptr) {
                break;
            }
            k = 1;
            i++;
        } else if (buffer[i] == pattern[k]) {
            k++;
            i++;
        } else {
            do {
                k = next[k - 1];
            } while (k > 0 && buffer[i] != pattern[k]);
            if (i - k >= limit) {
                found = Found::enough;
                break;
            }
            continue;
        }
        if (k == size_) {
            found = Found::pattern;
            break;
        }
    }
    search.looked_at = i;
    search.matched = k;
    return found;
}

} // namespace lua::net
