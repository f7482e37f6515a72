// ngx.ssl: the two ends of the client's connection, and the name that the client asks for.
#include "lua_ssl/running.hpp"

#include <cstddef>
#include <cstring>

namespace lua::ssl {
namespace {

enum AddressType : int { kUnix = 0, kInet = 1, kInet6 = 2 };

// The bytes of an address lie in the connection's memory.
int raw_address(sockaddr* sa, [[maybe_unused]] socklen_t socklen, char** addr, size_t* addrlen,
                int* addrtype) {
    switch (sa->sa_family) {
#if (NGX_HAVE_INET6)
    case AF_INET6: {
        auto& in6 = *reinterpret_cast<sockaddr_in6*>(sa);
        *addr = reinterpret_cast<char*>(&in6.sin6_addr);
        *addrlen = sizeof(in6.sin6_addr);
        *addrtype = kInet6;
        break;
    }
#endif
#if (NGX_HAVE_UNIX_DOMAIN)
    case AF_UNIX: {
        auto& un = *reinterpret_cast<sockaddr_un*>(sa);
        size_t room = socklen > offsetof(sockaddr_un, sun_path)
                          ? socklen - offsetof(sockaddr_un, sun_path)
                          : 0; // the other end has no name
        *addr = un.sun_path;
        *addrlen = strnlen(un.sun_path, room);
        *addrtype = kUnix;
        break;
    }
#endif
    default: {
        auto& in = *reinterpret_cast<sockaddr_in*>(sa);
        *addr = reinterpret_cast<char*>(&in.sin_addr);
        *addrlen = sizeof(in.sin_addr);
        *addrtype = kInet;
        break;
    }
    }
    return NGX_OK;
}

// Our end; null with *err set.
ngx_connection_t* with_local_address(char** err) {
    if (client_tls(err) == nullptr) {
        return nullptr;
    }
    ngx_connection_t* c = current().host->client_connection();
    if (ngx_connection_local_sockaddr(c, nullptr, 0) != NGX_OK) {
        fail(err, "bad ssl connection");
        return nullptr;
    }
    return c;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_ssl_raw_server_addr(void* /*r*/, char** addr, size_t* addrlen,
                                                int* addrtype, char** err) noexcept {
    ngx_connection_t* c = with_local_address(err);
    return c == nullptr ? NGX_ERROR
                        : raw_address(c->local_sockaddr, c->local_socklen, addr, addrlen, addrtype);
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_raw_client_addr(void* /*r*/, char** addr, size_t* addrlen,
                                                int* addrtype, char** err) noexcept {
    if (client_tls(err) == nullptr) {
        return NGX_ERROR;
    }
    ngx_connection_t* c = current().host->client_connection();
    return raw_address(c->sockaddr, c->socklen, addr, addrlen, addrtype);
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_server_port(void* /*r*/, unsigned short* port,
                                            char** err) noexcept {
    ngx_connection_t* c = with_local_address(err);
    if (c == nullptr) {
        return NGX_ERROR;
    }
    if (c->local_sockaddr->sa_family == AF_UNIX) {
        return fail(err, "unix domain has no port");
    }
    *port = static_cast<unsigned short>(ngx_inet_get_port(c->local_sockaddr));
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_ssl_server_name(void* /*r*/, char** name, size_t* namelen,
                                            char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    const char* found = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    if (found == nullptr) {
        return kNone;
    }
    *name = const_cast<char*>(found);
    *namelen = std::strlen(found);
    return NGX_OK;
}

} // namespace lua::ssl
