#include "lua_stream/output.hpp"

#include "lua_stream/stream_host.hpp"
#include "ngx/log.hpp"

namespace lua::stream {
namespace {

constexpr size_t kEnough = 1460; // a segment's worth
constexpr unsigned kUnsent = NGX_STREAM_WRITE_BUFFERED | NGX_LOWLEVEL_BUFFERED | NGX_SSL_BUFFERED;

} // namespace

Output::Output(StreamHost& host) noexcept : host_(host), gathered_(&ngx_stream_lua_module) {}

const char* Output::write(const OutCell* cells, int n, bool newline) noexcept {
    ngx_connection_t& c = host_.connection();
    if (ended_) {
        return "seen eof";
    }
    if (c.error) {
        return kFilterError;
    }
    if (host_.req_socket.writing()) {
        return "socket busy writing";
    }
    NGX_LUA_DEBUG(host_.log(), newline ? "lua say response" : "lua print response");
    if (!gathered_.write(c.pool, host_.log(), cells, n, newline)) {
        return "no memory";
    }
    if (gathered_.size() >= kEnough || c.type == SOCK_DGRAM) {
        return push() == NGX_ERROR ? kFilterError : nullptr;
    }
    return nullptr;
}

const char* Output::end() noexcept {
    if (ended_) {
        return "seen eof";
    }
    NGX_LUA_DEBUG(host_.log(), "lua send eof");
    ngx_int_t rc = push();
    ended_ = true;
    return rc == NGX_ERROR ? kFilterError : nullptr;
}

ngx_int_t Output::push() noexcept {
    ngx_connection_t& c = host_.connection();
    if (c.error) {
        return NGX_ERROR;
    }
    if (gathered_.empty()) {
        return NGX_OK;
    }
    ngx_buf_t* last = gathered_.last(c.pool, host_.log());
    last->flush = 1;
    last->last_buf = c.type == SOCK_DGRAM ? 1 : 0; // ends the datagram
    ngx_chain_t* chain = gathered_.take();
    ngx_int_t rc = send(chain);
    gathered_.passed(c.pool, chain);
    if (rc == NGX_AGAIN && !arm()) {
        return NGX_ERROR;
    }
    return rc;
}

ngx_int_t Output::send(ngx_chain_t* chain) noexcept {
    return ngx_stream_top_filter(&host_.session, chain, 1);
}

bool Output::has_unsent() const noexcept {
    return (host_.connection().buffered & kUnsent) != 0;
}

bool Output::wait_until_sent() noexcept {
    NGX_LUA_DEBUG(host_.log(), "lua flush requires waiting: buffered 0x%uxd, delayed:%d",
                  static_cast<unsigned>(host_.connection().buffered),
                  static_cast<int>(host_.connection().write->delayed));
    return arm() && flushers_.add(*current().task, host_.pool());
}

bool Output::drain_then_finalize(ngx_uint_t status) noexcept {
    if (push() == NGX_ERROR || !has_unsent() || !arm()) {
        return false;
    }
    final_status_ = status;
    return true;
}

// Makes sure that the rest is sent when the client's socket can take more.
bool Output::arm() noexcept {
    ngx_event_t* wev = host_.connection().write;
    host_.listen();
    if (!wev->timer_set) {
        ngx_add_timer(wev, host_.net_settings()->send_timeout);
    }
    return ngx_handle_write_event(wev, host_.net_settings()->send_lowat) == NGX_OK;
}

void Output::continue_sending() noexcept {
    ngx_connection_t& c = host_.connection();
    ngx_event_t* wev = c.write;

    if (wev->timedout) {
        ngx_connection_error((&c), NGX_ETIMEDOUT, const_cast<char*>("client timed out"));
        c.timedout = 1;
        over("timeout");
        return;
    }
    if (has_unsent()) {
        ngx_int_t rc = send(nullptr);
        if (rc == NGX_ERROR) {
            over("client aborted");
            return;
        }
        if (rc == NGX_AGAIN) {
            ngx_add_timer(wev, host_.net_settings()->send_timeout); // from the last progress on
            static_cast<void>(ngx_handle_write_event(wev, host_.net_settings()->send_lowat));
            return;
        }
    }
    if (wev->timer_set) {
        ngx_del_timer(wev);
    }
    over(nullptr);
}

// All is sent, or will never be.
void Output::over(const char* error) noexcept {
    flushers_.wake(error);
    if (final_status_ != 0) {
        ngx_stream_finalize_session(&host_.session, final_status_);
    }
}

} // namespace lua::stream
