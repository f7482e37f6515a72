#include "lua_process/pipe_end.hpp"

#include "lua_engine/host.hpp"
#include "lua_process/event_flags.hpp"
#include "ngx/log.hpp"

namespace lua::pipe {

void PipeEnd::close() noexcept {
    timeout_.stop();
    if (connection_ != nullptr) {
        ngx_close_connection(connection_);
        connection_ = nullptr;
    } else if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = -1;
}

void PipeEnd::shut_down() noexcept {
    close();
    if (pending()) {
        finish(NGX_ERROR, "aborted");
        wake();
    }
}

bool PipeEnd::in_use() const noexcept {
    return pending() || (unfetched_ && user_->state == Task::State::ready);
}

void PipeEnd::use() noexcept {
    unfetched_ = true;
    user_ = current().task;
}

PipeEnd::Outcome PipeEnd::wait(Host& host, ngx_msec_t timeout) noexcept {
    if (const char* error = arm()) {
        return {NGX_ERROR, error};
    }
    const bool reads = direction_ == Direction::read;
    if (timeout != 0) {
        NGX_LUA_DEBUG(host.log(), "lua pipe add timer for %s: %M(ms)",
                      reads ? "reading" : "writing", timeout);
        timeout_.start(timeout);
    }
    NGX_LUA_DEBUG(host.log(), "lua pipe %s yielding", reads ? "read" : "write");
    use();
    begin(*current().task);
    return {NGX_AGAIN, nullptr};
}

bool PipeEnd::connect() noexcept {
    ngx_log_t* log = ngx_cycle->log;
    connection_ = ngx_get_connection(fd_, log);
    if (connection_ == nullptr) {
        return false;
    }
    ngx_event_t& read = *connection_->read;
    ngx_event_t& write = *connection_->write;
    connection_->data = this;
    connection_->log = read.log = write.log = log;
    read.handler = write.handler = on_event;
    may_stay_open(read);
    return true;
}

// Null, or why the pipe cannot be watched.
const char* PipeEnd::arm() noexcept {
    if (connection_ == nullptr && !connect()) {
        return "no connection";
    }
    if (direction_ == Direction::read) {
        connection_->read->ready = 0;
        return ngx_handle_read_event(connection_->read, 0) == NGX_OK ? nullptr
                                                                     : "failed to add read event";
    }
    connection_->write->ready = 0;
    return ngx_handle_write_event(connection_->write, 0) == NGX_OK ? nullptr
                                                                   : "failed to add write event";
}

void PipeEnd::on_event(ngx_event_t* ev) noexcept {
    auto& end = *static_cast<PipeEnd*>(static_cast<ngx_connection_t*>(ev->data)->data);
    if (end.pending() && end.advance()) {
        end.wake();
        return;
    }
    if (!end.pending()) {
        // Level-triggered methods would report it again and again; the next wait arms it.
        ev->ready = 1;
        static_cast<void>(ev->write ? ngx_handle_write_event(ev, 0) : ngx_handle_read_event(ev, 0));
        return;
    }
    static_cast<void>(end.arm());
}

void PipeEnd::timed_out() noexcept {
    on_timeout();
    wake();
}

void PipeEnd::wake() noexcept {
    timeout_.stop();
    complete(0);
}

} // namespace lua::pipe
