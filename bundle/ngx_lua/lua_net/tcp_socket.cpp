#include "lua_net/tcp_socket.hpp"

#include "lua_net/pool.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace lua::net {

TcpSocket::TcpSocket() noexcept
    : connector(*this), reader(*this), writer(*this)
#if (NGX_SSL)
      ,
      tls(*this)
#endif
{
}

TcpSocket::~TcpSocket() {
    close();
}

// A request may have had several hosts, one for each internal redirect.
bool TcpSocket::same_request() const noexcept {
    const Host* here = current().host;
    return host() != nullptr && here != nullptr && kRequestPhases.has(here->phase) &&
           kRequestPhases.has(host()->phase) && here->exdata() == host()->exdata();
}

bool TcpSocket::belong_to(Host& here) noexcept {
    if (served_) {
        NGX_LUA_DEBUG(here.log(), "lua reuse socket upstream ctx");
        NGX_LUA_DEBUG(here.log(), "lua http cleanup reuse: %p", this);
    }
    if (host() == nullptr && !attach(here)) {
        return false;
    }
    served_ = true;
    settings_ = here.net_settings();
    host_log_ = here.log();
    log_ = *host_log_;
    log_.handler = add_upstream;
    log_.data = this;
    return true;
}

u_char* TcpSocket::add_upstream(ngx_log_t* log, u_char* buf, size_t len) noexcept {
    auto& self = *static_cast<TcpSocket*>(log->data);
    ngx_log_t* outer = self.host_log_;
    u_char* end = buf + len;

    u_char* p = self.connector.describe(buf, end);
    return outer->handler == nullptr ? p : outer->handler(outer, p, static_cast<size_t>(end - p));
}

void TcpSocket::adopt(ngx_connection_t* c) noexcept {
    connection = c;
    c->data = this;
    c->idle = 0;
    c->log = &log_;
    c->read->log = &log_;
    c->write->log = &log_;
    if (c->pool != nullptr) {
        c->pool->log = &log_;
    }
    c->log_error = settings_->log_errors ? NGX_ERROR_ERR : NGX_ERROR_INFO;
    c->read->handler = on_read;
    c->write->handler = on_write;
    reader.eof = false;
    reader.closed = false;
    writer.closed = false;
    faults = 0;
}

ngx_connection_t* TcpSocket::release() noexcept {
    ngx_connection_t* c = connection;
    connection = nullptr;
    reader.closed = true;
    writer.closed = true;
    pool = nullptr;
    return c;
}

void TcpSocket::wrap(ngx_connection_t* c, Kind what, off_t size) noexcept {
    kind = what;
    limit = size;
    connection = c;
    send_timeout = settings_->send_timeout;
    read_timeout = settings_->read_timeout;
}

void TcpSocket::close() noexcept {
    if (connection == nullptr) {
        return;
    }
    NGX_LUA_DEBUG(connection->log, "lua finalize socket");
    Pool* counted = pool;
    ngx_connection_t* c = release();
    if (kind == Kind::client) {
        NGX_LUA_DEBUG(c->log, "lua close socket connection");
        close_connection(c);
    }
    if (counted != nullptr) {
        counted->discount_one();
    }
}

void TcpSocket::close_reading() noexcept {
    reader.closed = true;
    if (writer.closed) {
        close();
    }
}

void TcpSocket::close_writing() noexcept {
    writer.closed = true;
    if (reader.closed) {
        close();
    }
}

void TcpSocket::on_host_end() noexcept {
    if (connection != nullptr) {
        host()->debug_uri("cleanup lua tcp socket request");
        close();
    }
    reader.drop();
}

// The worker has waited long enough for its connections to end by themselves.
void TcpSocket::abort() noexcept {
    if (connector.pending()) {
        connector.on_event();
    }
#if (NGX_SSL)
    if (tls.pending()) {
        tls.abort();
    }
#endif
    if (reader.pending()) {
        reader.fail("closed");
    }
    if (writer.pending()) {
        writer.fail("closed");
    }
    close();
}

const char* TcpSocket::error_text(ngx_err_t error) noexcept {
    u_char text[NGX_MAX_ERROR_STR];
    const u_char* end = ngx_strerror(error, text, sizeof(text));
    error_ = ngx::view(text, end);
    std::transform(error_.begin(), error_.end(), error_.begin(),
                   [](char c) { return static_cast<char>(ngx_tolower(c)); });
    return error_.c_str();
}

const char* TcpSocket::error_text(std::string&& text) noexcept {
    error_ = std::move(text);
    return error_.c_str();
}

void TcpSocket::log_timeout(const char* what) noexcept {
    if (settings_->log_errors) {
        ngx_log_error(NGX_LOG_ERR, &log_, 0, "lua tcp socket %s timed out", what);
    }
}

ssize_t TcpSocket::receive(u_char* to, size_t size) noexcept {
    if (limit != kNoLimit && static_cast<off_t>(size) > limit) {
        size = static_cast<size_t>(limit);
    }
    if (size == 0) {
        return 0; // the body is over
    }
    ssize_t n = connection->recv(connection, to, size);
    if (n > 0 && limit != kNoLimit) {
        limit -= n;
    }
    return n;
}

void TcpSocket::on_read(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);
    auto& self = *static_cast<TcpSocket*>(c->data);
    if (c->close) {
        self.abort();
    } else if (self.connector.pending()) {
        self.connector.on_event();
    } else {
        self.reader.on_event();
    }
}

void TcpSocket::on_write(ngx_event_t* ev) noexcept {
    auto& self = *static_cast<TcpSocket*>(static_cast<ngx_connection_t*>(ev->data)->data);
    if (self.connector.pending()) {
        self.connector.on_event();
    } else {
        self.writer.on_event();
    }
}

void log_closed(const TcpSocket* socket, const char* what) noexcept {
    const Host& here = *current().host;
    const void* connection = socket == nullptr ? nullptr : socket->connection;

    if (here.net_settings()->log_errors) {
        ngx_log_error(NGX_LOG_ERR, here.log(), 0,
                      "attempt to %s data on a closed socket: u:%p, c:%p, ft:%d eof:%d", what,
                      socket, connection, socket == nullptr ? 0 : static_cast<int>(socket->faults),
                      socket != nullptr && socket->reader.eof ? 1 : 0);
    }
}

} // namespace lua::net
