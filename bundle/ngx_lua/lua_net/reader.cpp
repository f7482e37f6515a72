#include "lua_net/reader.hpp"

#include "lua_net/tcp_socket.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <cstring>
#include <limits>

namespace lua::net {
namespace {

// Takes the CRs out of a line, in place; returns the new length.
size_t drop_cr(u_char* line, size_t size) noexcept {
    // There may be no buffer yet, which memchr must not be given.
    auto* cr = size == 0 ? nullptr : static_cast<u_char*>(std::memchr(line, '\r', size));
    if (cr == nullptr) {
        return size;
    }
    u_char* to = cr;
    for (u_char* from = cr; from < line + size; from++) {
        if (*from != '\r') {
            *to++ = *from;
        }
    }
    return static_cast<size_t>(to - line);
}

} // namespace

int Reader::start(const Request& request, IoResult& out) noexcept {
    request_ = request;
    search_ = {};
    has_result_ = false;
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket read timeout: %M", socket_.read_timeout);

    if (socket_.shared != nullptr && !socket_.shared->before_read(socket_)) {
        out = {nullptr, 0, "no memory"};
        return kFailed;
    }
    code_ = run();
    if (code_ == kYield) {
        code_ = wait();
    }
    if (code_ != kYield) {
        out = result_;
    }
    return code_;
}

int Reader::result(IoResult& out) noexcept {
    has_result_ = false;
    out = result_;
    return code_;
}

// Tries until the operation is over or has to wait.
int Reader::run() noexcept {
    for (;;) {
        switch (take()) {
        case Progress::done:
            return code_;
        case Progress::failed:
            return kFailed;
        case Progress::more:
            break;
        }
        switch (fill()) {
        case Progress::done:
            break;
        case Progress::failed:
            return code_;
        case Progress::more:
            return kYield;
        }
    }
}

// Serves the operation from the buffer: `more` if that does not suffice.
Reader::Progress Reader::take() noexcept {
    size_t there = buffer.size();

    switch (request_.mode) {
    case Mode::line:
        return take_line();
    case Mode::size:
        if (there < request_.size) {
            return Progress::more;
        }
        deliver(request_.size, request_.size);
        return Progress::done;
    case Mode::any:
        if (there == 0) {
            return Progress::more;
        }
        deliver(ngx_min(there, request_.size), ngx_min(there, request_.size));
        return Progress::done;
    case Mode::all:
        return Progress::more;
    case Mode::until:
        return take_until();
    }
    return Progress::failed;
}

bool Reader::take_plain_line(IoResult& out) noexcept {
    u_char* data = buffer.data();
    const void* lf = buffer.size() == 0 ? nullptr : std::memchr(data, '\n', buffer.size());
    if (lf == nullptr) {
        return false;
    }
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket read timeout: %M", socket_.read_timeout);
    auto length = static_cast<size_t>(static_cast<const u_char*>(lf) - data);
    out = {reinterpret_cast<const char*>(data), drop_cr(data, length), nullptr};
    buffer.consume(length + 1);
    return true;
}

Reader::Progress Reader::take_line() noexcept {
    u_char* data = buffer.data();
    size_t there = buffer.size();
    if (there == search_.looked_at) {
        return Progress::more;
    }
    const void* lf = std::memchr(data + search_.looked_at, '\n', there - search_.looked_at);
    if (lf == nullptr) {
        search_.looked_at = there;
        return Progress::more;
    }
    auto length = static_cast<size_t>(static_cast<const u_char*>(lf) - data);
    deliver(drop_cr(data, length), length + 1);
    return Progress::done;
}

Reader::Progress Reader::take_until() noexcept {
    Pattern& pattern = *request_.pattern;
    bool in_pieces = request_.size != 0;
    size_t piece = in_pieces ? request_.size : std::numeric_limits<size_t>::max();
    std::string_view there = ngx::view(buffer.data(), buffer.data() + buffer.size());

    Pattern::Found found = pattern.look(there, piece, search_);
    size_t before = search_.looked_at - search_.matched;
    switch (found) {
    case Pattern::Found::nothing:
        return Progress::more;
    case Pattern::Found::enough:
        deliver(before, before);
        return Progress::done;
    case Pattern::Found::pattern:
        break;
    }
    pattern.record_ended = in_pieces;
    deliver(pattern.inclusive() ? search_.looked_at : before, search_.looked_at);
    return Progress::done;
}

void Reader::deliver(size_t size, size_t consumed) noexcept {
    result_ = {reinterpret_cast<const char*>(buffer.data()), size, nullptr};
    code_ = kDone;
    buffer.consume(consumed);
}

// The operation ends early: what was received goes with the error.
void Reader::deliver_partial(const char* error) noexcept {
    size_t size = buffer.size();
    size_t consumed = size;
    if (request_.mode == Mode::line) {
        size = drop_cr(buffer.data(), size);
    } else if (request_.mode == Mode::until) {
        size = search_.looked_at - search_.matched;
        consumed = size;
    }
    const char* data = buffer.data() == nullptr ? "" : reinterpret_cast<char*>(buffer.data());
    result_ = {data, size, error};
    code_ = kFailed;
    buffer.consume(consumed);
}

// Receives once. `done`: there is more in the buffer; `more`: nothing to receive now; `failed`: the
// operation is over, the result is set.
Reader::Progress Reader::fill() noexcept {
    ngx_connection_t* c = socket_.connection;

    if (!c->read->ready && !socket_.at_limit() && !eof) {
        return Progress::more;
    }
    if (!buffer.reserve(socket_.settings().buffer_size)) {
        deliver_partial("no memory");
        return Progress::failed;
    }
    if (request_.mode == Mode::any) {
        NGX_LUA_DEBUG(socket_.log(), "lua tcp socket read any");
    }
    ssize_t n = eof ? 0 : socket_.receive(buffer.free_begin(), buffer.free_size());
    if (n > 0) {
        buffer.commit(static_cast<size_t>(n));
        return Progress::done;
    }
    if (n == NGX_AGAIN) {
        return Progress::more;
    }
    if (n == 0) {
        eof = true;
        if (request_.mode == Mode::all && (socket_.rest == nullptr || socket_.at_limit())) {
            deliver(buffer.size(), buffer.size());
            if (result_.data == nullptr) {
                result_.data = "";
            }
            return Progress::failed; // over, though well
        }
        bool early = socket_.kind != TcpSocket::Kind::client && !socket_.at_limit();
        socket_.faults |= early ? TcpSocket::fault_aborted : TcpSocket::fault_closed;
        deliver_partial(early ? socket_.early_end : "closed");
    } else {
        socket_.faults |= TcpSocket::fault_error;
        ngx_err_t error = ngx_socket_errno;
        deliver_partial(error == 0 ? "error" : socket_.error_text(error));
    }
    socket_.close_reading();
    return Progress::failed;
}

int Reader::wait() noexcept {
    ngx_connection_t* c = socket_.connection;
    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        deliver_partial("failed to handle read event");
        return kFailed;
    }
    ngx_add_timer(c->read, socket_.read_timeout);
    begin(*current().task);
    return kYield;
}

