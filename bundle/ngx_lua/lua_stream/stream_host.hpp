// The Host of a stream session: the module's context of the session, in the connection's pool. To
// Lua code it is the request (thread.exdata).
//
// A phase handler calls run_handler(). If the handler waits, nginx leaves the session alone; when
// the last task is done, the phase engine is called again and finds the result here, or, in the
// content phase, the session is finalised, as soon as the client has got all output.
#pragma once

#include "lua_engine/host.hpp"
#include "lua_stream/conf.hpp"
#include "lua_stream/output.hpp"
#include "lua_stream/preread_peek.hpp"
#include "lua_stream/req_socket.hpp"
#include "lua_stream/server_tls.hpp"

#include <optional>

namespace lua::stream {

class StreamHost final : public Host {
public:
    // The session's host, null if no Lua code ran for it yet.
    [[nodiscard]] static StreamHost* of(ngx_stream_session_t* s) noexcept;

    // The same, made if need be; null when memory is short (or a VM of its own cannot be made).
    [[nodiscard]] static StreamHost* get(ngx_stream_session_t* s) noexcept;

    [[nodiscard]] ngx_log_t* log() const noexcept override { return connection().log; }
    [[nodiscard]] ngx_pool_t* pool() const noexcept override { return connection().pool; }
    [[nodiscard]] void* exdata() const noexcept override { return const_cast<StreamHost*>(this); }
    void wake() noexcept override;
    bool before_wait() noexcept override { return true; } // the pool's end is the host's
    [[nodiscard]] bool checks_client_abort() const noexcept override {
        return serv_conf(&session).check_client_abort != 0;
    }
    void record_exit(int status) noexcept override {
        exit_code = status;
        exited = true;
    }
    bool expand(void* path, ngx_str_t& value) noexcept override;
    void debug_uri(const char* what) const noexcept override;
    [[nodiscard]] const net::Settings* net_settings() const noexcept override {
        return &serv_conf(&session).net;
    }

    [[nodiscard]] ngx_connection_t& connection() const noexcept { return *session.connection; }
    [[nodiscard]] ngx_connection_t* client_connection() const noexcept override {
        return session.connection;
    }
    [[nodiscard]] Host* handshake() const noexcept override;
    [[nodiscard]] ngx_peer_connection_t* peer() const noexcept override {
        return session.upstream == nullptr ? nullptr : &session.upstream->peer;
    }

    // Runs handler as an entry task in `phase`. Returns NGX_OK for "go on", NGX_AGAIN for "waits",
    // a status to finalise the session with, or NGX_ERROR.
    [[nodiscard]] ngx_int_t run_handler(Phase phase, Handler& handler) noexcept;

    // The result of a handler that waited, once the phase engine comes back to it.
    [[nodiscard]] std::optional<ngx_int_t> take_result() noexcept;

    // Has the connection's events come here.
    void listen() noexcept;

    // Finalises the session with rc, a status or NGX_ERROR, once all output has been sent. The host
    // is gone afterwards, or soon.
    void finish(ngx_int_t rc) noexcept;

    ngx_stream_session_t& session;
    Output output;
    PrereadPeek peek;
    ReqSocket req_socket;
#if (NGX_STREAM_SSL)
    ServerTls server_tls;
#endif
    BalancerPeer* balancer_peer = nullptr; // while balancer_by_lua* runs
    int exit_code = NGX_OK;                // of ngx.exit in phases where it only records
    bool exited = false;                   // likewise: exit_code is valid

private:
    StreamHost(ngx_stream_session_t& s, Vm& vm, bool owns_vm) noexcept;
    ~StreamHost() = default;

    static void on_wake(ngx_event_t* ev) noexcept;
    static void on_pool_end(void* data) noexcept;
    static void on_read(ngx_event_t* rev) noexcept;
    static void on_write(ngx_event_t* wev) noexcept;

    Origin* make_origin() noexcept override;

    ngx_int_t settle(Step step) noexcept;
    ngx_int_t conclude(Step step) noexcept;
    void resumed() noexcept;

    ngx_event_t wake_event_ = {};
    ngx_int_t result_ = NGX_OK;
    bool has_result_ = false;
    bool owns_vm_;
};

// The running handler's host; only valid in phases of kRequestPhases.
inline StreamHost& running_host() noexcept {
    return *static_cast<StreamHost*>(current().host);
}

} // namespace lua::stream
