// The bytes that a socket has received and Lua code has not taken yet: one contiguous piece of
// memory that grows while a single operation needs more. Standard-sized memory is kept for the
// next socket; a socket without unread bytes holds none once it is released.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::net {

class ReceiveBuffer {
public:
    ReceiveBuffer() = default;
    ReceiveBuffer(const ReceiveBuffer&) = delete;
    ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;
    ~ReceiveBuffer() { release(); }

    [[nodiscard]] u_char* data() const noexcept { return pos_; }
    [[nodiscard]] size_t size() const noexcept { return static_cast<size_t>(last_ - pos_); }

    // Takes n bytes off the front. They stay where they are until the next reserve().
    void consume(size_t n) noexcept { pos_ += n; }

    // Makes room for at least one more byte; `size` is how large the buffer is at first. False when
    // memory is short.
    [[nodiscard]] bool reserve(size_t size) noexcept;
    [[nodiscard]] u_char* free_begin() const noexcept { return last_; }
    [[nodiscard]] size_t free_size() const noexcept { return static_cast<size_t>(end_ - last_); }
    void commit(size_t n) noexcept { last_ += n; }

    // Appends bytes that were received by somebody else; false when memory is short.
    [[nodiscard]] bool append(const u_char* bytes, size_t n) noexcept;

    // Gives the memory back, with whatever is unread.
    void release() noexcept;

private:
    [[nodiscard]] bool grow(size_t capacity) noexcept;

    u_char* start_ = nullptr;
    u_char* pos_ = nullptr;
    u_char* last_ = nullptr;
    u_char* end_ = nullptr;
};

} // namespace lua::net
