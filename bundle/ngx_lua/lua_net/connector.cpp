#include "lua_net/connector.hpp"

#include "lua_net/pool.hpp"
#include "lua_net/tcp_socket.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <cstring>

namespace lua::net {
namespace {

// Debug logging of timers reads the fd of an event's connection.
ngx_connection_t* dummy_connection() {
    static ngx_connection_t connection;
    connection.fd = static_cast<ngx_socket_t>(-1);
    return &connection;
}

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
    address_len_ = 0;
    host_.assign(request.host, request.host_len);
    port_ = request.port;
    transparent_ = request.transparent != 0;
    set_local(request);
}

// bind() has checked the address.
void Connector::set_local(const ConnectRequest& request) noexcept {
    local_len_ = 0;
    if (request.bind == nullptr) {
        return;
    }
    ngx_addr_t parsed = {};
    ngx_pool_t* scratch = ngx_create_pool(256, socket_.log());
    if (scratch == nullptr) {
        return;
    }
    if (ngx_parse_addr_port(scratch, &parsed, ngx::bytes(request.bind), request.bind_len) ==
            NGX_OK &&
        parsed.socklen <= static_cast<socklen_t>(sizeof(local_))) {
        ngx_memcpy(&local_, parsed.sockaddr, parsed.socklen);
        local_len_ = parsed.socklen;
    }
    ngx_destroy_pool(scratch);
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
    ev.data = dummy_connection();
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
                      self.host_.c_str(), static_cast<int>(self.port_));
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

void Connector::set_address(const sockaddr* address, socklen_t length) noexcept {
    address_len_ = ngx_min(length, static_cast<socklen_t>(sizeof(address_)));
    ngx_memcpy(&address_, address, address_len_);
}

int Connector::find_address() noexcept {
    return parse_numeric() ? connect() : parse_name();
}

// IPv4 and IPv6 addresses, without any allocation.
bool Connector::parse_numeric() noexcept {
    u_char* text = ngx::bytes(host_.data());
    auto port = static_cast<in_port_t>(port_);

    in_addr_t v4 = ngx_inet_addr(text, host_.size());
    if (v4 != INADDR_NONE) {
        address_ = {};
        address_.sockaddr_in.sin_family = AF_INET;
        address_.sockaddr_in.sin_addr.s_addr = v4;
        address_.sockaddr_in.sin_port = htons(port);
        address_len_ = sizeof(sockaddr_in);
        return true;
    }
#if (NGX_HAVE_INET6)
    if (host_.size() > 2 && host_.front() == '[' && host_.back() == ']') {
        address_ = {};
        if (ngx_inet6_addr(text + 1, host_.size() - 2, address_.sockaddr_in6.sin6_addr.s6_addr) ==
            NGX_OK) {
            address_.sockaddr_in6.sin6_family = AF_INET6;
            address_.sockaddr_in6.sin6_port = htons(port);
            address_len_ = sizeof(sockaddr_in6);
            return true;
        }
    }
#endif
    return false;
}

int Connector::parse_name() noexcept {
    ngx_pool_t* scratch = ngx_create_pool(1024, socket_.log());
    if (scratch == nullptr) {
        return fail("no memory");
    }
    ngx_url_t url = {};
    url.url = ngx::str(host_);
    url.default_port = static_cast<in_port_t>(port_);
    url.no_resolve = 1;

    int code = kFailed;
    if (ngx_parse_url(scratch, &url) != NGX_OK) {
        code = fail(
            url.err == nullptr
                ? socket_.error_text("failed to parse host name \"" + host_ + "\"")
                : socket_.error_text("failed to parse host name \"" + host_ + "\": " + url.err));
    } else if (url.addrs != nullptr && url.addrs[0].sockaddr != nullptr) {
        set_address(url.addrs[0].sockaddr, url.addrs[0].socklen);
        code = connect();
    } else {
        code = resolve(url.host);
    }
    ngx_destroy_pool(scratch);
    return code;
}

int Connector::resolve(const ngx_str_t& name) noexcept {
    const Settings& settings = socket_.settings();
    if (settings.resolver == nullptr) {
        return fail(socket_.error_text("no resolver defined to resolve \"" + host_ + "\""));
    }
    ngx_resolver_ctx_t wanted = {};
    wanted.name = name;
    resolution_ = ngx_resolve_start(settings.resolver, &wanted);
    if (resolution_ == NGX_NO_RESOLVER) {
        resolution_ = nullptr;
        return fail(socket_.error_text("no resolver defined to resolve \"" + host_ + "\""));
    }
    if (resolution_ == nullptr) {
        return fail("failed to start the resolver");
    }
    // The name lies in host_, which stays until the resolution is over.
    resolution_->name = name;
    resolution_->handler = on_resolved;
    resolution_->data = this;
    resolution_->timeout = settings.resolver_timeout;

    state_ = State::resolving;
    code_ = kYield;
    if (ngx_resolve_name(resolution_) != NGX_OK) {
        resolution_ = nullptr; // freed
        state_ = State::idle;
        return fail("resolver not working");
    }
    return state_ == State::resolving ? kYield : code_; // it may have known the name
}

void Connector::on_resolved(ngx_resolver_ctx_t* ctx) noexcept {
    Connector& self = *static_cast<Connector*>(ctx->data);
    self.state_ = State::idle;
    self.code_ = self.resolved();
    if (self.pending() && self.code_ != kYield) {
        self.finish(self.code_);
    }
}

int Connector::resolved() noexcept {
    ngx_resolver_ctx_t* ctx = resolution_;
    if (ctx->state != 0) {
        std::string text(ngx::view(ctx->name));
        text += " could not be resolved";
        text += " (" + std::to_string(ctx->state) + ": " + ngx_resolver_strerror(ctx->state) + ")";
        forget_resolution();
        socket_.faults |= TcpSocket::fault_resolver;
        return fail(socket_.error_text(std::move(text)));
    }
    ngx_uint_t chosen = ctx->naddrs == 1 ? 0 : static_cast<ngx_uint_t>(ngx_random()) % ctx->naddrs;
    set_address(ctx->addrs[chosen].sockaddr, ctx->addrs[chosen].socklen);
    ngx_inet_set_port(&address_.sockaddr, static_cast<in_port_t>(port_));
    forget_resolution();
    return connect();
}

void Connector::forget_resolution() noexcept {
    ngx_resolver_ctx_t* ctx = resolution_;
    resolution_ = nullptr;
    ngx_resolve_name_done(ctx);
}

// --- the connection ---

int Connector::connect() noexcept {
    ngx_str_t name = ngx::str(host_);
    ngx_addr_t local = {&local_.sockaddr, local_len_, {}};
    u_char local_text[NGX_SOCKADDR_STRLEN];
    ngx_peer_connection_t peer = {};

    peer.sockaddr = &address_.sockaddr;
    peer.socklen = address_len_;
    peer.name = &name;
    peer.get = ngx_event_get_peer;
    peer.log = socket_.log();
    peer.log_error = NGX_ERROR_ERR;
    if (local_len_ != 0) {
        bool with_port = ngx_inet_get_port(&local_.sockaddr) != 0;
        local.name = {ngx_sock_ntop(&local_.sockaddr, local_len_, local_text, sizeof(local_text),
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
                          host_.c_str(), static_cast<int>(port_));
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
        forget_resolution();
        static_cast<void>(fail("closed"));
        break;
    case State::connecting:
        static_cast<void>(fail("closed"));
        break;
    }
    state_ = State::idle;
}

u_char* Connector::describe(u_char* buf, u_char* end) const noexcept {
    if (host_.empty()) {
        return buf;
    }
    u_char* p = ngx_slprintf(buf, end, ", upstream: %s", host_.c_str());
    if (port_ >= 0) {
        p = ngx_slprintf(p, end, ":%d", static_cast<int>(port_));
    }
    if (address_len_ == 0) {
        return p;
    }
    u_char text[NGX_SOCKADDR_STRLEN];
    size_t length = ngx_sock_ntop(const_cast<sockaddr*>(&address_.sockaddr), address_len_, text,
                                  sizeof(text), 0);
    return ngx_slprintf(p, end, "(%*s)", length, text);
}

} // namespace lua::net
