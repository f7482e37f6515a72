// The Host of a client connection's TLS handshake: what ssl_client_hello_by_lua*,
// ssl_certificate_by_lua*, ssl_session_fetch_by_lua* and ssl_session_store_by_lua* run in. One for
// all of a connection's handlers, made when the first one runs; it lies in the connection's pool
// and stays until the connection is closed, since the requests that follow see its ngx.ctx.
//
// OpenSSL calls back in the middle of a handshake (hooks.hpp). A handler that waits suspends the
// handshake: the callback says "later", nginx leaves the connection alone, and when the handler is
// over the handshake is started again and calls back once more, to be told the result.
#pragma once

#include "lua_engine/detached_host.hpp"
#include "lua_engine/handler.hpp"
#include "lua_ssl/openssl.hpp"

#include <optional>

namespace lua::ssl {

// What the binding has configured for the server that a connection has come to.
struct Site {
    Vm& vm;
    Handler& handler;
    const net::Settings& net;
    const ngx_log_t& log; // the configured one
    int verify_depth;     // of clients' certificates
};

class TlsHost final : public DetachedHost {
public:
    // Null where no handler has run.
    [[nodiscard]] static TlsHost* of(const SSL* ssl) noexcept;
    [[nodiscard]] static TlsHost* of(const ngx_connection_t* c) noexcept;

    // The same, made if need be; null after logging why.
    [[nodiscard]] static TlsHost* get(SSL* ssl, const Site& site) noexcept;

    // Runs site's handler. Its result: 0, the status given to ngx.exit, or 500 after an error; none
    // while it waits.
    [[nodiscard]] std::optional<int> run_handler(const Site& site, Phase at) noexcept;
    // The same where handlers cannot wait; errors are logged and leave no result.
    void call_handler(const Site& site, Phase at) noexcept;
    // The handler waited where it must not; its run is over.
    void give_up() noexcept { run.abort(); }

    // The result of the handler that ran last, if that was in phase `at` and it is over.
    [[nodiscard]] std::optional<int> result(Phase at) const noexcept {
        return phase == at ? result_ : std::nullopt;
    }

    [[nodiscard]] ngx_pool_t* pool() const noexcept override { return connection_.pool; }
    void wake() noexcept override;
    bool before_wait() noexcept override { return true; } // on_pool_end is always there
    [[nodiscard]] const net::Settings* net_settings() const noexcept override { return net_; }
    [[nodiscard]] ngx_connection_t* client_connection() const noexcept override {
        return &connection_;
    }
    [[nodiscard]] Host* handshake() const noexcept override { return const_cast<TlsHost*>(this); }

    [[nodiscard]] int verify_depth() const noexcept { return verify_depth_; }

    // Of the session handlers: the session that is stored, or that was found; its id.
    Session session;
    u_char session_id[SSL_MAX_SSL_SESSION_ID_LENGTH] = {};
    unsigned session_id_len = 0;

private:
    TlsHost(ngx_connection_t& c, const Site& site) noexcept;
    ~TlsHost() = default;

    static void on_wake(ngx_event_t* ev) noexcept;
    static void on_pool_end(void* data) noexcept;

    Origin* make_origin() noexcept override;
    u_char* append_to_line(u_char* buf, size_t len) const noexcept override;
    void enter(const Site& site, Phase at) noexcept;
    void conclude(Step step) noexcept;
    void continue_handshake() noexcept;

    ngx_connection_t& connection_;
    const net::Settings* net_;
    const ngx_log_t* configured_log_;
    ngx_event_t wake_event_ = {};
    std::optional<int> result_;
    int verify_depth_;
};

} // namespace lua::ssl
