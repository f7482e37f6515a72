#include "lua_process/pipe_writer.hpp"

#include "lua_engine/host.hpp"
#include "ngx/log.hpp"

namespace lua::pipe {

PipeEnd::Outcome Writer::write(Host& host, std::string_view data, ngx_msec_t timeout) noexcept {
    if (in_use()) {
        return {NGX_ERROR, "pipe busy writing"};
    }
    if (!is_open()) {
        return {NGX_ERROR, "closed"};
    }
    total_ = data.size();
    rest_ = data;
    if (advance()) {
        return outcome_;
    }

    // Lua may collect its string while the task waits.
    unwritten_.clear();
    const std::span<char> copy = unwritten_.room(rest_.size());
    if (copy.empty()) {
        return {NGX_ERROR, "no memory"};
    }
    rest_.copy(copy.data(), rest_.size());
    rest_ = {copy.data(), rest_.size()};
    return wait(host, timeout);
}

PipeEnd::Outcome Writer::fetch() noexcept {
    unfetched_ = false;
    unwritten_.clear();
    return outcome_;
}

bool Writer::advance() noexcept {
    while (!rest_.empty()) {
        const ssize_t n = ::write(fd_, rest_.data(), rest_.size());
        if (n >= 0) {
            rest_.remove_prefix(static_cast<size_t>(n));
        } else if (ngx_errno == NGX_EAGAIN) {
            return false;
        } else if (ngx_errno != NGX_EINTR) {
            ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, ngx_errno,
                           "lua pipe write data error pipe:%p", this);
            close();
            return finish(NGX_ERROR, "closed");
        }
    }
    return finish(NGX_OK);
}

void Writer::cancel() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua pipe proc write cleanup");
    disarm();
    unfetched_ = false;
}

} // namespace lua::pipe
