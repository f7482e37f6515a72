// The FFI functions behind the methods of stream sockets. u is null for an object that was never
// connected. Each returns a code of io_result.hpp.
#include "lua_net/pool.hpp"
#include "lua_net/tcp_socket.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <new>

namespace lua::net {
namespace {

int refuse(IoResult* out, int code, const char* error) noexcept {
    *out = {nullptr, 0, error};
    return code;
}

bool is_open(const TcpSocket* u) noexcept {
    return u != nullptr && u->connection != nullptr; // none yet while a name is resolved
}

// Nothing may be done with an open socket of another host, or while `busy` goes on.
int check(const TcpSocket& u, const char* busy, IoResult* out) noexcept {
    if (!u.usable_here()) {
        return refuse(out, kMisuse, "bad request");
    }
    return busy == nullptr ? kDone : refuse(out, kFailed, busy);
}

// A line that lies in the buffer of a socket of the running host, without anything in between: what
// protocols of lines do most. False: the general way.
bool take_line(TcpSocket* u, IoResult* out) noexcept {
    const Host* here = current().host;
    return u != nullptr && u->connection != nullptr && u->host() == here && u->shared == nullptr &&
           !u->reader.closed && u->busy_reading() == nullptr && kYieldPhases.has(here->phase) &&
           u->reader.take_plain_line(*out);
}

// The same for an operation that may wait, on a half that may be closed.
int check_half(const TcpSocket* u, bool half_closed, const char* busy, const char* what,
               IoResult* out) noexcept {
    if (!is_open(u) || half_closed) {
        log_closed(u, what);
        return refuse(out, kFailed, "closed");
    }
    Phase phase = current().host->phase;
    if (!kYieldPhases.has(phase)) {
        return refuse(out, kMisuse, refusal(phase));
    }
    return check(*u, busy, out);
}

int check_idle(const TcpSocket* u, IoResult* out) noexcept {
    if (!is_open(u)) {
        return refuse(out, kFailed, "closed");
    }
    return check(*u, u->busy(), out);
}

constexpr long kAsConfigured = 0x7fffffff;
constexpr int kBadPoolSize = 2;

// The pool that counts the socket's connection, made if need be.
bool find_pool(TcpSocket& u, std::string_view key, ngx_int_t size) noexcept {
    if (u.pool != nullptr) {
        return true;
    }
    Pools& pools = Pools::of(u.host()->vm());
    Pool* pool = pools.find(key);
    if (pool == nullptr && size <= 0) {
        return false;
    }
    u.pool = pool != nullptr ? pool : &pools.create(key, size, Pool::kNoBacklog);
    u.pool->count_one();
    return true;
}

void keep_alive(TcpSocket& u, ngx_msec_t timeout) noexcept {
    Pool* pool = u.pool;
    ngx_uint_t reused = u.reused;
    NGX_LUA_DEBUG(u.log(), "lua tcp socket set keepalive: saving connection %p", u.connection);
    std::unique_ptr<UserData> user_data = std::move(u.user_data);
    ngx_connection_t* c = u.release();
    u.reader.drop();
    pool->keep({c, reused, std::move(user_data)}, timeout);
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_socket_check(const char** err) noexcept {
    Phase phase = current().host->phase;
    if (kYieldPhases.has(phase)) {
        return kDone;
    }
    *err = refusal(phase);
    return kMisuse;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_connect(TcpSocket* u, const ConnectRequest* request,
                                               IoResult* out) noexcept {
    Host& host = *current().host;
    if (!kYieldPhases.has(host.phase)) {
        return refuse(out, kMisuse, refusal(host.phase));
    }
    if (u->kind != TcpSocket::Kind::client) {
        return refuse(out, kMisuse, "attempt to re-connect a request socket");
    }
    if (u->host() != nullptr) {
        int rc = check(*u, u->busy(), out);
        if (rc != kDone) {
            return rc;
        }
    }
    if (u->connection != nullptr) {
        NGX_LUA_DEBUG(host.log(), "lua tcp socket reconnect without shutting down");
        u->close();
    }
    u->reader.buffer.release();
    if (!u->belong_to(host)) {
        return refuse(out, kFailed, "no memory");
    }
    return u->connector.start(*request, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_connect_result(TcpSocket* u, IoResult* out) noexcept {
    return u->connector.result(*out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_receive(TcpSocket* u, int mode, size_t size,
                                               Pattern* pattern, IoResult* out) noexcept {
    if (mode == static_cast<int>(Reader::Mode::line) && take_line(u, out)) {
        return kDone;
    }
    bool closed = u == nullptr || u->reader.closed;
    int rc = check_half(u, closed, closed ? nullptr : u->busy_reading(), "receive", out);
    if (rc == kDone && pattern != nullptr && pattern->record_ended) {
        pattern->record_ended = false;
        return kEndOfRecord;
    }
    return rc != kDone ? rc
                       : u->reader.start({static_cast<Reader::Mode>(mode), size, pattern}, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_receive_result(TcpSocket* u, IoResult* out) noexcept {
    return u->reader.result(*out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_send(TcpSocket* u, const OutCell* cells, int count,
                                            IoResult* out) noexcept {
    bool closed = u == nullptr || u->writer.closed;
    int rc = check_half(u, closed, closed ? nullptr : u->busy_writing(), "send", out);
    if (rc == kDone && u->kind == TcpSocket::Kind::body) {
        return refuse(out, kMisuse, "attempt to write to request sockets");
    }
    return rc != kDone ? rc : u->writer.start(cells, count, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_send_result(TcpSocket* u, IoResult* out) noexcept {
    return u->writer.result(*out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_close(TcpSocket* u, IoResult* out) noexcept {
    int rc = check_idle(u, out);
    if (rc != kDone) {
        return rc;
    }
    if (u->kind != TcpSocket::Kind::client) {
        return refuse(out, kFailed, "attempt to close a request socket");
    }
    u->close();
    u->reader.drop();
    return kDone;
}

// timeout in ms: -1 as configured, 0 for ever. size, if the pool is to be made: kAsConfigured or
// that.
NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_setkeepalive(TcpSocket* u, const u_char* key, size_t key_len,
                                                    long timeout, long size,
                                                    IoResult* out) noexcept {
    int rc = check_idle(u, out);
    if (rc != kDone) {
        return rc;
    }
    if (u->reader.buffer.size() > 0) {
        return refuse(out, kFailed, "unread data in buffer");
    }
    ngx_connection_t* c = u->connection;
    if (u->reader.eof) {
        return refuse(out, kFailed, "closed");
    }
    if (u->reader.closed || u->writer.closed || c->error) {
        return refuse(out, kFailed, "invalid connection");
    }
    if (c->read->ready || c->read->pending_eof) {
        ssize_t n = probe(c);
        if (n != NGX_AGAIN) {
            return refuse(out, kFailed, n > 0 ? "connection in dubious state" : "closed");
        }
    }
    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        return refuse(out, kFailed, "failed to handle read event");
    }
    if (ngx_terminate || ngx_exiting) {
        NGX_LUA_DEBUG(u->log(),
                      "lua tcp socket set keepalive while process exiting, closing connection %p",
                      c);
        u->close();
        return kDone;
    }
    const Settings& settings = u->settings();
    ngx_int_t pool_size = size == kAsConfigured ? settings.pool_size : static_cast<ngx_int_t>(size);
    if (!find_pool(*u, ngx::view(key, key + key_len), pool_size)) {
        return kBadPoolSize;
    }
    keep_alive(*u, timeout < 0 ? settings.keepalive_timeout : static_cast<ngx_msec_t>(timeout));
    return kDone;
}

// The number, or -5.
NGX_LUA_FFI long ngx_lua_ffi_socket_tcp_getreusedtimes(const TcpSocket* u) noexcept {
    return is_open(u) ? static_cast<long>(u->reused) : kFailed;
}

// In ms; 0: as configured.
NGX_LUA_FFI void ngx_lua_ffi_socket_tcp_settimeouts(TcpSocket* u, long connect, long send,
                                                    long read) noexcept {
    if (!is_open(u)) {
        return; // connect() will have them
    }
    const Settings& settings = u->settings();
    auto set = [](ngx_msec_t& timeout, long given, ngx_msec_t configured) {
        timeout = given > 0 ? static_cast<ngx_msec_t>(given) : configured;
    };
    set(u->connect_timeout, connect, settings.connect_timeout);
    set(u->send_timeout, send, settings.send_timeout);
    set(u->read_timeout, read, settings.read_timeout);
}

// 0: an address that sockets ("tcp", "udp") can be bound to.
NGX_LUA_FFI int ngx_lua_ffi_socket_check_address(const u_char* text, size_t size,
                                                 const char* kind) noexcept {
    ngx_log_t* log = current().host->log();
    if (parse_local(ngx::view(text, text + size), log).length == 0) {
        return kFailed;
    }
    NGX_LUA_DEBUG(log, "lua %s socket bind ip: %*s", kind, size, text);
    return kDone;
}

NGX_LUA_FFI size_t ngx_lua_ffi_socket_pattern_space(size_t size) noexcept {
    return Pattern::space(size);
}

NGX_LUA_FFI void ngx_lua_ffi_socket_pattern_init(void* memory, const u_char* bytes, size_t size,
                                                 int inclusive) noexcept {
    new (memory) Pattern(ngx::view(bytes, bytes + size), inclusive != 0);
}

} // namespace lua::net
