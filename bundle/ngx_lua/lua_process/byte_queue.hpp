// Bytes that were read and not yet taken, or that wait to be written: appended at the end, taken
// from the front. Owns its memory. No nginx in here.
#pragma once

#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

namespace lua::pipe {

class ByteQueue {
public:
    ByteQueue() = default;
    ~ByteQueue() { std::free(memory_); }
    ByteQueue(const ByteQueue&) = delete;
    ByteQueue& operator=(const ByteQueue&) = delete;

    [[nodiscard]] std::string_view view() const {
        return memory_ == nullptr ? std::string_view{}
                                  : std::string_view{memory_ + first_, last_ - first_};
    }
    [[nodiscard]] size_t size() const { return last_ - first_; }

    // The room behind the last byte, at least n bytes; empty when memory is short.
    [[nodiscard]] std::span<char> room(size_t n) {
        if (capacity_ - last_ < n && first_ > 0) {
            std::memmove(memory_, memory_ + first_, size());
            last_ -= first_;
            first_ = 0;
        }
        if (capacity_ - last_ < n && !grow(last_ + n)) {
            return {};
        }
        return {memory_ + last_, capacity_ - last_};
    }

    // n bytes have been written to the room.
    void added(size_t n) { last_ += n; }

    void remove_front(size_t n) {
        first_ += n;
        if (first_ == last_) {
            first_ = last_ = 0;
            if (capacity_ > kKept) {
                clear();
            }
        }
    }

    void clear() {
        std::free(memory_);
        memory_ = nullptr;
        first_ = last_ = capacity_ = 0;
    }

private:
    static constexpr size_t kKept = 64 * 1024; // memory that stays when the queue is empty

    bool grow(size_t least) {
        size_t wanted = capacity_ * 2 > least ? capacity_ * 2 : least;
        auto* memory = static_cast<char*>(std::realloc(memory_, wanted));
        if (memory == nullptr) {
            return false;
        }
        memory_ = memory;
        capacity_ = wanted;
        return true;
    }

    char* memory_ = nullptr;
    size_t first_ = 0;
    size_t last_ = 0;
    size_t capacity_ = 0;
};

} // namespace lua::pipe
