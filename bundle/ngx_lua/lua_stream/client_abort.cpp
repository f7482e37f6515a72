#include "lua_stream/client_abort.hpp"

#include "lua_stream/stream_host.hpp"
#include "ngx/log.hpp"

namespace lua::stream {
namespace {

constexpr ngx_uint_t kClientClosed = 499;

bool has_ended(ngx_connection_t& c) noexcept {
    u_char byte = 0;
    ssize_t n = recv(c.fd, &byte, 1, MSG_PEEK);
    if (n > 0) {
        return false;
    }
    ngx_err_t err = n == 0 ? 0 : ngx_socket_errno;
    if (err == NGX_EAGAIN) {
        c.read->ready = 0;
        return false;
    }
    if (err == NGX_EINTR) {
        return false;
    }
    ngx_log_error(NGX_LOG_INFO, c.log, err, "stream client prematurely closed connection");
    return true;
}

} // namespace

void watch_client(StreamHost& host) noexcept {
    ngx_connection_t& c = host.connection();
    if (!host.checks_client_abort() || c.type != SOCK_STREAM) {
        return;
    }
    host.listen();
    if (c.read->ready) {
        ngx_post_event(c.read, &ngx_posted_events);
    } else {
        static_cast<void>(ngx_handle_read_event(c.read, 0));
    }
}

bool look_at_client(StreamHost& host) noexcept {
    Task* callback = host.abort_callback;
    bool called = callback != nullptr && callback->state != Task::State::suspended;
    if (called || !has_ended(host.connection())) {
        return false;
    }
    if (callback != nullptr) {
        NGX_LUA_DEBUG(host.log(), "lua waking up the on_abort callback thread");
        host.run.wake_reserved(*callback);
        return false;
    }
    ngx_stream_finalize_session(&host.session, kClientClosed);
    return true;
}

} // namespace lua::stream
