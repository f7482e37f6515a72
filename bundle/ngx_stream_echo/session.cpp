#include "session.hpp"

#include "ngx/str.hpp"

#include <algorithm>
#include <new>

namespace ngx::stream_echo {
namespace {

constexpr unsigned kUnsent = NGX_STREAM_WRITE_BUFFERED | NGX_LOWLEVEL_BUFFERED | NGX_SSL_BUFFERED;

} // namespace

void run_session(ngx_stream_session_t* s) noexcept {
    Session* session = Session::make(s);
    if (session == nullptr) {
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }
    session->run();
}

Session::Session(ngx_stream_session_t* s) noexcept
    : session_(*s), c_(*s->connection), conf_(serv_conf(s)) {
    sleep_event_.handler = on_sleep_over;
    sleep_event_.data = &c_;
    sleep_event_.log = c_.log;
}

Session* Session::make(ngx_stream_session_t* s) noexcept {
    ngx_pool_t* pool = s->connection->pool;
    void* memory = ngx_palloc(pool, sizeof(Session));
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, 0);
    if (memory == nullptr || cleanup == nullptr) {
        return nullptr;
    }
    auto* session = new (memory) Session(s);
    ngx_stream_set_ctx(s, session, ngx_stream_echo_module);
    cleanup->handler = [](void* data) noexcept {
        ngx_event_t& timer = static_cast<Session*>(data)->sleep_event_;
        if (timer.timer_set) {
            ngx_del_timer((&timer));
        }
    };
    cleanup->data = session;

    // What the preread phase has read comes first.
    const ngx_buf_t* preread = s->connection->buffer;
    size_t early = preread == nullptr ? 0 : static_cast<size_t>(preread->last - preread->pos);
    session->input_ =
        ngx_create_temp_buf(pool, std::max({session->conf_.read_buffer_size, early, size_t{1}}));
    if (session->input_ == nullptr) {
        return nullptr;
    }
    ngx_buf_t& input = *session->input_;
    if (early != 0) {
        input.last = ngx_cpymem(input.last, preread->pos, early);
    }
    session->used_ = input.pos;
    return session;
}

Session& Session::of(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);
    auto* s = static_cast<ngx_stream_session_t*>(c->data);
    return *static_cast<Session*>(ngx_stream_get_module_ctx(s, ngx_stream_echo_module));
}

// --- commands ---

void Session::run() noexcept {
    ngx_log_debug0(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo run commands");
    while (next_ < conf_.commands.size()) {
        switch (execute(conf_.commands[next_])) {
        case Outcome::waits:
            return;
        case Outcome::failed:
            finish(NGX_ERROR);
            return;
        case Outcome::done:
            next_++;
            break;
        }
    }
    finish(NGX_OK);
}

Session::Outcome Session::execute(const Command& command) noexcept {
    switch (command.op) {
    case Op::echo:
        ngx_log_debug0(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running echo");
        return send(command.text);
    case Op::flush_wait:
        return flush_wait();
    case Op::sleep:
        return sleep(command.delay);
    case Op::read_bytes:
    case Op::read_line:
        return read(command);
    case Op::request_data:
        return send_request_data();
    case Op::discard_request:
        return discard_request();
    }
    ngx_log_error(NGX_LOG_CRIT, c_.log, 0, "stream echo unknown opcode: %d",
                  static_cast<int>(command.op));
    return Outcome::failed;
}

Session::Outcome Session::send(ngx_str_t text) noexcept {
    if (text.len == 0) {
        return Outcome::done;
    }
    ngx_chain_t* link = ngx_alloc_chain_link(c_.pool);
    ngx_buf_t* buf = static_cast<ngx_buf_t*>(ngx_calloc_buf(c_.pool));
    if (link == nullptr || buf == nullptr) {
        return Outcome::failed;
    }
    buf->memory = 1;
    buf->pos = buf->start = text.data;
    buf->last = buf->end = text.data + text.len;
    buf->flush = 1;
    buf->last_buf = c_.type == SOCK_DGRAM ? 1 : 0;
    link->buf = buf;
    link->next = nullptr;

    ngx_int_t rc = ngx_stream_top_filter(&session_, link, 1);
    if (rc == NGX_ERROR) {
        return client_error("stream client prematurely closed connection", 0);
    }
    return rc == NGX_AGAIN && !arm_write() ? Outcome::failed : Outcome::done;
}

Session::Outcome Session::flush_wait() noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running flush-wait (busy: %p)",
                   (c_.buffered & kUnsent) != 0 ? this : nullptr);
    if ((c_.buffered & kUnsent) == 0) {
        return Outcome::done;
    }
    waits_for_flush_ = true;
    return arm_write() ? Outcome::waits : Outcome::failed;
}

Session::Outcome Session::send_request_data() noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running echo-request (busy: %p)",
                   (c_.buffered & kUnsent) != 0 ? this : nullptr);
    auto len = static_cast<size_t>(used_ - input_->pos);
    if (len != 0) {
        auto* copy = static_cast<u_char*>(ngx_pnalloc(c_.pool, len));
        if (copy == nullptr) {
            return Outcome::failed;
        }
        ngx_memcpy(copy, input_->pos, len);
        ngx_memmove(input_->pos, used_, static_cast<size_t>(input_->last - used_));
        input_->last -= len;
        used_ = input_->pos;
        if (send({len, copy}) == Outcome::failed) {
            return Outcome::failed;
        }
    }
    if ((c_.buffered & kUnsent) == 0) {
        return Outcome::done;
    }
    waits_for_flush_ = true;
    return Outcome::waits;
}

