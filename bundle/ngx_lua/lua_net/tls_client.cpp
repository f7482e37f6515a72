#include "lua_net/tls_client.hpp"

#if (NGX_SSL)

#include "lua_net/tcp_socket.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::net {

TlsClient::~TlsClient() {
    trust(nullptr);
}

void TlsClient::trust(X509_STORE* store) noexcept {
    if (store != nullptr) {
        X509_STORE_up_ref(store);
    }
    X509_STORE_free(store_);
    store_ = store;
}

int TlsClient::start(const Request& request) noexcept {
    ngx_connection_t* c = socket_.connection;
    outcome_ = {};
    const char* error = prepare(request);
    if (error != nullptr) {
        code_ = fail(error);
        return code_;
    }
    ngx_int_t rc = ngx_ssl_handshake(c);
    NGX_LUA_DEBUG(socket_.log(), "ssl handshake: %i", rc);
    if (rc == NGX_AGAIN) {
        ngx_add_timer(c->read, socket_.connect_timeout);
        c->ssl->handler = on_handshake;
        begin(*current().task);
        return kYield;
    }
    code_ = rc == NGX_OK ? shaken_hands() : fail("handshake failed");
    return code_;
}

int TlsClient::result(Outcome& out) noexcept {
    out = outcome_;
    outcome_ = {};
    return code_;
}

const char* TlsClient::prepare(const Request& request) noexcept {
    ngx_connection_t* c = socket_.connection;
    wants_session_ = request.wants_session;
    verify_ = request.verify;
    server_name_ =
        request.server_name == nullptr ? std::string_view{} : ngx::view(*request.server_name);
    if (c->pool == nullptr) {
        c->pool = ngx_create_pool(128, socket_.log());
    }
    ngx_ssl_t* tls = socket_.settings().tls;
    if (c->pool == nullptr || tls == nullptr ||
        ngx_ssl_create_connection(tls, c, NGX_SSL_CLIENT) != NGX_OK) {
        return "failed to create ssl connection";
    }
    SSL* ssl = c->ssl->connection;

    if (request.session != nullptr) {
        if (ngx_ssl_set_session(c, request.session) != NGX_OK) {
            return "ssl set session failed";
        }
        NGX_LUA_DEBUG(socket_.log(), "lua ssl set session: %p", request.session);
    }
    if (request.chain != nullptr) {
        const char* error = use_certificate(request.chain, request.key);
        if (error != nullptr) {
            return error;
        }
    }
    if (store_ != nullptr) {
        bool set = SSL_set1_verify_cert_store(ssl, store_) == 1;
        trust(nullptr);
        if (!set) {
            return "SSL_set1_verify_cert_store() failed";
        }
    }
    if (!server_name_.empty()) {
        NGX_LUA_DEBUG(socket_.log(), "lua ssl server name: \"%s\"", server_name_.c_str());
        if (SSL_set_tlsext_host_name(ssl, server_name_.c_str()) == 0) {
            return "SSL_set_tlsext_host_name failed";
        }
    }
    if (request.wants_ocsp_status) {
        SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
    }
    return nullptr;
}

const char* TlsClient::use_certificate(STACK_OF(X509) * chain, EVP_PKEY* key) noexcept {
    SSL* ssl = socket_.connection->ssl->connection;
    if (sk_X509_num(chain) < 1) {
        return "invalid client certificate chain";
    }
    X509* leaf = sk_X509_value(chain, 0);
    if (leaf == nullptr) {
        return "ssl fetch client certificate from chain failed";
    }
    if (SSL_use_certificate(ssl, leaf) == 0) {
        return "ssl set client certificate failed";
    }
    SSL_clear_chain_certs(ssl);
    for (int i = 1; i < sk_X509_num(chain); i++) {
        X509* issuer = sk_X509_value(chain, i);
        if (issuer == nullptr) {
            return "ssl fetch client intermediate certificate from chain failed";
        }
        if (SSL_add1_chain_cert(ssl, issuer) == 0) {
            return "ssl set client intermediate certificate failed";
        }
    }
    return SSL_use_PrivateKey(ssl, key) == 0 ? "ssl set client private key failed" : nullptr;
}

void TlsClient::on_handshake(ngx_connection_t* c) noexcept {
    auto& socket = *static_cast<TcpSocket*>(c->data);
    TlsClient& self = socket.tls;

    if (!self.pending()) {
        return;
    }
    if (c->read->timedout) {
        c->read->timedout = 0;
        socket.faults |= TcpSocket::fault_timeout;
        socket.log_timeout("handshake");
        self.code_ = self.fail("timeout");
    } else if (c->ssl->handshaked) {
        self.code_ = self.shaken_hands();
    } else {
        self.code_ = self.fail("handshake failed");
    }
    self.complete(0);
}

int TlsClient::shaken_hands() noexcept {
    const char* error = verify_ ? check_peer() : nullptr;
    if (error != nullptr) {
        return fail(error);
    }
    ngx_connection_t* c = socket_.connection;
    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }
    socket_.adopt(c); // nginx has put its own handlers there meanwhile
    if (wants_session_) {
        outcome_.session = ngx_ssl_get_session(c);
        NGX_LUA_DEBUG(socket_.log(), "lua ssl save session: %p", outcome_.session);
    }
    return kDone;
}

const char* TlsClient::check_peer() noexcept {
    ngx_connection_t* c = socket_.connection;
    bool logs = socket_.settings().log_errors;

    long verdict = SSL_get_verify_result(c->ssl->connection);
    if (verdict != X509_V_OK) {
        const char* text = X509_verify_cert_error_string(verdict);
        if (logs) {
            ngx_log_error(NGX_LOG_ERR, socket_.log(), 0,
                          "lua ssl certificate verify error: (%d: %s)", static_cast<int>(verdict),
                          text);
        }
        outcome_.verify_error = static_cast<int>(verdict);
        return text;
    }
    ngx_str_t name = ngx::str(server_name_);
    if (name.len > 0 && ngx_ssl_check_host(c, &name) != NGX_OK) {
        if (logs) {
            ngx_log_error(NGX_LOG_ERR, socket_.log(), 0,
                          "lua ssl certificate does not match host \"%V\"", &name);
        }
        return "certificate host mismatch";
    }
    return nullptr;
}

int TlsClient::fail(const char* error) noexcept {
    socket_.faults |= TcpSocket::fault_tls;
    outcome_.err = error;
    socket_.close();
    return kFailed;
}

void TlsClient::abort() noexcept {
    code_ = fail("closed");
    complete(0);
}

void TlsClient::cancel() noexcept {
    socket_.close();
}

} // namespace lua::net

#endif
