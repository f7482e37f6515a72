#include "lua_net/tcp_socket.hpp"

#include "lua_net/pool.hpp"
#include "ngx/log.hpp"

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
    if (slot_ != nullptr && host() != nullptr && *slot_ == this) {
        *slot_ = nullptr;
    }
    close();
}

void TcpSocket::adopt(ngx_connection_t* c) noexcept {
    connection = c;
    c->data = this;
    c->idle = 0;
    lend_log(*c);
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
    user_data.reset();
    return c;
}

void TcpSocket::wrap(ngx_connection_t* c, Kind what, TcpSocket*& slot, off_t* size) noexcept {
    kind = what;
    rest = size;
    connection = c;
    send_timeout = settings().send_timeout;
    read_timeout = settings().read_timeout;
    slot = this;
    slot_ = &slot;
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

void TcpSocket::log_timeout(const char* what) noexcept {
    if (settings().log_errors) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "lua tcp socket %s timed out", what);
    }
}

ssize_t TcpSocket::receive(u_char* to, size_t size) noexcept {
    if (at_limit()) {
        return 0;
    }
    if (rest != nullptr) {
        size = static_cast<size_t>(ngx_min(static_cast<off_t>(size), *rest));
    }
    ssize_t n = connection->recv(connection, to, size);
    if (n > 0 && rest != nullptr) {
        *rest -= n;
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

    const Settings* settings = here.net_settings();
    if (settings != nullptr && settings->log_errors) {
        ngx_log_error(NGX_LOG_ERR, here.log(), 0,
                      "attempt to %s data on a closed socket: u:%p, c:%p, ft:%d eof:%d", what,
                      socket, connection, socket == nullptr ? 0 : static_cast<int>(socket->faults),
                      socket != nullptr && socket->reader.eof ? 1 : 0);
    }
}

} // namespace lua::net
