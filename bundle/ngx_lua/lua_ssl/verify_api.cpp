// ngx.ssl.verify_client: asks the client for a certificate. A bad one does not end the handshake;
// what nginx tells of it ($ssl_client_verify) is for the application to judge.
#include "lua_ssl/running.hpp"

namespace lua::ssl {
namespace {

using Certificates = STACK_OF(X509);
using Names = std::unique_ptr<STACK_OF(X509_NAME), Freed<[](STACK_OF(X509_NAME) * names) noexcept {
                                  sk_X509_NAME_pop_free(names, X509_NAME_free);
                              }>>;

int accept_any(int /*ok*/, X509_STORE_CTX* /*store*/) noexcept {
    return 1;
}

bool trust(X509_STORE* store, Certificates* certificates, char** err) {
    for (int i = 0; certificates != nullptr && i < sk_X509_num(certificates); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(certificates, i)) != 1) {
            fail(err, "X509_STORE_add_cert() failed");
            return false;
        }
    }
    return true;
}

// The names that tell the client which certificates to send.
Names names_of(Certificates* certificates, char** err) {
    Names names{sk_X509_NAME_new_null()};
    if (names == nullptr) {
        fail(err, "sk_X509_NAME_new_null() failed");
        return nullptr;
    }
    for (int i = 0; i < sk_X509_num(certificates); i++) {
        X509_NAME* name = X509_NAME_dup(X509_get_subject_name(sk_X509_value(certificates, i)));
        if (name == nullptr) {
            fail(err, "X509_get_subject_name() failed");
            return nullptr;
        }
        if (sk_X509_NAME_push(names.get(), name) == 0) {
            X509_NAME_free(name);
            fail(err, "sk_X509_NAME_push() failed");
            return nullptr;
        }
    }
    return names;
}

bool set_authorities(SSL* tls, Certificates* named, Certificates* trusted, char** err) {
    Store store{X509_STORE_new()};
    if (store == nullptr) {
        fail(err, "X509_STORE_new() failed");
        return false;
    }
    if (!trust(store.get(), named, err) || !trust(store.get(), trusted, err)) {
        return false;
    }
    if (named != nullptr) {
        Names names = names_of(named, err);
        if (names == nullptr) {
            return false;
        }
        SSL_set_client_CA_list(tls, names.release());
    }
    if (SSL_set0_verify_cert_store(tls, store.get()) == 0) {
        fail(err, "SSL_set0_verify_cert_store() failed");
        return false;
    }
    static_cast<void>(store.release());
    return true;
}

} // namespace

// depth -1: the configured one.
NGX_LUA_FFI int ngx_lua_ffi_ssl_verify_client(void* /*r*/, void* client_certs, void* trusted_certs,
                                              int depth, char** err) noexcept {
    if (current().host->phase != Phase::ssl_cert) {
        return fail(err, kRefusedHere);
    }
    TlsHost* host = client_handshake(err);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    SSL* tls = host->client_connection()->ssl->connection;
    auto* named = static_cast<Certificates*>(client_certs);
    auto* trusted = static_cast<Certificates*>(trusted_certs);

    SSL_set_verify(tls, SSL_VERIFY_PEER, accept_any);
    SSL_set_verify_depth(tls, depth < 0 ? host->verify_depth() : depth);
    if ((named != nullptr || trusted != nullptr) && !set_authorities(tls, named, trusted, err)) {
        ERR_clear_error();
        return NGX_ERROR;
    }
    ERR_clear_error();
    return NGX_OK;
}

} // namespace lua::ssl
