#include "lua_http/client_abort.hpp"

#include "lua_http/http_host.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

struct Ending {
    bool ended;
    ngx_err_t err;
};

// A stream of HTTP/2 or HTTP/3 has no socket of its own: the protocol's code tells.
bool is_stream(const ngx_http_request_t* r) noexcept {
#if (NGX_HTTP_V2)
    if (r->stream != nullptr) {
        return true;
    }
#endif
#if (NGX_HTTP_V3)
    if (r->connection->quic != nullptr) {
        return true;
    }
#endif
    static_cast<void>(r);
    return false;
}

Ending look(const ngx_http_request_t* r) noexcept {
    ngx_connection_t* c = r->connection;
    if (is_stream(r)) {
        return {c->error || c->read->error || c->read->eof, 0};
    }
    u_char byte = 0;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
    ngx_err_t err = n == -1 ? ngx_socket_errno : 0;
    if (n == 0 || (n == -1 && err != NGX_EAGAIN && err != NGX_EINTR)) {
        return {true, err};
    }
    return {false, 0};
}

void on_read(ngx_http_request_t* r) noexcept {
    ngx_connection_t* c = r->connection;
    HttpHost* host = HttpHost::of(r);
    if (host == nullptr || !host->run.active()) {
        return;
    }
    Ending ending = look(r);
    if (!ending.ended) {
        // Data that is not for the handler would be reported over and over.
        if ((ngx_event_flags & NGX_USE_LEVEL_EVENT) != 0 && c->read->active) {
            static_cast<void>(ngx_del_event(c->read, NGX_READ_EVENT, 0));
        }
        return;
    }
    ngx_log_error(NGX_LOG_INFO, c->log, ending.err, "client prematurely closed connection");
    r->read_event_handler = ngx_http_block_reading;

    Task* callback = host->abort_callback;
    if (callback != nullptr) {
        NGX_LUA_DEBUG(c->log, "lua waking up the on_abort callback thread");
        host->run.wake_reserved(*callback);
        return;
    }
    c->read->eof = 1;
    c->error = 1;
    ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST);
}

} // namespace

void watch_client(HttpHost& host) noexcept {
    ngx_http_request_t& r = host.request;
    // Else reading is the body's reader's, or we watch already. nginx reports to the main request.
    if (r.read_event_handler != ngx_http_block_reading || &r != r.main ||
        !host.checks_client_abort()) {
        return;
    }
    // Also where a callback has been woken: it comes only once.
    if (host.abort_callback != nullptr && host.abort_callback->state != Task::State::suspended) {
        return;
    }
    r.read_event_handler = on_read;
    if (is_stream(&r)) {
        return;
    }
    ngx_event_t* rev = r.connection->read;
    if (rev->ready) { // the end may have come with the request
        ngx_post_event(rev, &ngx_posted_events);
    } else {
        static_cast<void>(ngx_handle_read_event(rev, 0));
    }
}

void unwatch_client(HttpHost& host) noexcept {
    if (host.request.read_event_handler == on_read) {
        host.request.read_event_handler = ngx_http_block_reading;
    }
}

} // namespace lua::http
