#include "lua_net/receive_buffer.hpp"

namespace lua::net {
namespace {

// Memory of the usual size, kept for the next socket.
constexpr size_t kKept = 64;

struct Spare {
    u_char* memory[kKept];
    size_t count = 0;
    size_t size = 0; // of each
};

Spare spare;

u_char* take(size_t size) noexcept {
    if (spare.count > 0 && spare.size == size) {
        return spare.memory[--spare.count];
    }
    return static_cast<u_char*>(ngx_alloc(size, ngx_cycle->log));
}

void give_back(u_char* memory, size_t size) noexcept {
    if (spare.count == 0 && size <= 64 * 1024) {
        spare.size = size;
    }
    if (spare.size == size && spare.count < kKept) {
        spare.memory[spare.count++] = memory;
        return;
    }
    ngx_free(memory);
}

} // namespace

bool ReceiveBuffer::reserve(size_t size) noexcept {
    if (pos_ == last_) {
        pos_ = start_;
        last_ = start_;
    }
    if (last_ < end_) {
        return true;
    }
    if (start_ == nullptr) {
        start_ = take(size);
        pos_ = start_;
        last_ = start_;
        end_ = start_ == nullptr ? nullptr : start_ + size;
        return start_ != nullptr;
    }
    if (pos_ > start_) {
        ngx_memmove(start_, pos_, this->size());
        last_ = start_ + this->size();
        pos_ = start_;
        return true;
    }
    return grow(2 * static_cast<size_t>(end_ - start_));
}

bool ReceiveBuffer::grow(size_t capacity) noexcept {
    auto* memory = static_cast<u_char*>(ngx_alloc(capacity, ngx_cycle->log));
    if (memory == nullptr) {
        return false;
    }
    size_t used = size();
    ngx_memcpy(memory, pos_, used);
    give_back(start_, static_cast<size_t>(end_ - start_));
    start_ = memory;
    pos_ = memory;
    last_ = memory + used;
    end_ = memory + capacity;
    return true;
}

bool ReceiveBuffer::append(const u_char* bytes, size_t n) noexcept {
    if (n == 0) {
        return true;
    }
    if (!reserve(n) || (free_size() < n && !grow(size() + n))) {
        return false;
    }
    ngx_memcpy(last_, bytes, n);
    last_ += n;
    return true;
}

void ReceiveBuffer::release() noexcept {
    if (start_ != nullptr) {
        give_back(start_, static_cast<size_t>(end_ - start_));
    }
    start_ = nullptr;
    pos_ = nullptr;
    last_ = nullptr;
    end_ = nullptr;
}

} // namespace lua::net
