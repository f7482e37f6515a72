// The Host of an http request (or subrequest): the module's context of the request. It lies in the
// request's pool and is made when the first Lua phase runs; an internal redirect takes it away from
// the request, and the next phase makes a new one.
//
// A phase handler calls run_handler(). If the handler waits, nginx's phase engine is left alone
// (NGX_AGAIN); when the last task is done, the phase engine is called again and finds the result
// here, or, in the content phase, the request is finalised.
#pragma once

#include "lua_engine/host.hpp"
#include "lua_engine/wait.hpp"
#include "lua_http/body_filter.hpp"
#include "lua_http/conf.hpp"
#include "lua_http/control.hpp"
#include "lua_http/output.hpp"
#include "lua_http/proxy_tls.hpp"
#include "lua_http/request_body.hpp"
#include "lua_http/response_headers.hpp"

#include <optional>

namespace lua::net {
class TcpSocket;
}

namespace lua::http {

class ForeignTask;

class HttpHost final : public Host {
public:
    // The request's host, null if no Lua code ran for it yet.
    [[nodiscard]] static HttpHost* of(ngx_http_request_t* r) noexcept {
        return static_cast<HttpHost*>(ngx_http_get_module_ctx(r, ngx_http_lua_module));
    }

    // The same, made if need be; null when memory is short (or a VM of its own cannot be made).
    [[nodiscard]] static HttpHost* get(ngx_http_request_t* r) noexcept {
        HttpHost* host = of(r);
        return host != nullptr ? host : make(r);
    }

    [[nodiscard]] ngx_log_t* log() const noexcept override { return request.connection->log; }
    [[nodiscard]] ngx_pool_t* pool() const noexcept override { return request.pool; }
    [[nodiscard]] void* exdata() const noexcept override { return &request; }
    void wake() noexcept override;
    bool before_wait() noexcept override;
    bool expand(void* path, ngx_str_t& value) noexcept override;
    bool before_ctx() noexcept override;
    [[nodiscard]] bool checks_client_abort() const noexcept override {
        return loc_conf(&request).check_client_abort != 0;
    }
    const char* before_exit(int& status) noexcept override;
    void record_exit(int status) noexcept override;
    void debug_uri(const char* what) const noexcept override;
    [[nodiscard]] const net::Settings* net_settings() const noexcept override {
        return &loc_conf(&request).net;
    }

    [[nodiscard]] ngx_connection_t* client_connection() const noexcept override {
        return request.connection;
    }
    [[nodiscard]] ngx_peer_connection_t* peer() const noexcept override {
        return request.upstream == nullptr ? nullptr : &request.upstream->peer;
    }
    [[nodiscard]] Host* handshake() const noexcept override;

    // Runs handler as an entry task in `phase`. Returns what a phase handler returns to nginx, with
    // NGX_OK for "go on", NGX_AGAIN for "waits", and NGX_DONE if the request went elsewhere.
    [[nodiscard]] ngx_int_t run_handler(Phase phase, Handler& handler) noexcept;

    // Runs a handler of the handshake with the proxied server. Its result: 0, the status given to
    // ngx.exit, or 500 after an error; none while it waits: it will be in proxy_tls.
    [[nodiscard]] std::optional<int> run_proxy_tls_handler(Phase phase, Handler& handler) noexcept;

    // The result of a handler that waited, once the phase engine comes back to it.
    [[nodiscard]] std::optional<ngx_int_t> take_result() noexcept;

    ngx_http_request_t& request;
    Output output;
    BodyFilter body_filter;
    RequestBody body;
    HeaderMarks headers;
    ExecTarget exec_target;
    RecordedExit recorded_exit;
    ProxyTlsHook proxy_tls;
    net::TcpSocket* request_socket = nullptr; // of ngx.req.socket, while Lua code holds it
    ForeignTask* foreign_task = nullptr;      // last given to another nginx module
    BalancerPeer* balancer_peer = nullptr;    // while balancer_by_lua* runs

private:
    HttpHost(ngx_http_request_t& r, Vm& vm) noexcept;

    static HttpHost* make(ngx_http_request_t* r) noexcept;
    Origin* make_origin() noexcept override;
    static void on_wake(ngx_event_t* ev) noexcept;
    static void on_write(ngx_http_request_t* r) noexcept;
    static void on_request_end(void* data) noexcept;
    static void on_pool_end(void* data) noexcept;

    ngx_int_t settle(Step step) noexcept;
    ngx_int_t conclude(Step step) noexcept;
    ngx_int_t finish_with(int status) noexcept;
    ngx_int_t redirect_internally() noexcept;
    void resumed() noexcept;
    [[nodiscard]] int proxy_tls_result(Step step) const noexcept;
    void proxy_tls_resumed() noexcept;

    ngx_event_t wake_event_ = {};
    ngx_int_t result_ = NGX_OK;
    bool has_result_ = false;
    bool needs_cleanup_ = false;
    bool owns_vm_ = false;

    friend bool keep_until_pool_end(HttpHost& host) noexcept;
};

// Makes sure that on_pool_end runs: something of the VM's belongs to the request now.
[[nodiscard]] bool keep_until_pool_end(HttpHost& host) noexcept;

// The running handler's request host; only valid in phases of kRequestPhases.
inline HttpHost& running_host() noexcept {
    return *static_cast<HttpHost*>(current().host);
}

// A handler runs that serves a request, so running_host() may be used. FFI functions without a
// channel for error texts answer kBadContext elsewhere.
inline bool serves_request() noexcept {
    return kRequestPhases.has(current().host->phase);
}

inline constexpr int kBadContext = -101;

} // namespace lua::http
