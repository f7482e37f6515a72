#include "lua_stream/req_socket.hpp"

#include "lua_stream/stream_host.hpp"
#include "lua_text/cells.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::stream {
namespace {

constexpr size_t kMaxDatagram = 65536;
constexpr const char* kBusyWriting = "socket busy writing";

// Null where the handler may use the client's connection.
const char* refused() {
    Phase phase = current().host->phase;
    return kOutputPhases.has(phase) ? nullptr : refusal(phase);
}

int result(const char* soft_error, const char** err) {
    *err = soft_error;
    return soft_error == nullptr ? NGX_OK : NGX_DECLINED;
}

size_t unread(const ngx_buf_t* buffer) {
    return buffer == nullptr ? 0 : static_cast<size_t>(buffer->last - buffer->pos);
}

} // namespace

const char* ReqSocket::open(net::TcpSocket& socket) noexcept {
    if (socket_ != nullptr && !inherited_) {
        return "duplicate call";
    }
    if (host_.output.push() == NGX_ERROR || host_.output.has_unsent()) {
        return "pending data to write";
    }
    if (!socket.belong_to(host_)) {
        return "no memory";
    }
    if (socket_ != nullptr) {
        socket_->close();
    }
    inherited_ = false;
    if (host_.checks_client_abort()) {
        socket.early_end = "client aborted";
    }
    socket.wrap(&host_.connection(), net::TcpSocket::Kind::raw, socket_, nullptr);
    socket.shared = this;
    return nullptr;
}

bool ReqSocket::before_read(net::TcpSocket& socket) noexcept {
    ngx_buf_t* preread = host_.connection().buffer;
    size_t size = unread(preread);
    consumed_ = true;
    host_.listen();
    if (size == 0) {
        return true;
    }
    bool taken = socket.reader.buffer.append(preread->pos, size);
    preread->pos = preread->last;
    return taken;
}

const char* ReqSocket::before_write(net::TcpSocket&) noexcept {
    if (host_.output.push() == NGX_ERROR) {
        return kFilterError;
    }
    host_.listen();
    return host_.output.has_unsent() ? kBusyWriting : nullptr;
}

bool ReqSocket::has_unread() const noexcept {
    return unread(host_.connection().buffer) != 0 ||
           (socket_ != nullptr && socket_->reader.buffer.size() != 0);
}

bool ReqSocket::give_back() noexcept {
    inherited_ = true;
    if (socket_ == nullptr || socket_->reader.buffer.size() == 0) {
        return true;
    }
    net::ReceiveBuffer& read = socket_->reader.buffer;
    ngx_connection_t& c = host_.connection();
    ngx_buf_t* buffer = ngx_create_temp_buf(c.pool, read.size());
    if (buffer == nullptr) {
        return false;
    }
    buffer->last = ngx_cpymem(buffer->last, read.data(), read.size());
    read.consume(read.size());
    c.buffer = buffer;
    return true;
}

const char* ReqSocket::shutdown_send(const net::TcpSocket& socket) noexcept {
    ngx_connection_t& c = host_.connection();
    if (&socket != socket_) {
        return "closed";
    }
    if (shut_down_) {
        return "already shutdown";
    }
    if (host_.output.push() == NGX_ERROR || host_.output.has_unsent() || writing()) {
        return kBusyWriting;
    }
    NGX_LUA_DEBUG(host_.log(), "stream lua shutdown socket write direction");
    if (ngx_shutdown_socket(c.fd, NGX_WRITE_SHUTDOWN) == -1) {
        return socket_->error_text(ngx_socket_errno);
    }
    shut_down_ = true;
    host_.output.close();
    socket_->close_writing();
    return nullptr;
}

// --- for Lua: return 0, -1 (raise *err), -5 (nil, *err) or -2 (yield) ---

// 1 for a UDP session, whose client has no connection to wrap.
NGX_LUA_FFI int ngx_stream_lua_ffi_req_socket(void* /*r*/, net::TcpSocket* socket,
                                              const char** err) noexcept {
    *err = refused();
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    StreamHost& host = running_host();
    return host.connection().type == SOCK_DGRAM ? 1 : result(host.req_socket.open(*socket), err);
}

// The first `size` bytes of the connection in *data; -2: the yield returns them.
NGX_LUA_FFI int ngx_stream_lua_ffi_req_socket_peek(net::TcpSocket* socket, size_t size,
                                                   const u_char** data, const char** err) noexcept {
    const Host& here = *current().host;
    *err = here.phase != Phase::preread           ? refusal(here.phase)
           : !socket->usable_here()               ? "bad request"
           : running_host().req_socket.consumed() ? "attempt to peek on a consumed socket"
                                                  : nullptr;
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    StreamHost& host = running_host();
    if (host.peek.pending() || host.req_socket.reading()) {
        return result("socket busy reading", err);
    }
    const ngx_buf_t* preread = host.connection().buffer;
    if (unread(preread) >= size) {
        *data = preread == nullptr ? ngx::bytes("") : preread->pos;
        return NGX_OK;
    }
    host.peek.start(size, *current().task);
    return NGX_AGAIN;
}

NGX_LUA_FFI int ngx_stream_lua_ffi_req_socket_shutdown(net::TcpSocket* socket,
                                                       const char** err) noexcept {
    *err = refused();
    if (*err == nullptr && !socket->usable_here()) {
        *err = "bad request";
    }
    return *err != nullptr ? NGX_ERROR
                           : result(running_host().req_socket.shutdown_send(*socket), err);
}

// The next `size` bytes of the client's datagram, or (0) all that is left.
NGX_LUA_FFI int ngx_stream_lua_ffi_req_udp_receive(void* /*r*/, size_t size, const u_char** data,
                                                   size_t* len, const char** err) noexcept {
    *err = refused();
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    ngx_buf_t* datagram = running_host().connection().buffer;
    size_t there = unread(datagram);
    if (there == 0) {
        return result("no more data", err);
    }
    *len = size == 0 ? there : ngx_min(size, there);
    *data = datagram->pos;
    datagram->pos += *len;
    return NGX_OK;
}

// One datagram to the client.
NGX_LUA_FFI int ngx_stream_lua_ffi_req_udp_send(void* /*r*/, const OutCell* cells, int count,
                                                const char** err) noexcept {
    static u_char datagram[kMaxDatagram];
    *err = refused();
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    if (text::cells_length_bound(cells, count) > sizeof(datagram)) {
        return result("datagram too long", err);
    }
    ngx_connection_t& c = running_host().connection();
    auto len = text::write_cells(datagram, cells, count) - datagram;
    ssize_t n = c.send(&c, datagram, static_cast<size_t>(len));
    return n == len ? NGX_OK : result(n == NGX_AGAIN ? "timeout" : "error", err);
}

} // namespace lua::stream
