// A growing byte buffer: what the encoder writes its text into and the decoder unescapes into.
//
// Owner: an Encoder or a Decoder; between calls a Config keeps the Encoder's.
// Memory comes from malloc, so that growing is one realloc, which is cheap for large texts.
//
// Writing is in two steps: reserve() makes room and returns the place to write to, commit() tells
// how far the caller wrote. put() and append() do both. Only functions that take the Lua state can
// fail, and they fail by raising Lua's "not enough memory".
#pragma once

#include "lua_api.hpp"

#include <algorithm>
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

    [[nodiscard]] size_t size() const { return static_cast<size_t>(end_ - data_.get()); }
    [[nodiscard]] std::string_view view() const { return {data_.get(), size()}; }

    // Returns at least `room` writable bytes behind the text; valid until the next reserve().
    [[nodiscard]] char* reserve(lua_State* L, size_t room) {
        if (static_cast<size_t>(limit_ - end_) < room) [[unlikely]] {
            grow(L, room);
        }
        return end_;
    }

    // `end` is where the writing into the last reserve() stopped.
    void commit(char* end) { end_ = end; }

    void put(lua_State* L, char c) {
        *reserve(L, 1) = c;
        ++end_;
    }

    void append(lua_State* L, std::string_view text) {
        // An empty view may point nowhere, which memcpy is not allowed to see.
        if (!text.empty()) {
            std::memcpy(reserve(L, text.size()), text.data(), text.size());
            end_ += text.size();
        }
    }

    // Forgets what was written behind `size`; the memory stays.
    void truncate(size_t size) { end_ = data_.get() + size; }

    void swap(Buffer& other) {
        data_.swap(other.data_);
        std::swap(end_, other.end_);
        std::swap(limit_, other.limit_);
    }

    // Gives the memory back.
    void release() {
        data_.reset();
        end_ = limit_ = nullptr;
    }

private:
    struct Free {
        void operator()(char* p) const { std::free(p); }
    };

    // Out of line: the hot functions should inline only the comparison.
    [[gnu::noinline]] void grow(lua_State* L, size_t room) {
        constexpr size_t kSmallest = 1024;
        const size_t used = size();
        size_t capacity = std::max(static_cast<size_t>(limit_ - data_.get()), kSmallest);
        while (capacity - used < room) {
            capacity *= 2;
        }
        auto* const grown = static_cast<char*>(std::realloc(data_.get(), capacity));
        if (grown == nullptr) {
            raise(L, "not enough memory");
        }
        // realloc() has taken the old block over.
        static_cast<void>(data_.release());
        data_.reset(grown);
        end_ = grown + used;
        limit_ = grown + capacity;
    }

    std::unique_ptr<char, Free> data_;
    char* end_ = nullptr;   // of the text
    char* limit_ = nullptr; // of the memory
};

} // namespace cjson
