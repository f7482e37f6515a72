#include "lua_stream/stream_host.hpp"

#include "lua_engine/ctx.hpp"
#include "lua_engine/origin.hpp"
#include "lua_ssl/tls_host.hpp"
#include "lua_stream/client_abort.hpp"
#include "ngx/log.hpp"

#include <new>

namespace lua::stream {

StreamHost::StreamHost(ngx_stream_session_t& s, Vm& vm, bool owns_vm) noexcept
    : Host(vm), session(s), output(*this), peek(*this), req_socket(*this),
#if (NGX_STREAM_SSL)
      server_tls(*this),
#endif
      owns_vm_(owns_vm) {
    wake_event_.handler = on_wake;
    wake_event_.data = this;
    wake_event_.log = s.connection->log;
}

StreamHost* StreamHost::of(ngx_stream_session_t* s) noexcept {
    return static_cast<StreamHost*>(ngx_stream_get_module_ctx(s, ngx_stream_lua_module));
}

StreamHost* StreamHost::get(ngx_stream_session_t* s) noexcept {
    if (StreamHost* host = of(s)) {
        return host;
    }
    ngx_pool_t* pool = s->connection->pool;
    void* memory = ngx_palloc(pool, sizeof(StreamHost));
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, 0);
    if (memory == nullptr || cleanup == nullptr) {
        return nullptr;
    }
    bool owns_vm = serv_conf(s).code_cache == 0;
    Vm* vm = owns_vm ? main_conf(s).create_own_vm(s->connection->log) : main_conf(s).vm;
    if (vm == nullptr) {
        return nullptr;
    }
    auto* host = new (memory) StreamHost(*s, *vm, owns_vm);
    cleanup->handler = on_pool_end;
    cleanup->data = host;
    ngx_stream_set_ctx(s, host, ngx_stream_lua_module);
    return host;
}

void StreamHost::on_pool_end(void* data) noexcept {
    auto& host = *static_cast<StreamHost*>(data);
    host.end();
    if (host.wake_event_.posted) {
        ngx_delete_posted_event(&host.wake_event_);
    }
    release_ctx_table(host);
    host.release_origin();
    if (host.owns_vm_) {
        host.vm().release();
    }
}

Origin* StreamHost::make_origin() noexcept {
    const auto* core = static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_get_module_srv_conf((&session), ngx_stream_core_module));
    return Origin::make(*core->error_log, connection().addr_text, connection().listening->addr_text,
                        net_settings());
}

bool StreamHost::expand(void* path, ngx_str_t& value) noexcept {
    return ngx_stream_complex_value(&session, static_cast<ngx_stream_complex_value_t*>(path),
                                    &value) == NGX_OK;
}

void StreamHost::debug_uri([[maybe_unused]] const char* what) const noexcept {
    NGX_LUA_DEBUG(log(), "stream %s", what);
}

Host* StreamHost::handshake() const noexcept {
#if (NGX_STREAM_SSL)
    return ssl::TlsHost::of(&connection());
#else
    return nullptr;
#endif
}

// --- running ---

ngx_int_t StreamHost::run_handler(Phase at, Handler& handler) noexcept {
    Started started = start_handler(*this, at, handler);
    return started.loaded == Chunk::Loaded::ok ? settle(started.step)
                                               : NGX_STREAM_INTERNAL_SERVER_ERROR;
}

std::optional<ngx_int_t> StreamHost::take_result() noexcept {
    if (!has_result_) {
        return std::nullopt;
    }
    has_result_ = false;
    return result_;
}

// --- events of the connection ---

void StreamHost::listen() noexcept {
    connection().read->handler = on_read;
    connection().write->handler = on_write;
}

void StreamHost::on_read(ngx_event_t* rev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(rev->data);
    StreamHost* host = of(static_cast<ngx_stream_session_t*>(c->data));
    if (host->req_socket.reading()) {
        host->req_socket.on_read();
    } else if (host->run.active() && host->checks_client_abort()) {
        static_cast<void>(look_at_client(*host));
    }
}

void StreamHost::on_write(ngx_event_t* wev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(wev->data);
    StreamHost* host = of(static_cast<ngx_stream_session_t*>(c->data));
    if (host->req_socket.writing()) {
        host->req_socket.on_write();
    } else {
        host->output.continue_sending();
    }
}

void StreamHost::wake() noexcept {
    if (!wake_event_.posted) {
        ngx_post_event(&wake_event_, &ngx_posted_events);
    }
}

void StreamHost::on_wake(ngx_event_t* ev) noexcept {
    static_cast<StreamHost*>(ev->data)->resumed();
}

void StreamHost::resumed() noexcept {
    if (!run.active()) {
        return;
    }
    ngx_int_t rc = settle(run.resume_ready());
    if (phase == Phase::content) {
        if (rc != NGX_AGAIN) {
            finish(rc);
        }
        return;
    }
    if (rc == NGX_AGAIN) {
        if (peek.wants_data()) {
            ngx_stream_core_run_phases(&session); // reads, and calls the phase handler with it
        } else if (!req_socket.reading() && connection().read->timer_set) {
            ngx_del_timer(connection().read); // of a peek that is over
        }
        return;
    }
    result_ = rc;
    has_result_ = true;
    ngx_stream_core_run_phases(&session);
}

ngx_int_t StreamHost::settle(Step step) noexcept {
    if (output.push() == NGX_ERROR) {
        connection().error = 1;
    }
    if (step != Step::waiting) {
        return conclude(step);
    }
    watch_client(*this);
    return NGX_AGAIN;
}

ngx_int_t StreamHost::conclude(Step step) noexcept {
    if (step == Step::failed) {
        return NGX_STREAM_INTERNAL_SERVER_ERROR;
    }
    int status = step == Step::ended ? run.end_status() : NGX_OK;
    if (status < NGX_OK && status != NGX_DECLINED) {
        return NGX_ERROR;
    }
    if (phase != Phase::content) {
        return status >= NGX_STREAM_OK ? status : NGX_OK;
    }
    return status >= NGX_STREAM_OK ? status : NGX_STREAM_OK;
}

void StreamHost::finish(ngx_int_t rc) noexcept {
    if (rc == NGX_ERROR) {
        rc = NGX_STREAM_INTERNAL_SERVER_ERROR;
    }
    if (!output.drain_then_finalize(static_cast<ngx_uint_t>(rc))) {
        ngx_stream_finalize_session(&session, static_cast<ngx_uint_t>(rc));
    }
}

} // namespace lua::stream
