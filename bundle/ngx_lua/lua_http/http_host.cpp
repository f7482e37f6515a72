#include "lua_http/http_host.hpp"

#include "lua_engine/ctx.hpp"
#include "lua_engine/origin.hpp"
#include "lua_http/client_abort.hpp"
#include "lua_http/req_socket.hpp"
#include "lua_ssl/tls_host.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"

#include <new>

namespace lua::http {
namespace {

// The VM for r: the worker's, or with the code cache off one that r's parents share.
Vm* vm_for(ngx_http_request_t* r, bool& owned) {
    MainConf& main = main_conf(r);
    owned = false;
    if (loc_conf(r).code_cache) {
        return main.vm;
    }
    owned = true;
    for (ngx_http_request_t* p = r->parent; p != nullptr; p = p->parent) {
        HttpHost* host = HttpHost::of(p);
        if (host != nullptr && !host->vm().shared()) {
            host->vm().retain();
            return &host->vm();
        }
    }
    return main.create_own_vm(r->connection->log);
}

} // namespace

HttpHost::HttpHost(ngx_http_request_t& r, Vm& vm) noexcept : Host(vm), request(r), output(*this) {}

HttpHost* HttpHost::make(ngx_http_request_t* r) noexcept {
    bool owns_vm = false;
    Vm* vm = vm_for(r, owns_vm);
    if (vm == nullptr) {
        return nullptr;
    }
    void* memory = ngx_palloc(r->pool, sizeof(HttpHost));
    if (memory == nullptr) {
        return nullptr;
    }
    auto* host = new (memory) HttpHost(*r, *vm);
    host->owns_vm_ = owns_vm;
    ngx_http_set_ctx(r, host, ngx_http_lua_module);
    if (owns_vm && !keep_until_pool_end(*host)) {
        vm->release();
        return nullptr;
    }
    return host;
}

bool keep_until_pool_end(HttpHost& host) noexcept {
    if (host.needs_cleanup_) {
        return true;
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(host.request.pool, 0);
    if (cleanup == nullptr) {
        return false;
    }
    cleanup->handler = HttpHost::on_pool_end;
    cleanup->data = &host;
    host.needs_cleanup_ = true;
    return true;
}

void HttpHost::on_pool_end(void* data) noexcept {
    auto& host = *static_cast<HttpHost*>(data);
    host.end();
    release_ctx_table(host);
    host.release_origin();
    if (host.owns_vm_) {
        host.vm().release();
    }
}

Origin* HttpHost::make_origin() noexcept {
    if (!keep_until_pool_end(*this)) {
        return nullptr;
    }
    const ngx_connection_t& c = *request.connection;
    const auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&request), ngx_http_core_module));
    return Origin::make(*core->error_log, c.addr_text, c.listening->addr_text, net_settings());
}

// --- waking up ---

bool HttpHost::before_wait() noexcept {
    ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(&request, 0);
    if (cleanup == nullptr) {
        return false;
    }
    cleanup->handler = on_request_end;
    cleanup->data = this;
    return true;
}

void HttpHost::on_request_end(void* data) noexcept {
    auto& host = *static_cast<HttpHost*>(data);
    host.end();
    if (host.wake_event_.posted) {
        ngx_delete_posted_event(&host.wake_event_);
    }
}

void HttpHost::wake() noexcept {
    if (!wake_event_.posted) {
        wake_event_.handler = on_wake;
        wake_event_.data = this;
        wake_event_.log = request.connection->log;
        ngx_post_event(&wake_event_, &ngx_posted_events);
    }
}

void HttpHost::on_wake(ngx_event_t* ev) noexcept {
    auto& host = *static_cast<HttpHost*>(ev->data);
    ngx_connection_t* c = host.request.connection;

    ngx_http_set_log_request(c->log, &host.request);
    host.resumed();
    ngx_http_run_posted_requests(c);
}

void HttpHost::resumed() noexcept {
    if (!run.active()) {
        return;
    }
    if (kProxyTlsPhases.has(phase)) {
        proxy_tls_resumed();
        return;
    }
    ngx_int_t rc = settle(run.resume_ready());
    if (rc == NGX_AGAIN) {
        return;
    }
    if (phase == Phase::content) {
        ngx_http_finalize_request(&request, rc);
        return;
    }
    if (rc == NGX_DONE) {
        return; // the request went elsewhere
    }
    result_ = rc;
    has_result_ = true;
    request.write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(&request);
}

// --- in the handshake with the proxied server ---

