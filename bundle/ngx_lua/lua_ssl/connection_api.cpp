// ngx.ssl: what has been agreed on for the client's connection.
#include "lua_ssl/running.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace lua::ssl {
namespace {

// RFC 8701: values that clients mix in to see whether servers ignore what they do not know.
bool is_grease(unsigned id) {
    return (id & 0x0f0f) == 0x0a0a && (id >> 8) == (id & 0xff);
}

// Whether a connection of this version can use the cipher.
bool fits(const SSL_CIPHER* cipher, int version) {
    bool of_tls13 = std::strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.3") == 0;
    bool of_tls12 = std::strcmp(SSL_CIPHER_get_version(cipher), "TLSv1.2") == 0;
    if (version >= TLS1_3_VERSION) {
        return of_tls13;
    }
    return !of_tls13 && (version == TLS1_2_VERSION || !of_tls12);
}

void log_export_failure(int rc, const char* what) {
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof(text));
    ngx_log_error(NGX_LOG_INFO, current().host->log(), 0, "%s rc: %d, error: %s", what, rc, text);
    ERR_clear_error();
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_tls1_version(void* /*r*/, char** err) noexcept {
    SSL* tls = client_tls(err);
    return tls == nullptr ? NGX_ERROR : SSL_version(tls);
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_client_random(void* /*r*/, u_char* out, size_t* outlen,
                                              char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    *outlen = SSL_get_client_random(tls, out, *outlen);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_server_random(void* /*r*/, u_char* out, size_t* outlen,
                                              char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    *outlen = SSL_get_server_random(tls, out, *outlen);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_session_master_key(void* /*r*/, u_char* out, size_t* outlen,
                                                   char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    SSL_SESSION* session = SSL_get_session(tls);
    if (session == nullptr) {
        return fail(err, "bad session in lua context");
    }
    *outlen = SSL_SESSION_get_master_key(session, out, *outlen);
    return NGX_OK;
}

NGX_LUA_FFI ngx_int_t ngx_lua_ffi_ssl_export_keying_material(void* /*r*/, u_char* out,
                                                             size_t out_size, const char* label,
                                                             size_t llen, const u_char* context,
                                                             size_t ctxlen, int use_ctx,
                                                             char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    int rc = SSL_export_keying_material(tls, out, out_size, label, llen, context, ctxlen, use_ctx);
    if (rc == 1) {
        return NGX_OK;
    }
    log_export_failure(rc, "SSL_export_keying_material");
    return fail(err, "SSL_export_keying_material() failed");
}

NGX_LUA_FFI ngx_int_t ngx_lua_ffi_ssl_export_keying_material_early(
    void* /*r*/, u_char* out, size_t out_size, const char* label, size_t llen,
    const u_char* context, size_t ctxlen, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    int rc = SSL_export_keying_material_early(tls, out, out_size, label, llen, context, ctxlen);
    if (rc == 1) {
        return NGX_OK;
    }
    log_export_failure(rc, "SSL_export_keying_material_early");
    return fail(err, "SSL_export_keying_material_early() failed");
}

NGX_LUA_FFI SSL* ngx_lua_ffi_get_req_ssl_pointer(void* /*r*/, const char** err) noexcept {
    return client_tls(err);
}

NGX_LUA_FFI SSL* ngx_lua_ffi_get_upstream_ssl_pointer(void* /*r*/, const char** err) noexcept {
    return server_tls(err);
}

// What the client offers and the server accepts, in the client's order.
NGX_LUA_FFI int ngx_lua_ffi_req_shared_ssl_ciphers(void* /*r*/, uint16_t* ciphers,
                                                   uint16_t* nciphers, int filter_grease,
                                                   char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    STACK_OF(SSL_CIPHER)* offered = SSL_get_client_ciphers(tls);
    STACK_OF(SSL_CIPHER)* accepted = SSL_get_ciphers(tls);
    std::span<uint16_t> room{ciphers, *nciphers};
    uint16_t n = 0;

    for (int i = 0; i < sk_SSL_CIPHER_num(offered) && n < room.size(); i++) {
        const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(offered, i);
        uint16_t id = SSL_CIPHER_get_protocol_id(cipher);
        if (sk_SSL_CIPHER_find(accepted, cipher) >= 0 && fits(cipher, SSL_version(tls)) &&
            !(filter_grease != 0 && is_grease(id))) {
            room[n++] = id;
        }
    }
    *nciphers = n;
    return NGX_OK;
}

} // namespace lua::ssl
