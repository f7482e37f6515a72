// ngx.ssl.clienthello: what the client's first message says. OpenSSL keeps it until the handler of
// ssl_client_hello_by_lua* is over, also while that waits.
#include "lua_ssl/running.hpp"

#include <algorithm>

namespace lua::ssl {
namespace {

struct Protocol {
    int bit; // as in nginx's NGX_SSL_*
    uint64_t off;
};

constexpr Protocol kProtocols[] = {
    {NGX_SSL_SSLv2, SSL_OP_NO_SSLv2},     {NGX_SSL_SSLv3, SSL_OP_NO_SSLv3},
    {NGX_SSL_TLSv1, SSL_OP_NO_TLSv1},     {NGX_SSL_TLSv1_1, SSL_OP_NO_TLSv1_1},
    {NGX_SSL_TLSv1_2, SSL_OP_NO_TLSv1_2}, {NGX_SSL_TLSv1_3, SSL_OP_NO_TLSv1_3},
};

constexpr bool is_grease(unsigned id) {
    return (id & 0x0f0f) == 0x0a0a && (id >> 8) == (id & 0xff);
}

unsigned read_u16(const u_char* p) {
    return static_cast<unsigned>(p[0]) << 8 | p[1];
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_client_hello_server_name(void* /*r*/, const char** name,
                                                             size_t* namelen, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    const u_char* p = nullptr;
    size_t len = 0;
    if (SSL_client_hello_get0_ext(tls, TLSEXT_TYPE_server_name, &p, &len) == 0) {
        return kNone;
    }
    // A list with one entry: its length, the entry's type, the name's length, the name.
    constexpr size_t kHead = 5;
    if (len <= kHead || read_u16(p) + 2 != len || p[2] != TLSEXT_NAMETYPE_host_name ||
        read_u16(p + 3) + kHead > len) {
        return fail(err, "Bad SSL Client Hello Extension");
    }
    *name = reinterpret_cast<const char*>(p + kHead);
    *namelen = read_u16(p + 3);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_client_hello_ext(void* /*r*/, unsigned type, const u_char** out,
                                                     size_t* outlen, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    return SSL_client_hello_get0_ext(tls, type, out, outlen) == 0 ? kNone : NGX_OK;
}

// The numbers of the extensions that OpenSSL knows, in the client's order. The array belongs to the
// connection.
NGX_LUA_FFI int ngx_lua_ffi_ssl_get_client_hello_ext_present(void* /*r*/, int** extensions,
                                                             size_t* extensions_len,
                                                             char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    int* found = nullptr;
    if (SSL_client_hello_get1_extensions_present(tls, &found, extensions_len) != 1) {
        return fail(err, "failed SSL_client_hello_get1_extensions_present()");
    }
    if (found == nullptr) {
        return kNone;
    }
    auto* copy =
        static_cast<int*>(ngx_palloc(current().host->pool(), *extensions_len * sizeof(int)));
    if (copy != nullptr) {
        std::copy_n(found, *extensions_len, copy);
    }
    OPENSSL_free(found);
    if (copy == nullptr) {
        return fail(err, "no memory");
    }
    *extensions = copy;
    return NGX_OK;
}

// How many numbers it wrote: at most 128, which is the room that callers have, whether they give
// its size in numbers or in bytes.
NGX_LUA_FFI int ngx_lua_ffi_ssl_get_client_hello_ciphers(void* /*r*/, unsigned short* ciphers,
                                                         size_t ciphers_size, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    const u_char* p = nullptr;
    size_t len = SSL_client_hello_get0_ciphers(tls, &p);
    if (len == 0) {
        return fail(err, "failed SSL_client_hello_get0_ciphers()");
    }
    if (len % 2 != 0) {
        return fail(err, "SSL_client_hello_get0_ciphers() odd ciphersuites_bytes");
    }
    size_t room = std::min<size_t>(ciphers_size, 128);
    int n = 0;
    for (size_t i = 0; i < len && static_cast<size_t>(n) < room; i += 2) {
        unsigned id = read_u16(p + i);
        if (!is_grease(id)) {
            ciphers[n++] = static_cast<unsigned short>(id);
        }
    }
    return n;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_set_protocols(void* /*r*/, int protocols, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    for (const Protocol& protocol : kProtocols) {
        if ((protocols & protocol.bit) != 0) {
            SSL_clear_options(tls, protocol.off);
        } else {
            SSL_set_options(tls, protocol.off);
        }
    }
    return NGX_OK;
}

} // namespace lua::ssl