int HttpHost::proxy_tls_result(Step step) const noexcept {
    return step == Step::done    ? NGX_OK
           : step == Step::ended ? run.end_status()
                                 : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

std::optional<int> HttpHost::run_proxy_tls_handler(Phase at, Handler& handler) noexcept {
    Started started = start_handler(*this, at, handler);
    if (started.step == Step::waiting) {
        return std::nullopt;
    }
    return proxy_tls_result(started.step);
}

void HttpHost::proxy_tls_resumed() noexcept {
    Step step = run.resume_ready();
    if (step != Step::waiting && proxy_tls.connection != nullptr) {
        proxy_tls.result = proxy_tls_result(step);
        proxy_tls.over = true;
        ngx_post_event(proxy_tls.connection->write, &ngx_posted_events);
    }
}

std::optional<ngx_int_t> HttpHost::take_result() noexcept {
    if (!has_result_) {
        return std::nullopt;
    }
    has_result_ = false;
    return result_;
}

void HttpHost::debug_uri(const char* what) const noexcept {
    NGX_LUA_DEBUG(log(), "%s: \"%V?%V\"", what, &request.uri, &request.args);
}

// The client's socket can take more while the handler waits.
void HttpHost::on_write(ngx_http_request_t* r) noexcept {
    HttpHost* host = of(r);
    ngx_event_t* wev = r->connection->write;
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));

    if (host == nullptr || pass_write_event(*host)) {
        return;
    }
    if (wev->timedout) {
        ngx_connection_error(r->connection, NGX_ETIMEDOUT, const_cast<char*>("client timed out"));
        r->connection->timedout = 1;
        host->output.wake_flushers("timeout");
        return;
    }
    if (r->buffered != 0 || r->postponed != nullptr || (r == r->main && r->connection->buffered)) {
        if (ngx_http_output_filter(r, nullptr) == NGX_ERROR) {
            host->output.wake_flushers("client aborted");
            return;
        }
    }
    if (r->connection->buffered != 0) {
        if (!wev->delayed) {
            ngx_add_timer(wev, core->send_timeout);
        }
        static_cast<void>(ngx_handle_write_event(wev, core->send_lowat));
        return;
    }
    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }
    host->output.wake_flushers(nullptr);
}

// --- running handlers ---

bool HttpHost::expand(void* path, ngx_str_t& value) noexcept {
    return ngx_http_complex_value(&request, static_cast<ngx_http_complex_value_t*>(path), &value) ==
           NGX_OK;
}

Host* HttpHost::handshake() const noexcept {
#if (NGX_HTTP_SSL)
    return ssl::TlsHost::of(request.connection);
#else
    return nullptr;
#endif
}

bool HttpHost::before_ctx() noexcept {
    return keep_until_pool_end(*this);
}

ngx_int_t HttpHost::run_handler(Phase at, Handler& handler) noexcept {
    Started started = start_handler(*this, at, handler);
    switch (started.loaded) {
    case Chunk::Loaded::ok:
        return settle(started.step);
    case Chunk::Loaded::not_found:
        return NGX_HTTP_NOT_FOUND;
    case Chunk::Loaded::unavailable:
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    case Chunk::Loaded::failed:
        break;
    }
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

ngx_int_t HttpHost::settle(Step step) noexcept {
    if (step != Step::waiting) {
        unwatch_client(*this);
        return conclude(step);
    }
    if (output.push() == NGX_ERROR) {
        request.connection->error = 1;
    }
    if (phase != Phase::content || request.write_event_handler != on_write) {
        request.write_event_handler = on_write;
    }
    watch_request_socket(*this);
    watch_client(*this);
    return NGX_AGAIN;
}

ngx_int_t HttpHost::conclude(Step step) noexcept {
    switch (step) {
    case Step::failed:
        output.discard();
        return request.header_sent || run.abandoned() ? NGX_ERROR : NGX_HTTP_INTERNAL_SERVER_ERROR;
    case Step::ended:
        if (run.end() == Run::End::redirect_internally) {
            return redirect_internally();
        }
        if (run.end() == Run::End::restart_phases) {
            release_ctx_table(*this); // the next location begins with an empty ngx.ctx
            return NGX_OK;
        }
        return finish_with(run.end_status());
    case Step::done:
    case Step::waiting:
        break;
    }
    return finish_with(NGX_OK);
}

// The handler is over; status is that of ngx.exit, or NGX_OK.
ngx_int_t HttpHost::finish_with(int status) noexcept {
    bool ends_request = phase == Phase::content || output.started();

    if (status == NGX_OK && !ends_request) {
        return NGX_OK;
    }
    if (status == NGX_DECLINED && phase != Phase::content) {
        return NGX_OK;
    }
    if (status < NGX_OK) {
        return NGX_ERROR;
    }
    if (status == NGX_HTTP_REQUEST_TIME_OUT || status == NGX_HTTP_CLOSE ||
        status == NGX_HTTP_CLIENT_CLOSED_REQUEST) {
        return status;
    }
    if (status >= NGX_HTTP_SPECIAL_RESPONSE && !request.header_sent) {
        output.discard();
        return status;
    }
    leave_request_socket(*this);
    // Unread bytes of the body must not be taken for the next request.
    if (&request == request.main && ngx_http_discard_request_body(&request) != NGX_OK) {
        request.keepalive = 0;
    }
    if (status >= NGX_HTTP_OK && !request.header_sent && request.headers_out.status == 0) {
        request.headers_out.status = static_cast<ngx_uint_t>(status);
    }
    ngx_int_t rc = output.finish();
    return rc == NGX_ERROR ? NGX_ERROR : NGX_HTTP_OK;
}

ngx_int_t HttpHost::redirect_internally() noexcept {
    ngx_http_request_t* r = &request;
    bool in_content = phase == Phase::content;

    output.discard();
    r->write_event_handler = ngx_http_request_empty_handler;
    if (exec_target.uri.data[0] == '@') {
        ngx_http_named_location(r, &exec_target.uri);
    } else {
        ngx_http_internal_redirect(r, &exec_target.uri, &exec_target.args);
    }
    if (!in_content) {
        ngx_http_finalize_request(r, NGX_DONE);
    }
    return NGX_DONE;
}

} // namespace lua::http
