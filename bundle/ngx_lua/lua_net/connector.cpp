#include "lua_net/connector.hpp"

#include "lua_net/pool.hpp"
#include "lua_net/tcp_socket.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::net {
namespace {

// What the kernel says about a connection that became writable.
ngx_err_t socket_error(const ngx_connection_t* c) {
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1) {
        return ngx_socket_errno;
    }
    return error;
}

} // namespace

int Connector::start(const ConnectRequest& request, IoResult& out) noexcept {
    accept(request);
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket connect timeout: %M", socket_.connect_timeout);
    code_ = enter_pool(request);
    if (code_ == kYield) {
        begin(*current().task);
        return code_;
    }
    return result(out);
}

int Connector::result(IoResult& out) noexcept {
    out = {nullptr, 0, error_};
    return code_;
}

void Connector::accept(const ConnectRequest& request) noexcept {
    const Settings& settings = socket_.settings();
    auto timeout = [](int32_t given, ngx_msec_t configured) {
        return given > 0 ? static_cast<ngx_msec_t>(given) : configured;
    };
    socket_.connect_timeout = timeout(request.connect_timeout, settings.connect_timeout);
    socket_.send_timeout = timeout(request.send_timeout, settings.send_timeout);
    socket_.read_timeout = timeout(request.read_timeout, settings.read_timeout);
    socket_.reused = 0;
    error_ = nullptr;
    transparent_ = request.transparent != 0;
    socket_.peer.set({request.host, request.host_len}, request.port);
    local_ = request.bind == nullptr ? LocalAddress{}
                                     : parse_local({request.bind, request.bind_len}, socket_.log());
}

// --- the pool ---

int Connector::enter_pool(const ConnectRequest& request) noexcept {
    Pools& pools = Pools::of(socket_.host()->vm());
    std::string_view key{request.key, request.key_len};
    Pool* pool = pools.find(key);

    if (pool == nullptr && (request.pool_size > 0 || request.backlog >= 0)) {
        ngx_int_t size = request.pool_size > 0 ? request.pool_size : socket_.settings().pool_size;
        pool = &pools.create(key, size, request.backlog);
    }
    socket_.pool = pool;
    if (pool == nullptr) {
        return find_address();
    }
    if (reuse()) {
        return kDone;
    }
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket keepalive: connection pool empty");
    if (pool->full()) {
        return wait_for_turn();
    }
    pool->count_one();
    return find_address();
}

bool Connector::reuse() noexcept {
    Pool::Kept kept = socket_.pool->take_idle();
    if (kept.connection == nullptr) {
        return false;
    }
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket get keepalive peer: using connection %p, fd:%d",
                  kept.connection, kept.connection->fd);
    socket_.adopt(kept.connection);
    socket_.reused = kept.reused + 1;
    socket_.user_data = std::move(kept.user_data);
    return true;
}

int Connector::wait_for_turn() noexcept {
    Pool* pool = socket_.pool;
    if (pool->queue_full()) {
        socket_.pool = nullptr;
        error_ = "too many waiting connect operations";
        return kFailed;
    }
    NGX_LUA_DEBUG(socket_.log(),
                  "lua tcp socket queue connect operation for connection pool \"%s\", "
                  "connections: %i",
                  pool->key().c_str(), pool->connections());
    pool->enqueue(*this);
    state_ = State::queued;

    ngx_event_t& ev = queue_timer_.event;
    queue_timer_.owner = this;
    ev.handler = on_queue_timer;
    ev.data = no_connection();
    ev.log = socket_.log();
    ngx_add_timer(&ev, socket_.connect_timeout);
    NGX_LUA_DEBUG(socket_.log(),
                  "lua tcp socket queued connect operation for %M(ms), connection pool \"%s\"",
                  socket_.connect_timeout, pool->key().c_str());
    return kYield;
}

void Connector::stop_queue_timer() noexcept {
    if (queue_timer_.event.timer_set) {
        ngx_del_timer(&queue_timer_.event);
    }
}

void Connector::on_queue_timer(ngx_event_t* ev) noexcept {
    Connector& self = *reinterpret_cast<Timer*>(ev)->owner;
    TcpSocket& socket = self.socket_;

    if (socket.settings().log_errors) {
        ngx_log_error(NGX_LOG_ERR, socket.log(), 0,
                      "lua tcp socket queued connect timed out, when trying to connect to %s:%d",
                      socket.peer.host().c_str(), socket.peer.port());
    }
    socket.pool->dequeue(self);
    socket.pool = nullptr;
    socket.faults |= TcpSocket::fault_timeout;
    self.error_ = "timeout";
    self.finish(kFailed);
}

void Connector::on_turn() noexcept {
    stop_queue_timer();
    state_ = State::idle;
    int code = kDone;
    if (!reuse()) {
        socket_.pool->count_one();
        code = find_address();
    }
    if (code != kYield) {
        finish(code);
    }
}

// --- the address ---

