// Encrypting values for cookies, in a format that other deployments share bit for bit:
//
//     plain  = value, then the time when it expires (seconds since the epoch, 8 bytes big-endian;
//              0: never)
//     sealed = MD5(plain), then AES-256-CBC(plain) with PKCS#7 padding
//
// Knows nothing of requests.
#pragma once

#include "ngx/nginx.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace encrypted_session {

inline constexpr size_t kKeySize = 32;
inline constexpr size_t kIvSize = 16;
inline constexpr size_t kDigestSize = 16;
inline constexpr size_t kExpirySize = 8;

struct Cipher {
    std::string_view key; // kKeySize bytes
    std::array<u_char, kIvSize> iv;
};

// Encrypts value; the result is in pool. Nothing if that fails.
std::optional<std::string_view> seal(ngx_pool_t* pool, const Cipher& cipher, std::string_view value,
                                     uint64_t expires_at);

struct Opened {
    std::string_view value;
    uint64_t expires_at;
};

// Decrypts what seal() made. Nothing if it was not made with this key, or was changed: `reason`
// then says what is wrong with it.
std::optional<Opened> open(ngx_pool_t* pool, const Cipher& cipher, std::string_view sealed,
                           const char*& reason);

} // namespace encrypted_session
