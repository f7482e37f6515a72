#include "lua_net/udp_socket.hpp"

#include "lua_text/cells.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <string>

namespace lua::net {
namespace {

constexpr size_t kLargestDatagram = 65536;

void on_write(ngx_event_t*) noexcept {}

} // namespace

void UdpSocket::close() noexcept {
    ngx_connection_t* c = connection;
    if (c != nullptr) {
        connection = nullptr;
        NGX_LUA_DEBUG(c->log, "lua close socket connection");
        ngx_close_connection(c);
    }
}

void UdpSocket::on_host_end() noexcept {
    if (connection != nullptr) {
        host()->debug_uri("cleanup lua udp socket request");
        close();
    }
}

int UdpSocket::fail(const char* error) noexcept {
    error_ = error;
    return kFailed;
}

// --- the peer ---

int UdpSocket::connect(const Peer& to, IoResult& out) noexcept {
    error_ = nullptr;
    peer.set({to.host, to.host_len}, to.port);
    local_ = to.bind == nullptr ? LocalAddress{} : parse_local({to.bind, to.bind_len}, log());
    code_ = found(peer.find(settings(), log(), on_found, this));
    if (code_ == kYield) {
        begin(*current().task);
        return kYield;
    }
    return connect_result(out);
}

int UdpSocket::connect_result(IoResult& out) noexcept {
    out = {nullptr, 0, error_};
    return code_;
}

void UdpSocket::on_found(void* owner, PeerAddress::Found found) noexcept {
    auto& self = *static_cast<UdpSocket*>(owner);
    self.code_ = self.found(found);
    self.complete(0);
}

int UdpSocket::found(PeerAddress::Found found) noexcept {
    switch (found) {
    case PeerAddress::Found::later:
        return kYield;
    case PeerAddress::Found::no:
        return fail(peer.error());
    case PeerAddress::Found::yes:
        break;
    }
    return open();
}

int UdpSocket::open() noexcept {
    ngx_str_t name = ngx::str(peer.host());
    ngx_addr_t local = {&local_.address.sockaddr, local_.length, ngx::str("bind address")};
    ngx_peer_connection_t pc = {};

    pc.sockaddr = peer.address();
    pc.socklen = peer.length();
    pc.type = SOCK_DGRAM;
    pc.name = &name;
    pc.get = ngx_event_get_peer;
    pc.log = log();
    pc.log_error = NGX_ERROR_ERR;
#if (NGX_LINUX)
    if (peer.address()->sa_family == AF_UNIX) { // the kernel picks a name that replies can go to
        local_.address.sockaddr.sa_family = AF_UNIX;
        local.socklen = sizeof(sa_family_t);
        pc.local = &local;
    }
#endif
    if (local_.length != 0) {
        pc.local = &local;
    }
    ngx_int_t rc = ngx_event_connect_peer(&pc);
    ngx_err_t error = ngx_socket_errno;
    if (rc == NGX_ERROR || rc == NGX_DECLINED) {
        return fail(error == 0 ? "connect peer error" : error_text(error));
    }
    connection = pc.connection;
    connection->data = this;
    lend_log(*connection);
    connection->read->handler = on_read;
    connection->write->handler = on_write;
    return kDone;
}

// --- datagrams ---

int UdpSocket::send(const OutCell* cells, int count, IoResult& out) noexcept {
    std::string text(text::cells_length_bound(cells, count), '\0');
    u_char* begin = ngx::bytes(text.data());
    auto size = static_cast<size_t>(text::write_cells(begin, cells, count) - begin);

    ssize_t n = connection->send(connection, begin, size);
    out = {nullptr, size, nullptr};
    if (n == static_cast<ssize_t>(size)) {
        return kDone;
    }
    ngx_err_t error = ngx_socket_errno;
    out.err = n == NGX_ERROR && error != 0 ? error_text(error) : "partial write";
    return kFailed;
}

int UdpSocket::receive(size_t size, IoResult& out) noexcept {
    size_ = ngx_min(size, kLargestDatagram);
    NGX_LUA_DEBUG(log(), "lua udp socket receive buffer size: %uz", size_);
    code_ = kDone;
    return receive_result(out);
}

int UdpSocket::receive_result(IoResult& out) noexcept {
    static u_char datagram[kLargestDatagram];
    ngx_connection_t* c = connection;

    if (code_ == kDone && c == nullptr) {
        code_ = fail("closed");
    }
    if (code_ != kDone) {
        out = {nullptr, 0, error_};
        return code_;
    }
    ssize_t n = c->read->ready ? c->recv(c, datagram, size_) : NGX_AGAIN;
    if (n >= 0) {
        out = {reinterpret_cast<char*>(datagram), static_cast<size_t>(n), nullptr};
        return kDone;
    }
    if (n == NGX_AGAIN) {
        int rc = wait_for_datagram();
        out.err = error_;
        return rc;
    }
    ngx_err_t error = ngx_socket_errno;
    out = {nullptr, 0, error == 0 ? "error" : error_text(error)};
    return kFailed;
}

int UdpSocket::wait_for_datagram() noexcept {
    ngx_event_t* rev = connection->read;
    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        return fail("failed to handle read event");
    }
    ngx_add_timer(rev, read_timeout != 0 ? read_timeout : settings().read_timeout);
    begin(*current().task);
    return kYield;
}

