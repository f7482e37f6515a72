// The commands that read from the client.
#include "session.hpp"

#include "ngx/str.hpp"

#include <algorithm>

namespace ngx::stream_echo {

Session::Outcome Session::read(const Command& command) noexcept {
    line_ = command.op == Op::read_line;
    ngx_log_debug2(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running %s (busy: %p)",
                   line_ ? "read-line" : "read-bytes",
                   c_.buffered != 0 ? static_cast<void*>(this) : nullptr);
    if (discards_) {
        ngx_log_error(NGX_LOG_CRIT, c_.log, 0,
                      "stream echo: %s not allowed after echo_discard_request",
                      line_ ? "echo_read_line" : "echo_read_bytes");
        return Outcome::failed;
    }
    missing_ = command.size;
    return receive();
}

// Takes from the surplus what the command wants; true when it has all.
bool Session::take_wanted() noexcept {
    auto surplus = static_cast<size_t>(input_->last - used_);
    if (line_) {
        auto* newline = surplus == 0 ? nullptr : std::find(used_, input_->last, '\n');
        bool found = newline != nullptr && newline != input_->last;
        used_ = found ? newline + 1 : input_->last;
        return found;
    }
    size_t n = std::min(missing_, surplus);
    used_ += n;
    missing_ -= n;
    return missing_ == 0;
}

Session::Outcome Session::receive() noexcept {
    while (!take_wanted()) {
        if (input_->last == input_->end) {
            ngx_log_error(NGX_LOG_ERR, c_.log, 0,
                          "stream echo: echo_buffer_size is too small for the request");
            return Outcome::failed;
        }
        ssize_t n = c_.recv(&c_, input_->last, static_cast<size_t>(input_->end - input_->last));
        ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo recv() returns %z", n);
        if (n == NGX_AGAIN) {
            reading_ = true;
            return arm_read() ? Outcome::waits : Outcome::failed;
        }
        if (n <= 0) {
            return client_error("stream client prematurely closed connection", 0);
        }
        input_->last += n;
        session_.received += n;
    }
    ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0,
                   "stream echo reading completed successfully (len=%z)", used_ - input_->pos);
    reading_ = false;
    if (c_.read->timer_set) {
        ngx_del_timer(c_.read);
    }
    return Outcome::done;
}

bool Session::arm_read() noexcept {
    c_.read->handler = on_read;
    if (!discards_) {
        ngx_add_timer(c_.read, conf_.read_timeout);
    }
    return ngx_handle_read_event(c_.read, 0) == NGX_OK;
}

void Session::on_read(ngx_event_t* rev) noexcept {
    Session& session = of(rev);
    if (session.discards_) {
        session.drop_input();
        return;
    }
    if (!session.reading_) {
        return;
    }
    Outcome outcome = Outcome::failed;
    if (rev->timedout) {
        session.c_.timedout = 1;
        static_cast<void>(session.client_error("stream client read timed out", NGX_ETIMEDOUT));
    } else {
        outcome = session.receive();
    }
    if (outcome == Outcome::failed) {
        session.close(NGX_ERROR);
    } else if (outcome == Outcome::done) {
        session.next_++;
        session.run();
    }
}

Session::Outcome Session::discard_request() noexcept {
    ngx_log_debug0(NGX_LOG_DEBUG_STREAM, c_.log, 0, "stream echo running discard-request");
    discards_ = true;
    used_ = input_->last = input_->pos;
    drop_input();
    return Outcome::done;
}

void Session::drop_input() noexcept {
    u_char scratch[4096];
    while (c_.read->ready) {
        ssize_t n = c_.recv(&c_, scratch, sizeof(scratch));
        ngx_log_debug1(NGX_LOG_DEBUG_STREAM, c_.log, 0,
                       "stream echo read %z bytes of discarded request data", n);
        if (n <= 0) {
            break;
        }
        session_.received += n;
    }
    if (!c_.read->eof && !c_.read->error) {
        static_cast<void>(arm_read());
    }
}

Session::Outcome Session::client_error(const char* text, ngx_err_t error) noexcept {
    ngx_log_error(conf_.client_error_log_level, c_.log, error, "%s", text);
    return Outcome::failed;
}

} // namespace ngx::stream_echo
