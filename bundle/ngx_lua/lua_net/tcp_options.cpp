// The FFI functions behind getoption, setoption and getfd of stream sockets.
#include "lua_net/tcp_socket.hpp"
#include "ngx/export.hpp"

#include <netinet/tcp.h>

namespace lua::net {
namespace {

struct Option {
    int level;
    int name;
};

// By number, from 1 on: the numbers are part of the FFI's interface.
constexpr Option kOptions[] = {
    {SOL_SOCKET, SO_KEEPALIVE}, {SOL_SOCKET, SO_REUSEADDR}, {IPPROTO_TCP, TCP_NODELAY},
    {SOL_SOCKET, SO_SNDBUF},    {SOL_SOCKET, SO_RCVBUF},    {IPPROTO_TCP, TCP_KEEPINTVL},
    {IPPROTO_TCP, TCP_KEEPCNT},
};

int fail(const char* text, u_char* err, size_t* errlen) noexcept {
    *errlen = static_cast<size_t>(ngx_snprintf(err, *errlen, "%s", text) - err);
    return kMisuse;
}

const Option* find(int number) noexcept {
    bool known = number >= 1 && number <= static_cast<int>(std::size(kOptions));
    return known ? &kOptions[number - 1] : nullptr;
}

// The socket's option, or null and a text.
const Option* check(const TcpSocket* u, int number, u_char* err, size_t* errlen) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        static_cast<void>(fail("closed", err, errlen));
        return nullptr;
    }
    if (u->connection->fd == static_cast<ngx_socket_t>(-1)) {
        static_cast<void>(fail("invalid socket fd", err, errlen));
        return nullptr;
    }
    const Option* option = find(number);
    if (option == nullptr) {
        static_cast<void>(fail("unsupported option", err, errlen));
    }
    return option;
}

int finish(TcpSocket& u, int rc, u_char* err, size_t* errlen) noexcept {
    return rc == -1 ? fail(u.error_text(ngx_socket_errno), err, errlen) : kDone;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_getoption(TcpSocket* u, int number, int* value, u_char* err,
                                                 size_t* errlen) noexcept {
    const Option* option = check(u, number, err, errlen);
    if (option == nullptr) {
        return kMisuse;
    }
    socklen_t length = sizeof(*value);
    int rc = getsockopt(u->connection->fd, option->level, option->name, value, &length);
    return finish(*u, rc, err, errlen);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_setoption(TcpSocket* u, int number, int value, u_char* err,
                                                 size_t* errlen) noexcept {
    const Option* option = check(u, number, err, errlen);
    if (option == nullptr) {
        return kMisuse;
    }
    int rc = setsockopt(u->connection->fd, option->level, option->name, &value, sizeof(value));
    return finish(*u, rc, err, errlen);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_getfd(void*, TcpSocket* u, const char** err) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        *err = "closed";
        return kMisuse;
    }
    if (u->connection->fd == static_cast<ngx_socket_t>(-1)) {
        *err = "faked connection";
        return kMisuse;
    }
    return u->connection->fd;
}

// A test's aid: what follows happens to another descriptor. Returns the old one.
NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_hack_fd(TcpSocket* u, int fd, u_char* err,
                                               size_t* errlen) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        return fail("closed", err, errlen);
    }
    int old = u->connection->fd;
    u->connection->fd = fd;
    return old;
}

} // namespace lua::net
