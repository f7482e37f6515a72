// ngx.ssl.proxysslcert, ngx.ssl.proxysslverify, ngx.proxyssl: the connection to the server that the
// request or session is passed to.
#include "lua_ssl/certificates.hpp"
#include "lua_ssl/running.hpp"

namespace lua::ssl {
namespace {

// The connection, in a handler of this phase; null with *err set.
SSL* in_phase(Phase phase, char** err) {
    if (current().host->phase != phase) {
        fail(err, kRefusedHere);
        return nullptr;
    }
    return server_tls(const_cast<const char**>(err));
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_clear_certs(void* /*r*/, char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_cert, err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    SSL_certs_clear(tls);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_set_cert(void* /*r*/, void* cdata, char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_cert, err);
    return tls != nullptr && use_chain(tls, static_cast<STACK_OF(X509)*>(cdata), err) ? NGX_OK
                                                                                      : NGX_ERROR;
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_set_priv_key(void* /*r*/, void* cdata, char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_cert, err);
    return tls != nullptr && use_key(tls, static_cast<EVP_PKEY*>(cdata), err) ? NGX_OK : NGX_ERROR;
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_set_der_certificate(void* /*r*/, const char* data, size_t len,
                                                          char** err) noexcept {
    Chain chain = parse_der_chain({data, len}, err);
    return chain == nullptr ? NGX_ERROR : ngx_lua_ffi_proxy_ssl_set_cert(nullptr, chain.get(), err);
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_set_der_private_key(void* /*r*/, const char* data, size_t len,
                                                          char** err) noexcept {
    Key key = parse_der_key({data, len}, err);
    return key == nullptr ? NGX_ERROR : ngx_lua_ffi_proxy_ssl_set_priv_key(nullptr, key.get(), err);
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_get_tls1_version(void* /*r*/, char** err) noexcept {
    SSL* tls = server_tls(const_cast<const char**>(err));
    return tls == nullptr ? NGX_ERROR : SSL_version(tls);
}

// X509_V_*: what the handshake is judged by.
NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_set_verify_result(void* /*r*/, int result,
                                                        char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_verify, err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    SSL_set_verify_result(tls, result);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_proxy_ssl_get_verify_result(void* /*r*/, char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_verify, err);
    return tls == nullptr ? NGX_ERROR : static_cast<int>(SSL_get_verify_result(tls));
}

// Freed by the function below.
NGX_LUA_FFI void* ngx_lua_ffi_proxy_ssl_get_verify_cert(void* /*r*/, char** err) noexcept {
    SSL* tls = in_phase(Phase::proxy_ssl_verify, err);
    if (tls == nullptr) {
        return nullptr;
    }
    // SSL_get1_peer_certificate() does not have it before it has been verified.
    STACK_OF(X509)* chain = SSL_get_peer_cert_chain(tls);
    if (chain == nullptr || sk_X509_num(chain) == 0) {
        fail(err, "get verify result failed");
        return nullptr;
    }
    X509* certificate = sk_X509_value(chain, 0);
    X509_up_ref(certificate);
    return certificate;
}

NGX_LUA_FFI void ngx_lua_ffi_proxy_ssl_free_verify_cert(void* cdata) noexcept {
    Certificate{static_cast<X509*>(cdata)}.reset();
}

} // namespace lua::ssl
