#include "lua_net/writer.hpp"

#include "lua_net/tcp_socket.hpp"
#include "lua_text/cells.hpp"
#include "lua_text/number.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <array>

namespace lua::net {
namespace {

// Up to this size pieces are put together: cheaper than a vector of them.
constexpr size_t kSmall = 2048;
constexpr size_t kVector = 64;

} // namespace

int Writer::start(const OutCell* cells, int count, IoResult& out) noexcept {
    NGX_LUA_DEBUG(socket_.log(), "lua tcp socket send timeout: %M", socket_.send_timeout);
    total_ = 0;
    error_ = nullptr;
    rest_.clear();
    rest_sent_ = 0;

    size_t bound = text::cells_length_bound(cells, count);
    const char* obstacle =
        socket_.shared == nullptr ? nullptr : socket_.shared->before_write(socket_);
    if (obstacle != nullptr) {
        error_ = obstacle;
        code_ = kFailed;
    } else if (bound == 0) {
        code_ = kDone;
    } else if (!set_nodelay()) {
        code_ = give_up("setsocketopt tcp_nodelay failed");
    } else {
        bool copies = bound <= kSmall || socket_.connection->ssl != nullptr;
        code_ = settle(copies ? send_small(cells, count) : send_vector(cells, count));
    }
    if (code_ == kYield) {
        begin(*current().task);
        return code_;
    }
    return result(out);
}

int Writer::result(IoResult& out) noexcept {
    out = {nullptr, total_, error_};
    return code_;
}

// As the location's tcp_nodelay says, with the first bytes.
bool Writer::set_nodelay() noexcept {
    ngx_connection_t* c = socket_.connection;
    if (!socket_.settings().tcp_nodelay || c->tcp_nodelay != NGX_TCP_NODELAY_UNSET) {
        return true;
    }
    NGX_LUA_DEBUG(socket_.log(), "lua socket tcp_nodelay");
    return ngx_tcp_nodelay(c) == NGX_OK;
}

ngx_int_t Writer::send_small(const OutCell* cells, int count) noexcept {
    ngx_connection_t* c = socket_.connection;
    u_char local[kSmall];
    u_char* text = local;
    size_t bound = text::cells_length_bound(cells, count);

    if (bound > kSmall) { // TLS: a record for each piece would be worse than a copy
        rest_.resize(bound);
        text = ngx::bytes(rest_.data());
    }
    total_ = static_cast<size_t>(text::write_cells(text, cells, count) - text);
    if (text != local) {
        rest_.resize(total_);
        return send_rest();
    }
    ssize_t n = c->write->ready ? c->send(c, text, total_) : NGX_AGAIN;
    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }
    size_t sent = n == NGX_AGAIN ? 0 : static_cast<size_t>(n);
    if (sent == total_) {
        return NGX_OK;
    }
    rest_.assign(reinterpret_cast<char*>(text) + sent, total_ - sent);
    return send_rest();
}

// Without a copy: strings are sent from Lua's memory.
ngx_int_t Writer::send_vector(const OutCell* cells, int count) noexcept {
    ngx_connection_t* c = socket_.connection;
    std::array<iovec, kVector> vector{};
    std::array<char, kVector * text::kNumberSize> numbers{};

    for (int at = 0; at < count;) {
        int first = at;
        size_t used = 0;
        size_t size = 0;
        char* number = numbers.data();
        for (; at < count && used < kVector; at++, used++) {
            const OutCell& cell = cells[at];
            if (cell.kind == OutCell::number) {
                size_t length = text::format_number(number, cell.n);
                vector[used] = {number, length};
                number += length;
            } else {
                vector[used] = {const_cast<char*>(cell.s), static_cast<size_t>(cell.len)};
            }
            size += vector[used].iov_len;
        }
        ngx_iovec_t batch = {vector.data(), static_cast<ngx_uint_t>(used), size, kVector};
        ssize_t n = c->write->ready ? ngx_writev(c, &batch) : NGX_AGAIN;
        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }
        size_t sent = n == NGX_AGAIN ? 0 : static_cast<size_t>(n);
        c->sent += static_cast<off_t>(sent);
        total_ += sent;
        if (sent < size) {
            keep(cells + first, count - first, sent);
            return send_rest();
        }
    }
    return NGX_OK;
}

// Copies the cells without their first `sent` bytes, which are out.
void Writer::keep(const OutCell* cells, int count, size_t sent) noexcept {
    rest_.resize(text::cells_length_bound(cells, count));
    u_char* begin = ngx::bytes(rest_.data());
    auto size = static_cast<size_t>(text::write_cells(begin, cells, count) - begin);
    rest_.resize(size);
    rest_sent_ = sent;
    total_ += size - sent;
}

ngx_int_t Writer::send_rest() noexcept {
    ngx_connection_t* c = socket_.connection;
    while (rest_sent_ < rest_.size()) {
        if (!c->write->ready) {
            return NGX_AGAIN;
        }
        ssize_t n = c->send(c, ngx::bytes(rest_.data()) + rest_sent_, rest_.size() - rest_sent_);
        if (n < 0) {
            return n;
        }
        rest_sent_ += static_cast<size_t>(n);
    }
    return NGX_OK;
}

int Writer::settle(ngx_int_t rc) noexcept {
    ngx_connection_t* c = socket_.connection;
    if (rc == NGX_OK) {
        error_ = nullptr;
        return kDone;
    }
    if (rc == NGX_ERROR) {
        ngx_err_t error = ngx_socket_errno;
        return give_up(error == 0 ? "error" : socket_.error_text(error));
    }
    if (ngx_handle_write_event(c->write, socket_.settings().send_lowat) != NGX_OK) {
        return give_up("failed to handle write event");
    }
    ngx_add_timer(c->write, socket_.send_timeout);
    return kYield;
}

int Writer::give_up(const char* error) noexcept {
    error_ = error;
    socket_.faults |= TcpSocket::fault_error;
    socket_.close_writing();
    return kFailed;
}

void Writer::on_event() noexcept {
    ngx_event_t* wev = socket_.connection->write;
    if (!pending()) {
        static_cast<void>(ngx_handle_write_event(wev, 0));
        return;
    }
    if (wev->timedout) {
        wev->timedout = 0;
        socket_.faults |= TcpSocket::fault_timeout;
        socket_.log_timeout("write");
        fail("timeout");
        return;
    }
    int code = settle(send_rest());
    if (code != kYield) {
        finish(code);
    }
}

void Writer::fail(const char* error) noexcept {
    finish(give_up(error));
}

void Writer::finish(int code) noexcept {
    code_ = code;
    ngx_connection_t* c = socket_.connection;
    if (c != nullptr && c->write->timer_set) {
        ngx_del_timer(c->write);
    }
    complete(0);
}

// Part of the data may be out: nothing sensible can follow it.
void Writer::cancel() noexcept {
    ngx_connection_t* c = socket_.connection;
    if (c == nullptr) {
        return;
    }
    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }
    socket_.close_writing();
}

} // namespace lua::net