int Connector::find_address() noexcept {
    state_ = State::resolving;
    return found(socket_.peer.find(socket_.settings(), socket_.log(), on_found, this));
}

void Connector::on_found(void* owner, PeerAddress::Found found) noexcept {
    Connector& self = *static_cast<Connector*>(owner);
    int code = self.found(found);
    if (code != kYield) {
        self.finish(code);
    }
}

int Connector::found(PeerAddress::Found found) noexcept {
    switch (found) {
    case PeerAddress::Found::later:
        return kYield;
    case PeerAddress::Found::yes:
        return connect();
    case PeerAddress::Found::no:
        break;
    }
    socket_.faults |= TcpSocket::fault_resolver;
    return fail(socket_.peer.error());
}

// --- the connection ---

int Connector::connect() noexcept {
    ngx_str_t name = ngx::str(socket_.peer.host());
    ngx_addr_t local = {&local_.address.sockaddr, local_.length, {}};
    u_char local_text[NGX_SOCKADDR_STRLEN];
    ngx_peer_connection_t peer = {};

    peer.sockaddr = socket_.peer.address();
    peer.socklen = socket_.peer.length();
    peer.name = &name;
    peer.get = ngx_event_get_peer;
    peer.log = socket_.log();
    peer.log_error = NGX_ERROR_ERR;
    if (local_.length != 0) {
        bool with_port = ngx_inet_get_port(local.sockaddr) != 0;
        local.name = {ngx_sock_ntop(local.sockaddr, local_.length, local_text, sizeof(local_text),
                                    with_port ? 1 : 0),
                      local_text};
        peer.local = &local;
        peer.transparent = transparent_ ? 1 : 0;
    }
    ngx_int_t rc = ngx_event_connect_peer(&peer);
    ngx_err_t error = ngx_socket_errno;
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket connect: %i", rc);

    if (rc == NGX_BUSY) {
        return fail("no live connection");
    }
    if (rc == NGX_ERROR || rc == NGX_DECLINED) {
        if (peer.connection != nullptr) {
            ngx_close_connection(peer.connection);
        }
        socket_.faults |= TcpSocket::fault_error;
        return fail(error == 0 ? "connect peer error" : socket_.error_text(error));
    }
    ngx_connection_t* c = peer.connection;
    c->sendfile = 0;
    socket_.adopt(c);
    if (rc == NGX_OK) {
        return connected();
    }
    ngx_add_timer(c->write, socket_.connect_timeout);
    state_ = State::connecting;
    return kYield;
}

int Connector::connected() noexcept {
    state_ = State::idle;
    ngx_connection_t* c = socket_.connection;
    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }
    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        return fail("failed to handle write event");
    }
    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        return fail("failed to handle read event");
    }
    error_ = nullptr;
    return kDone;
}

void Connector::on_event() noexcept {
    ngx_connection_t* c = socket_.connection;
    if (state_ != State::connecting) {
        return;
    }
    if (c->close) {
        finish(fail("closed"));
        return;
    }
    if (c->write->timedout) {
        c->write->timedout = 0;
        socket_.faults |= TcpSocket::fault_timeout;
        if (socket_.settings().log_errors) {
            ngx_log_error(NGX_LOG_ERR, socket_.log(), 0,
                          "lua tcp socket connect timed out, when connecting to %s:%d",
                          socket_.peer.host().c_str(), socket_.peer.port());
        }
        finish(fail("timeout"));
        return;
    }
    ngx_err_t error = socket_error(c);
    if (error != 0) {
        ngx_connection_error(c, error, const_cast<char*>("connect() failed"));
        socket_.faults |= TcpSocket::fault_error;
        finish(fail(socket_.error_text(error)));
        return;
    }
    finish(connected());
}

// Gives up what was reached so far; the place in the pool becomes free for the next one.
int Connector::fail(const char* error) noexcept {
    error_ = error;
    state_ = State::idle;
    Pool* pool = socket_.pool;
    if (socket_.connection != nullptr) {
        socket_.close();
    } else if (pool != nullptr) {
        socket_.pool = nullptr;
        pool->discount_one();
    }
    return kFailed;
}

void Connector::finish(int code) noexcept {
    code_ = code;
    complete(0);
}

void Connector::cancel() noexcept {
    switch (state_) {
    case State::idle:
        break;
    case State::queued:
        NGX_LUA_DEBUG(socket_.log(), "lua tcp socket abort queueing, conn_op_ctx: %p, u: %p", this,
                      &socket_);
        stop_queue_timer();
        socket_.pool->dequeue(*this);
        socket_.pool = nullptr;
        break;
    case State::resolving:
        NGX_LUA_DEBUG(socket_.log(), "lua tcp socket abort resolver");
        socket_.peer.stop();
        static_cast<void>(fail("closed"));
        break;
    case State::connecting:
        static_cast<void>(fail("closed"));
        break;
    }
    state_ = State::idle;
}

} // namespace lua::net
