#include "lua_http/req_socket.hpp"

#include "lua_http/http_host.hpp"
#include "lua_net/tcp_socket.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::http {
namespace {

using net::TcpSocket;

constexpr int kDone = 0;
constexpr int kMisuse = -1;
constexpr int kFailed = -5;
constexpr const char* kAborted = "client aborted";

// Something is yet to be read for Lua code alone.
bool owns_reading(const TcpSocket& socket) noexcept {
    return socket.reader.pending() || (socket.rest != nullptr && !socket.at_limit());
}

void on_read(ngx_http_request_t* r) noexcept {
    HttpHost* host = HttpHost::of(r);
    TcpSocket* socket = host == nullptr ? nullptr : host->request_socket;
    if (socket != nullptr && socket->connection != nullptr) {
        socket->reader.on_event();
        if (owns_reading(*socket)) {
            return;
        }
    }
    r->read_event_handler = ngx_http_block_reading;
}

// Why the request's connection cannot be had at all: raised.
const char* misuse(HttpHost& host) noexcept {
    ngx_http_request_t& r = host.request;
    if (!kOutputPhases.has(host.phase)) {
        return refusal(host.phase);
    }
    if (&r != r.main) {
        return "attempt to read the request body in a subrequest";
    }
#if (NGX_HTTP_V2)
    if (r.stream != nullptr) {
        return "http v2 not supported yet";
    }
#endif
#if (NGX_HTTP_V3)
    if (r.http_version == NGX_HTTP_VERSION_30) {
        return "http v3 not supported yet";
    }
#endif
    return nullptr;
}

const char* no_body(const ngx_http_request_t& r) noexcept {
    if (r.request_body != nullptr) {
        return "request body already exists";
    }
    if (r.discard_body) {
        return "request body discarded";
    }
    if (r.headers_in.chunked) {
        return "chunked request bodies not supported yet";
    }
    return r.headers_in.content_length_n <= 0 ? "no body" : nullptr;
}

// A client that waits for permission to send its body gets it.
bool answer_expect(ngx_http_request_t& r) noexcept {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    static constexpr std::string_view kExpected = "100-continue";
    const ngx_table_elt_t* expect = r.headers_in.expect;

    if (r.expect_tested || expect == nullptr || r.http_version < NGX_HTTP_VERSION_11) {
        return true;
    }
    r.expect_tested = 1;
    if (!ngx::equal_nocase(ngx::view(expect->value), kExpected)) {
        return true;
    }
    NGX_LUA_DEBUG(r.connection->log, "send 100 Continue");
    ngx_str_t text = ngx::str(kContinue);
    return r.connection->send(r.connection, text.data, text.len) ==
           static_cast<ssize_t>(kContinue.size());
}

// Hands over what nginx has read behind the request's head, as far as it belongs to the socket.
bool take_preread(ngx_http_request_t& r, TcpSocket& socket) noexcept {
    ngx_buf_t* head = r.header_in;
    auto size = static_cast<size_t>(head->last - head->pos);
    if (socket.rest != nullptr) {
        size = static_cast<size_t>(ngx_min(static_cast<off_t>(size), *socket.rest));
        *socket.rest -= static_cast<off_t>(size);
    }
    bool taken = socket.reader.buffer.append(head->pos, size);
    head->pos += size;
    r.request_length += static_cast<off_t>(size);
    return taken;
}

// Null, or a soft error.
const char* open_body(HttpHost& host, TcpSocket& socket) noexcept {
    ngx_http_request_t& r = host.request;
    const char* error = no_body(r);
    if (error != nullptr) {
        return error;
    }
    if (!answer_expect(r)) {
        return "test expect failed";
    }
    // Tells nginx that somebody reads the body.
    auto* body =
        static_cast<ngx_http_request_body_t*>(ngx_pcalloc(r.pool, sizeof(ngx_http_request_body_t)));
    if (body == nullptr || !socket.belong_to(host)) {
        return "no memory";
    }
    r.request_body = body;
    r.reading_body = 1; // until all of it was read: else the connection is closed with the request
    body->rest = r.headers_in.content_length_n;
    socket.early_end = kAborted;
    socket.wrap(r.connection, TcpSocket::Kind::body, host.request_socket, &body->rest);
    return take_preread(r, socket) ? nullptr : "no memory";
}

const char* open_raw(HttpHost& host, TcpSocket& socket) noexcept {
    ngx_http_request_t& r = host.request;
    if (host.body.wait != nullptr) {
        return "pending request body reading in some other thread";
    }
    if (host.output.surrendered()) {
        return "duplicate call";
    }
    if (host.output.started() && host.output.buffers_http10()) {
        return "http 1.0 buffering";
    }
    if (host.output.push() == NGX_ERROR || r.connection->buffered != 0) {
        return "pending data to write";
    }
    if (r.request_body == nullptr) {
        r.request_body = static_cast<ngx_http_request_body_t*>(
            ngx_pcalloc(r.pool, sizeof(ngx_http_request_body_t)));
    }
    if (r.request_body == nullptr || !socket.belong_to(host)) {
        return "no memory";
    }
    host.output.surrender();
    r.header_sent = 1;
    r.keepalive = 0;
    r.lingering_close = 1;
    if (r.headers_out.status == 0) {
        r.headers_out.status = NGX_HTTP_OK;
    }
    if (host.checks_client_abort()) {
        socket.early_end = kAborted;
    }
    socket.wrap(r.connection, TcpSocket::Kind::raw, host.request_socket, nullptr);
    return take_preread(r, socket) ? nullptr : "no memory";
}

} // namespace

void watch_request_socket(HttpHost& host) noexcept {
    TcpSocket* socket = host.request_socket;
    if (socket != nullptr && socket->connection != nullptr && owns_reading(*socket)) {
        host.request.read_event_handler = on_read;
    }
}

bool pass_write_event(HttpHost& host) noexcept {
    TcpSocket* socket = host.request_socket;
    if (socket == nullptr || !socket->writer.pending()) {
        return false;
    }
    socket->writer.on_event();
    return true;
}

void leave_request_socket(HttpHost& host) noexcept {
    ngx_http_request_t& r = host.request;
    if (r.reading_body && r.request_body != nullptr && r.request_body->rest == 0) {
        r.reading_body = 0;
    }
}

// 0, -1 (raise *err) or -5 (nil, *err).
NGX_LUA_FFI int ngx_http_lua_ffi_req_socket(ngx_http_request_t*, TcpSocket* socket, int raw,
                                            const char** err) noexcept {
    if (!kRequestPhases.has(current().host->phase)) {
        *err = refusal(current().host->phase);
        return kMisuse;
    }
    HttpHost& host = running_host();
    *err = misuse(host);
    if (*err != nullptr) {
        return kMisuse;
    }
    *err = raw != 0 ? open_raw(host, *socket) : open_body(host, *socket);
    return *err == nullptr ? kDone : kFailed;
}

} // namespace lua::http
