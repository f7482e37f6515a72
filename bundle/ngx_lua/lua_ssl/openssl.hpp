// OpenSSL's objects with owners.
#pragma once

#include "ngx/nginx.hpp"

#include <memory>

namespace lua::ssl {

template <auto free>
struct Freed {
    template <typename T>
    void operator()(T* object) const noexcept {
        free(object);
    }
};

inline void free_chain(STACK_OF(X509) * chain) noexcept {
    sk_X509_pop_free(chain, X509_free);
}

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Chain = std::unique_ptr<STACK_OF(X509), Freed<free_chain>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Session = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;

// To read size bytes at data, which must outlive it; null when memory is short.
inline Bio read_memory(const void* data, size_t size) noexcept {
    return Bio{BIO_new_mem_buf(data, static_cast<int>(size))};
}

} // namespace lua::ssl