Session::Outcome Session::sleep(ngx_msec_t delay) noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running sleep (delay: %M)", delay);
    ngx_add_timer((&sleep_event_), delay);
    return Outcome::waits;
}

void Session::on_sleep_over(ngx_event_t* ev) noexcept {
    Session& session = of(ev);
    ngx_log_debug0(NGX_LOG_DEBUG_STREAM, session.c_.log, 0, "stream echo sleep event handler");
    if (!ev->timedout) {
        ngx_log_error(NGX_LOG_WARN, session.c_.log, 0, "stream echo: sleeping woke up prematurely");
        return;
    }
    ev->timedout = 0;
    session.next_++;
    session.run();
}

// --- output ---

// Makes sure that the rest is sent when the client can take more.
bool Session::arm_write() noexcept {
    c_.write->handler = on_write;
    if (!c_.write->timer_set) {
        ngx_add_timer(c_.write, conf_.send_timeout);
    }
    return ngx_handle_write_event(c_.write, 0) == NGX_OK;
}

void Session::on_write(ngx_event_t* wev) noexcept {
    Session& session = of(wev);
    ngx_connection_t& c = session.c_;
    ngx_log_debug0(NGX_LOG_DEBUG_STREAM, c.log, 0, "stream echo writer handler");

    if (wev->timedout) {
        c.timedout = 1;
        static_cast<void>(session.client_error("stream client send timed out", NGX_ETIMEDOUT));
        session.close(NGX_ERROR);
        return;
    }
    if ((c.buffered & kUnsent) != 0) {
        ngx_int_t rc = ngx_stream_top_filter(&session.session_, nullptr, 1);
        if (rc == NGX_ERROR) {
            static_cast<void>(
                session.client_error("stream client prematurely closed connection", 0));
            session.close(NGX_ERROR);
            return;
        }
        if (rc == NGX_AGAIN) {
            ngx_add_timer(wev, session.conf_.send_timeout); // from the last progress on
            static_cast<void>(ngx_handle_write_event(wev, 0));
            return;
        }
    }
    if (wev->timer_set) {
        ngx_del_timer(wev);
    }
    session.sent();
}

void Session::sent() noexcept {
    if (ending_) {
        finish(rc_);
    } else if (waits_for_flush_) {
        waits_for_flush_ = false;
        next_++;
        run();
    }
}

// --- the end ---

void Session::finish(ngx_int_t rc) noexcept {
    if (rc == NGX_OK && (c_.buffered & kUnsent) != 0 && arm_write()) {
        ending_ = true;
        rc_ = rc;
        return;
    }
    if (rc == NGX_OK && lingers()) {
        linger();
        return;
    }
    close(rc);
}

void Session::close(ngx_int_t rc) noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo finalize: rc=%i", rc);
    ngx_stream_finalize_session(&session_,
                                rc == NGX_OK ? NGX_STREAM_OK : NGX_STREAM_INTERNAL_SERVER_ERROR);
}

// A connection that is closed with unread input is reset, and the client may lose output.
bool Session::lingers() const noexcept {
    if (c_.type == SOCK_DGRAM || conf_.lingering_close == kLingeringOff) {
        return false;
    }
    return conf_.lingering_close == kLingeringAlways || used_ != input_->last || c_.read->ready;
}

void Session::linger() noexcept {
    linger_until_ = ngx_current_msec + conf_.lingering_time;
    c_.read->handler = on_linger;
    if (c_.write->timer_set) {
        ngx_del_timer(c_.write);
    }
    if (ngx_shutdown_socket(c_.fd, NGX_WRITE_SHUTDOWN) == -1) {
        ngx_connection_error((&c_), ngx_socket_errno,
                             const_cast<char*>(ngx_shutdown_socket_n " failed"));
        close(NGX_ERROR);
        return;
    }
    on_linger(c_.read);
}

void Session::on_linger(ngx_event_t* rev) noexcept {
    Session& session = of(rev);
    ngx_connection_t& c = session.c_;
    ngx_log_debug0(NGX_LOG_DEBUG_STREAM, c.log, 0, "stream echo lingering close handler");

    auto left = static_cast<ngx_msec_int_t>(session.linger_until_ - ngx_current_msec);
    if (rev->timedout || left <= 0) {
        session.close(NGX_OK);
        return;
    }
    u_char scratch[4096];
    ssize_t n = 0;
    do {
        n = c.recv(&c, scratch, sizeof(scratch));
        if (n == NGX_ERROR || n == 0) {
            session.close(NGX_OK);
            return;
        }
    } while (n > 0 && rev->ready);
    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        session.close(NGX_ERROR);
        return;
    }
    ngx_add_timer(rev, std::min(static_cast<ngx_msec_t>(left), session.conf_.lingering_timeout));
}

} // namespace ngx::stream_echo
