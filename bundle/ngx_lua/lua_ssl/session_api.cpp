// ngx.ssl.session: the session that is looked for or stored.
#include "lua_ssl/running.hpp"

namespace lua::ssl {
namespace {

// Null with *err set where there is none.
TlsHost* with_session(char** err) {
    TlsHost* host = client_handshake(err);
    if (host != nullptr && host->session == nullptr) {
        fail(err, "bad session in lua context");
        return nullptr;
    }
    return host;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_serialized_session_size(void* /*r*/, char** err) noexcept {
    TlsHost* host = with_session(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    int len = i2d_SSL_SESSION(host->session.get(), nullptr);
    return len > 0 ? len : fail(err, "i2d_SSL_SESSION() failed");
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_serialized_session(void* /*r*/, u_char* buf,
                                                       char** err) noexcept {
    TlsHost* host = with_session(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    return i2d_SSL_SESSION(host->session.get(), &buf) > 0 ? NGX_OK
                                                          : fail(err, "i2d_SSL_SESSION() failed");
}

// Of the text in hexadecimal.
NGX_LUA_FFI int ngx_lua_ffi_ssl_get_session_id_size(void* /*r*/, char** err) noexcept {
    TlsHost* host = client_handshake(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    if (host->session_id_len == 0) {
        return fail(err, "uninitialized session id len in lua context");
    }
    return static_cast<int>(2 * host->session_id_len);
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_get_session_id(void* /*r*/, u_char* buf, char** err) noexcept {
    TlsHost* host = client_handshake(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    if (host->session_id_len == 0) {
        return fail(err, "uninitialized session id in lua context");
    }
    ngx_hex_dump(buf, host->session_id, host->session_id_len);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_set_serialized_session(void* /*r*/, const u_char* data, int len,
                                                       char** err) noexcept {
    TlsHost* host = client_handshake(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    const u_char* p = data;
    Session session{d2i_SSL_SESSION(nullptr, &p, len)};
    if (session == nullptr) {
        ERR_clear_error();
        return fail(err, "failed to de-serialize session");
    }
    host->session = std::move(session);
    return NGX_OK;
}

} // namespace lua::ssl