void Reader::on_event() noexcept {
    ngx_event_t* rev = socket_.connection->read;
    if (!pending()) {
        // What arrives stays in the kernel until somebody asks.
        static_cast<void>(ngx_handle_read_event(rev, 0));
        return;
    }
    if (rev->timedout) {
        rev->timedout = 0;
        socket_.faults |= TcpSocket::fault_timeout;
        socket_.log_timeout("read");
        deliver_partial("timeout");
        finish(kFailed);
        return;
    }
    int code = run();
    if (code == kYield) {
        if (ngx_handle_read_event(rev, 0) != NGX_OK) {
            fail("failed to handle read event");
            return;
        }
        ngx_add_timer(rev, socket_.read_timeout);
        return;
    }
    finish(code);
}

void Reader::fail(const char* error) noexcept {
    deliver_partial(error);
    finish(kFailed);
    socket_.close_reading();
}

void Reader::finish(int code) noexcept {
    code_ = code;
    has_result_ = true;
    if (socket_.connection != nullptr && socket_.connection->read->timer_set) {
        ngx_del_timer(socket_.connection->read);
    }
    complete(0);
}

void Reader::drop() noexcept {
    if (!has_result_) {
        buffer.release();
    }
}

void Reader::cancel() noexcept {
    if (socket_.connection != nullptr && socket_.connection->read->timer_set) {
        ngx_del_timer(socket_.connection->read);
    }
}

} // namespace lua::net
