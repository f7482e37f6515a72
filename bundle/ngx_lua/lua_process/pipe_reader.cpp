#include "lua_process/pipe_reader.hpp"

#include "lua_engine/host.hpp"
#include "ngx/log.hpp"

#include <algorithm>

namespace lua::pipe {

PipeEnd::Outcome Reader::read(Host& host, Mode mode, size_t length, ngx_msec_t timeout) noexcept {
    if (in_use()) {
        return {NGX_ERROR, "pipe busy reading"};
    }
    if (!is_open()) {
        return {NGX_ERROR, "closed"};
    }
    mode_ = mode;
    length_ = length;
    searched_ = 0;
    if (advance()) {
        use();
        return outcome_;
    }
    return wait(host, timeout);
}

PipeEnd::Outcome Reader::fetch(u_char** buf, size_t* size) noexcept {
    if (!unfetched_) {
        return {NGX_ERROR, "closed"};
    }
    const size_t room = *size;
    *size = result_size_;
    if (result_size_ > room) {
        *buf = nullptr;
        return outcome_;
    }
    if (result_size_ > 0) {
        ngx_memcpy(*buf, unread_.view().data(), result_size_);
    }
    unread_.remove_front(result_end_);
    unfetched_ = false;
    return outcome_;
}

void Reader::close_and_forget() noexcept {
    shut_down();
    unread_.clear();
    result_size_ = result_end_ = 0;
}

bool Reader::result(size_t size, size_t behind, ngx_int_t code, const char* error) noexcept {
    result_size_ = size;
    result_end_ = size + behind;
    return finish(code, error);
}

bool Reader::find_line() noexcept {
    const std::string_view data = unread_.view();
    const size_t lf = data.find('\n', searched_);
    if (lf == data.npos) {
        searched_ = data.size();
        return false;
    }
    const bool has_cr = lf > 0 && data[lf - 1] == '\r';
    return has_cr ? result(lf - 1, 2, NGX_OK, nullptr) : result(lf, 1, NGX_OK, nullptr);
}

bool Reader::find_result() noexcept {
    const size_t size = unread_.size();
    switch (mode_) {
    case Mode::all:
        return false;
    case Mode::bytes:
        return size >= length_ && result(length_, 0, NGX_OK, nullptr);
    case Mode::line:
        return find_line();
    case Mode::any:
        return size > 0 && result(std::min(size, length_), 0, NGX_OK, nullptr);
    }
    return false;
}

bool Reader::end_of_file() noexcept {
    close();
    const size_t rest = unread_.size();
    switch (mode_) {
    case Mode::all:
        return result(rest, 0, NGX_OK, nullptr);
    case Mode::any:
        return result(0, 0, NGX_ERROR, "closed");
    case Mode::bytes:
    case Mode::line:
        break;
    }
    return result(rest, 0, NGX_DECLINED, "closed");
}

bool Reader::advance() noexcept {
    for (;;) {
        if (find_result()) {
            return true;
        }
        const std::span<char> room = unread_.room(buffer_size_);
        if (room.empty()) {
            return result(0, 0, NGX_ERROR, "no memory");
        }
        const ssize_t n = ::read(fd_, room.data(), room.size());
        if (n > 0) {
            unread_.added(static_cast<size_t>(n));
        } else if (n == 0) {
            return end_of_file();
        } else if (ngx_errno == NGX_EAGAIN) {
            return false;
        } else if (ngx_errno != NGX_EINTR) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                          "lua pipe read data error pipe:%p", this);
            return end_of_file();
        }
    }
}

void Reader::on_timeout() noexcept {
    result(unread_.size(), 0, NGX_DECLINED, "timeout");
}

void Reader::cancel() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua pipe proc read %s cleanup", stream_);
    disarm();
    unfetched_ = false;
}

} // namespace lua::pipe
