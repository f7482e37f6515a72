// A growing byte buffer: what the encoder writes its text into and the decoder unescapes into.
//
// Owner: a Config (the buffer that an instance keeps between calls) or the scope of one call.
// Memory comes from malloc, so that growing is one realloc, which is cheap for large texts.
//
// Writing is in two steps: reserve() makes room and returns the place to write to, commit() tells
// how far the caller wrote. put() and append() do both. Only functions that take the Lua state can
// fail, and they fail by raising Lua's "not enough memory".
#pragma once

#include "lua_api.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace cjson {

class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    [[nodiscard]] size_t size() const { return size_; }
    [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }

    // Returns at least `room` writable bytes behind the text; valid until the next reserve().
    [[nodiscard]] char* reserve(lua_State* L, size_t room) {
        if (capacity_ - size_ < room) {
            grow(L, room);
        }
        return data_.get() + size_;
    }

    // `end` is where the writing into the last reserve() stopped.
    void commit(const char* end) { size_ = static_cast<size_t>(end - data_.get()); }

    void put(lua_State* L, char c) {
        *reserve(L, 1) = c;
        ++size_;
    }

    void append(lua_State* L, std::string_view text) {
        // An empty view may point nowhere, which memcpy is not allowed to see.
        if (!text.empty()) {
            std::memcpy(reserve(L, text.size()), text.data(), text.size());
            size_ += text.size();
        }
    }

    // Forgets what was written behind `size`; the memory stays.
    void truncate(size_t size) { size_ = size; }

    // Gives the memory back.
    void release() {
        data_.reset();
        size_ = capacity_ = 0;
    }

private:
    struct Free {
        void operator()(char* p) const { std::free(p); }
    };

    // Out of line: the hot functions should inline only the comparison.
    [[gnu::noinline]] void grow(lua_State* L, size_t room) {
        constexpr size_t kSmallest = 1024;
        size_t wanted = capacity_ < kSmallest ? kSmallest : capacity_;
        while (wanted - size_ < room) {
            wanted *= 2;
        }
        auto* grown = static_cast<char*>(std::realloc(data_.get(), wanted));
        if (grown == nullptr) {
            raise(L, "not enough memory");
        }
        // realloc has already taken the old block over.
        static_cast<void>(data_.release());
        data_.reset(grown);
        capacity_ = wanted;
    }

    std::unique_ptr<char, Free> data_;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

} // namespace cjson
