#include "lua_ssl/tls_host.hpp"

#include "lua_engine/ctx.hpp"
#include "lua_engine/event.hpp"
#include "lua_engine/origin.hpp"
#include "lua_ssl/hooks.hpp"
#include "ngx/log.hpp"

#include <new>

#if (NGX_QUIC)
extern "C" {
#include <ngx_event_quic.h>
}
#endif

namespace lua::ssl {
namespace {

constexpr int kFailed = 500;

int host_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

} // namespace

TlsHost* TlsHost::of(const SSL* ssl) noexcept {
    return static_cast<TlsHost*>(SSL_get_ex_data(ssl, host_index()));
}

TlsHost* TlsHost::of(const ngx_connection_t* c) noexcept {
    return c->ssl == nullptr ? nullptr : of(c->ssl->connection);
}

TlsHost* TlsHost::get(SSL* ssl, const Site& site) noexcept {
    if (TlsHost* host = of(ssl)) {
        return host;
    }
    auto* c = static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl));
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(c->pool, sizeof(TlsHost));
    if (cleanup == nullptr) {
        return nullptr;
    }
    auto* host = new (cleanup->data) TlsHost(*c, site);
    cleanup->handler = on_pool_end;
    if (SSL_set_ex_data(ssl, host_index(), host) == 0) {
        ngx_ssl_error(NGX_LOG_ALERT, c->log, 0, const_cast<char*>("SSL_set_ex_data() failed"));
        return nullptr;
    }
    return host;
}

TlsHost::TlsHost(ngx_connection_t& c, const Site& site) noexcept
    : DetachedHost(site.vm, Phase::none, *c.log, nullptr), connection_(c), net_(&site.net),
      configured_log_(&site.log), verify_depth_(site.verify_depth) {}

void TlsHost::on_pool_end(void* data) noexcept {
    auto& host = *static_cast<TlsHost*>(data);
    if (host.run.active()) {
        log_abort(host);
    }
    host.end();
    release_ctx_table(host);
    host.release_origin();
    disarm(host.wake_event_);
    host.~TlsHost();
}

// --- log lines ---

u_char* TlsHost::append_to_line(u_char* buf, size_t len) const noexcept {
    u_char* last = buf + len;
    return ngx_slprintf(buf, last, ", client: %V, server: %V", &connection_.addr_text,
                        &connection_.listening->addr_text);
}

Origin* TlsHost::make_origin() noexcept {
    return Origin::make(*configured_log_, connection_.addr_text, connection_.listening->addr_text,
                        net_);
}

// --- running handlers ---

// The server, and so what it has configured, may be another one than at the last handler.
void TlsHost::enter(const Site& site, Phase at) noexcept {
    net_ = &site.net;
    configured_log_ = &site.log;
    verify_depth_ = site.verify_depth;
    result_.reset();
    log_as(*connection_.log, context_name(at));
}

std::optional<int> TlsHost::run_handler(const Site& site, Phase at) noexcept {
    enter(site, at);
    Started started = start_handler(*this, at, site.handler);
    if (started.step != Step::waiting) {
        conclude(started.step);
    }
    return result_;
}

void TlsHost::call_handler(const Site& site, Phase at) noexcept {
    enter(site, at);
    static_cast<void>(lua::call_handler(*this, at, site.handler, 0, 0));
}

void TlsHost::conclude(Step step) noexcept {
    result_ = step == Step::done ? NGX_OK : step == Step::ended ? run.end_status() : kFailed;
}

void TlsHost::wake() noexcept {
    if (!wake_event_.posted) {
        init_event(wake_event_, on_wake, &log_);
        wake_event_.data = this;
        ngx_post_event(&wake_event_, &ngx_posted_events);
    }
}

void TlsHost::on_wake(ngx_event_t* ev) noexcept {
    auto& host = *static_cast<TlsHost*>(ev->data);
    if (!host.run.active()) {
        return;
    }
    Step step = host.run.resume_ready();
    if (step != Step::waiting) {
        host.conclude(step);
        host.continue_handshake();
    }
}

// May close the connection, and end this host with it.
void TlsHost::continue_handshake() noexcept {
#if defined(HAVE_QUIC_SSL_LUA_YIELD_PATCH) && (NGX_QUIC)
    if (connection_.listening->quic) {
        ngx_quic_resume_handshake(&connection_);
        return;
    }
#endif
    ngx_post_event(connection_.write, &ngx_posted_events);
}

} // namespace lua::ssl
