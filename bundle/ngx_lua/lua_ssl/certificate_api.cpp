// ngx.ssl: certificates and keys, as such and for the client's connection.
#include "lua_ssl/certificates.hpp"
#include "lua_ssl/running.hpp"

namespace lua::ssl {
namespace {

std::string_view bytes(const u_char* data, size_t len) {
    return {reinterpret_cast<const char*>(data), len};
}

int done(bool ok) {
    return ok ? NGX_OK : NGX_ERROR;
}

} // namespace

// The chain behind each other; der holds pem_len bytes, which is enough. How many it wrote.
NGX_LUA_FFI int ngx_lua_ffi_cert_pem_to_der(const u_char* pem, size_t pem_len, u_char* der,
                                            char** err) noexcept {
    Chain chain = parse_pem_chain(bytes(pem, pem_len), err);
    if (chain == nullptr) {
        return NGX_ERROR;
    }
    int total = 0;
    for (int i = 0; i < sk_X509_num(chain.get()); i++) {
        int len = i2d_X509(sk_X509_value(chain.get(), i), &der); // moves der on
        if (len < 0) {
            ERR_clear_error();
            return fail(err, "i2d_X509() failed");
        }
        total += len;
    }
    return total;
}

NGX_LUA_FFI int ngx_lua_ffi_priv_key_pem_to_der(const u_char* pem, size_t pem_len,
                                                const u_char* passphrase, u_char* der,
                                                char** err) noexcept {
    Key key = parse_pem_key(bytes(pem, pem_len), reinterpret_cast<const char*>(passphrase), err);
    if (key == nullptr) {
        return NGX_ERROR;
    }
    int len = i2d_PrivateKey(key.get(), &der);
    if (len < 0) {
        ERR_clear_error();
        return fail(err, "i2d_PrivateKey() failed");
    }
    return len;
}

// The results of these four are freed by the two below.
NGX_LUA_FFI void* ngx_lua_ffi_parse_pem_cert(const u_char* pem, size_t len, char** err) noexcept {
    return parse_pem_chain(bytes(pem, len), err).release();
}

NGX_LUA_FFI void* ngx_lua_ffi_parse_der_cert(const char* data, size_t len, char** err) noexcept {
    return parse_der_chain({data, len}, err).release();
}

NGX_LUA_FFI void* ngx_lua_ffi_parse_pem_priv_key(const u_char* pem, size_t len,
                                                 char** err) noexcept {
    return parse_pem_key(bytes(pem, len), nullptr, err).release();
}

NGX_LUA_FFI void* ngx_lua_ffi_parse_der_priv_key(const char* data, size_t len,
                                                 char** err) noexcept {
    return parse_der_key({data, len}, err).release();
}

NGX_LUA_FFI void ngx_lua_ffi_free_cert(void* cdata) noexcept {
    Chain{static_cast<STACK_OF(X509)*>(cdata)}.reset();
}

NGX_LUA_FFI void ngx_lua_ffi_free_priv_key(void* cdata) noexcept {
    Key{static_cast<EVP_PKEY*>(cdata)}.reset();
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_clear_certs(void* /*r*/, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    SSL_certs_clear(tls);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_set_cert(void* /*r*/, void* cdata, char** err) noexcept {
    SSL* tls = client_tls(err);
    return done(tls != nullptr && use_chain(tls, static_cast<STACK_OF(X509)*>(cdata), err));
}

NGX_LUA_FFI int ngx_lua_ffi_set_priv_key(void* /*r*/, void* cdata, char** err) noexcept {
    SSL* tls = client_tls(err);
    return done(tls != nullptr && use_key(tls, static_cast<EVP_PKEY*>(cdata), err));
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_set_der_certificate(void* /*r*/, const char* data, size_t len,
                                                    char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    Chain chain = parse_der_chain({data, len}, err);
    return done(chain != nullptr && use_chain(tls, chain.get(), err));
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_set_der_private_key(void* /*r*/, const char* data, size_t len,
                                                    char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    Key key = parse_der_key({data, len}, err);
    return done(key != nullptr && use_key(tls, key.get(), err));
}

} // namespace lua::ssl