void UdpSocket::on_read(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);
    auto& self = *static_cast<UdpSocket*>(c->data);
    if (!self.pending()) {
        static_cast<void>(ngx_handle_read_event(ev, 0));
        return;
    }
    self.code_ = kDone;
    if (ev->timedout) {
        ev->timedout = 0;
        if (self.settings().log_errors) {
            ngx_log_error(NGX_LOG_ERR, self.log(), 0, "lua udp socket read timed out");
        }
        self.code_ = self.fail("timeout");
    } else if (ev->timer_set) {
        ngx_del_timer(ev);
    }
    if (c->close) {
        self.code_ = self.fail("closed");
        self.close();
    }
    self.complete(0);
}

void UdpSocket::cancel() noexcept {
    peer.stop();
    if (connection != nullptr && connection->read->timer_set) {
        ngx_del_timer(connection->read);
    }
}

// --- the FFI ---

namespace {

int refuse(IoResult* out, int code, const char* error) noexcept {
    *out = {nullptr, 0, error};
    return code;
}

int check(const UdpSocket* u, const char* what, IoResult* out) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        const Host& here = *current().host;
        if (what != nullptr && here.net_settings()->log_errors) {
            ngx_log_error(NGX_LOG_ERR, here.log(), 0,
                          "attempt to %s data on a closed socket: u:%p, c:%p", what, u, nullptr);
        }
        return refuse(out, kFailed, "closed");
    }
    if (!u->usable_here()) {
        return refuse(out, kMisuse, "bad request");
    }
    if (!kYieldPhases.has(current().host->phase)) {
        return refuse(out, kMisuse, refusal(current().host->phase));
    }
    return u->pending() ? refuse(out, kFailed, "socket busy") : kDone;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_connect(UdpSocket* u, const UdpSocket::Peer* peer,
                                               IoResult* out) noexcept {
    Host& here = *current().host;
    if (!kYieldPhases.has(here.phase)) {
        return refuse(out, kMisuse, refusal(here.phase));
    }
    if (u->host() != nullptr && !u->usable_here()) {
        return refuse(out, kMisuse, "bad request");
    }
    if (u->pending()) {
        return refuse(out, kFailed, "socket busy");
    }
    if (u->connection != nullptr) {
        NGX_LUA_DEBUG(here.log(), "lua udp socket reconnect without shutting down");
        u->close();
    }
    if (!u->belong_to(here)) {
        return refuse(out, kFailed, "no memory");
    }
    return u->connect(*peer, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_connect_result(UdpSocket* u, IoResult* out) noexcept {
    return u->connect_result(*out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_send(UdpSocket* u, const OutCell* cells, int count,
                                            IoResult* out) noexcept {
    int rc = check(u, "send", out);
    return rc != kDone ? rc : u->send(cells, count, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_receive(UdpSocket* u, size_t size, IoResult* out) noexcept {
    int rc = check(u, "receive", out);
    return rc != kDone ? rc : u->receive(size, *out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_receive_result(UdpSocket* u, IoResult* out) noexcept {
    return u->receive_result(*out);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_udp_close(UdpSocket* u, IoResult* out) noexcept {
    int rc = check(u, nullptr, out);
    if (rc == kDone) {
        u->close();
    }
    return rc;
}

// In ms; 0: as configured.
NGX_LUA_FFI void ngx_lua_ffi_socket_udp_settimeout(UdpSocket* u, long timeout) noexcept {
    u->read_timeout = static_cast<ngx_msec_t>(timeout);
}

} // namespace lua::net
