#include "session.hpp"

#include "ngx/str.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

extern "C" {
#include <ngx_md5.h>
}

namespace encrypted_session {

namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* ctx) const { EVP_CIPHER_CTX_free(ctx); }
};

enum class Direction { decrypt, encrypt };

// Runs the cipher over `in`; `out` has room for one block more. The size of the result, or nothing.
std::optional<size_t> run_cipher(const Cipher& cipher, Direction direction, std::string_view in,
                                 u_char* out) {
    const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> ctx(EVP_CIPHER_CTX_new());
    int size = 0;
    int rest = 0;

    if (ctx == nullptr ||
        EVP_CipherInit_ex(ctx.get(), EVP_aes_256_cbc(), nullptr, ngx::bytes(cipher.key.data()),
                          cipher.iv.data(), direction == Direction::encrypt) != 1 ||
        EVP_CipherUpdate(ctx.get(), out, &size, ngx::bytes(in.data()),
                         static_cast<int>(in.size())) != 1 ||
        EVP_CipherFinal_ex(ctx.get(), out + size, &rest) != 1) {
        return std::nullopt;
    }
    return static_cast<size_t>(size + rest);
}

void digest(const u_char* first, size_t size, u_char* result) {
    ngx_md5_t md5;
    ngx_md5_init(&md5);
    ngx_md5_update(&md5, first, size);
    ngx_md5_final(result, &md5);
}

} // namespace

std::optional<std::string_view> seal(ngx_pool_t* pool, const Cipher& cipher, std::string_view value,
                                     uint64_t expires_at) {
    const size_t plain_size = value.size() + kExpirySize;
    auto* plain = static_cast<u_char*>(ngx_pnalloc(pool, plain_size));
    auto* sealed =
        static_cast<u_char*>(ngx_pnalloc(pool, kDigestSize + plain_size + EVP_MAX_BLOCK_LENGTH));
    if (plain == nullptr || sealed == nullptr) {
        return std::nullopt;
    }

    u_char* p = ngx_cpymem(plain, value.data(), value.size());
    for (size_t i = 0; i < kExpirySize; i++) {
        *p++ = static_cast<u_char>(expires_at >> (8 * (kExpirySize - 1 - i)));
    }

    digest(plain, plain_size, sealed);
    const auto size =
        run_cipher(cipher, Direction::encrypt, ngx::view(plain, p), sealed + kDigestSize);
    if (!size) {
        return std::nullopt;
    }
    return ngx::view(sealed, sealed + kDigestSize + *size);
}

std::optional<Opened> open(ngx_pool_t* pool, const Cipher& cipher, std::string_view sealed,
                           const char*& reason) {
    reason = "bad AES-256 digest";
    if (sealed.size() < kDigestSize) {
        return std::nullopt;
    }

    const std::string_view encrypted = sealed.substr(kDigestSize);
    auto* plain = static_cast<u_char*>(ngx_pnalloc(pool, encrypted.size() + EVP_MAX_BLOCK_LENGTH));
    if (plain == nullptr) {
        return std::nullopt;
    }

    const auto size = run_cipher(cipher, Direction::decrypt, encrypted, plain);
    if (!size || *size < kExpirySize) {
        return std::nullopt;
    }

    std::array<u_char, kDigestSize> expected{};
    digest(plain, *size, expected.data());
    if (CRYPTO_memcmp(expected.data(), sealed.data(), kDigestSize) != 0) {
        reason = "MD5 checksum mismatch";
        return std::nullopt;
    }

    const size_t value_size = *size - kExpirySize;
    uint64_t expires_at = 0;
    for (size_t i = value_size; i < *size; i++) {
        expires_at = expires_at << 8 | plain[i];
    }
    return Opened{ngx::view(plain, plain + value_size), expires_at};
}

} // namespace encrypted_session
