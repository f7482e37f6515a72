// Memory of small objects of one class, all of one size, kept for the next ones of that class. What
// exceeds kMaxFree pieces goes back to the system, so that a million objects at once leave no
// trace.
//
//     static FreeList<Thing> memory;
//     void* p = memory.take(log);             null when memory is short
//     auto* thing = new (p) Thing(...);
//     memory.give_back(thing);                after its destructor, if that is not trivial
#pragma once

#include "ngx/nginx.hpp"

#include <new>

namespace lua {

template <typename T>
class FreeList {
public:
    [[nodiscard]] void* take(ngx_log_t* log) noexcept {
        if (first_ == nullptr) {
            return ngx_alloc(sizeof(T), log);
        }
        Piece* piece = first_;
        first_ = piece->next;
        count_--;
        return piece;
    }

    void give_back(T* object) noexcept {
        if (count_ == kMaxFree) {
            ngx_free(object);
            return;
        }
        first_ = new (static_cast<void*>(object)) Piece{first_};
        count_++;
    }

private:
    static constexpr unsigned kMaxFree = 1024;

    struct Piece {
        Piece* next;
    };

    Piece* first_ = nullptr;
    unsigned count_ = 0;
};

} // namespace lua
