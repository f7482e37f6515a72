// Objects in nginx pools. The pool owns what is made here: it runs the destructor, newest object
// first, when it is destroyed.
#pragma once

#include "ngx/nginx.hpp"

#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace ngx {

// Constructs a T in pool; null when memory is short. A cleanup is registered only for a T whose
// destructor does something, and only after construction.
template <typename T, typename... Args>
[[nodiscard]] T* make(ngx_pool_t* pool, Args&&... args) {
    static_assert(alignof(T) <= NGX_ALIGNMENT, "nginx pools align to NGX_ALIGNMENT");

    if constexpr (std::is_trivially_destructible_v<T>) {
        void* p = ngx_palloc(pool, sizeof(T));
        return p == nullptr ? nullptr : new (p) T{std::forward<Args>(args)...};
    } else {
        ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, sizeof(T));
        if (cleanup == nullptr) {
            return nullptr;
        }
        auto* object = new (cleanup->data) T{std::forward<Args>(args)...};
        cleanup->handler = [](void* data) noexcept { static_cast<T*>(data)->~T(); };
        return object;
    }
}

// An uninitialised array of n trivial objects; empty when memory is short.
template <typename T>
requires std::is_trivial_v<T>
[[nodiscard]] std::span<T> make_array(ngx_pool_t* pool, size_t n) {
    auto* p = static_cast<T*>(ngx_palloc(pool, n * sizeof(T)));
    return p == nullptr ? std::span<T>{} : std::span<T>{p, n};
}

} // namespace ngx
