// The TLS handshake of a socket, as its client side: sslhandshake().
//
// The context comes from the host's settings. Whether the peer's certificate holds is asked after
// the handshake, so that its failure has a text of its own.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_net/io_result.hpp"
#include "ngx/nginx.hpp"

#if (NGX_SSL)

#include <string>

namespace lua::net {

class TcpSocket;

class TlsClient final : public Wait {
public:
    struct Request {
        SSL_SESSION* session; // to resume; null: none
        const ngx_str_t* server_name;
        STACK_OF(X509) * chain; // of the client's certificate; null: as configured
        EVP_PKEY* key;
        bool wants_session; // afterwards
        bool verify;
        bool wants_ocsp_status;
    };

    // Results: session is to be freed by the receiver.
    struct Outcome {
        SSL_SESSION* session;
        const char* err;
        int verify_error; // of OpenSSL; 0: none
    };

    explicit TlsClient(TcpSocket& socket) noexcept : socket_(socket) {}
    ~TlsClient();

    // kDone, kFailed, or kYield: the running task waits for it.
    [[nodiscard]] int start(const Request& request) noexcept;
    // Hands over the outcome, once.
    [[nodiscard]] int result(Outcome& out) noexcept;

    // Ends the pending handshake: the worker does not wait for it any longer.
    void abort() noexcept;

    // Trusts these anchors only, in the next handshake; null: as configured.
    void trust(X509_STORE* store) noexcept;

private:
    void cancel() noexcept override;

    // Null, or what failed.
    [[nodiscard]] const char* prepare(const Request& request) noexcept;
    [[nodiscard]] const char* use_certificate(STACK_OF(X509) * chain, EVP_PKEY* key) noexcept;
    [[nodiscard]] const char* check_peer() noexcept;
    [[nodiscard]] int shaken_hands() noexcept;
    [[nodiscard]] int fail(const char* error) noexcept;

    static void on_handshake(ngx_connection_t* c) noexcept;

    TcpSocket& socket_;
    std::string server_name_;
    X509_STORE* store_ = nullptr;
    Outcome outcome_ = {};
    int code_ = kDone;
    bool wants_session_ = false;
    bool verify_ = false;
};

} // namespace lua::net

#endif
