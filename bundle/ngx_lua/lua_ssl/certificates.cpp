#include "lua_ssl/certificates.hpp"

#include <algorithm>
#include <cstring>

namespace lua::ssl {
namespace {

std::nullptr_t fail(char** err, const char* text) {
    *err = const_cast<char*>(text);
    ERR_clear_error();
    return nullptr;
}

Bio open(std::string_view text, char** err) {
    Bio bio = read_memory(text.data(), text.size());
    if (bio == nullptr) {
        fail(err, "BIO_new_mem_buf() failed");
    }
    return bio;
}

// A chain with its first certificate; certificate and chain may be null.
Chain begin_chain(Certificate certificate, const char* failure, char** err) {
    if (certificate == nullptr) {
        return Chain{fail(err, failure)};
    }
    Chain chain{sk_X509_new_null()};
    if (chain == nullptr) {
        return Chain{fail(err, "sk_X509_new_null() failed")};
    }
    if (sk_X509_push(chain.get(), certificate.get()) == 0) {
        return Chain{fail(err, "sk_X509_push() failed")};
    }
    static_cast<void>(certificate.release());
    return chain;
}

bool append(STACK_OF(X509) * chain, Certificate certificate) {
    if (sk_X509_push(chain, certificate.get()) == 0) {
        return false;
    }
    static_cast<void>(certificate.release());
    return true;
}

bool at_end_of_pem() {
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// Without it OpenSSL would ask at the terminal.
int give_passphrase(char* buf, int size, int /*rwflag*/, void* data) noexcept {
    if (data == nullptr) {
        return 0;
    }
    auto len = static_cast<int>(std::strlen(static_cast<const char*>(data)));
    len = std::min(len, size);
    std::memcpy(buf, data, static_cast<size_t>(len));
    return len;
}

} // namespace

Chain parse_pem_chain(std::string_view pem, char** err) noexcept {
    Bio bio = open(pem, err);
    if (bio == nullptr) {
        return nullptr;
    }
    Chain chain =
        begin_chain(Certificate{PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)},
                    "PEM_read_bio_X509_AUX() failed", err);
    if (chain == nullptr) {
        return nullptr;
    }
    for (;;) {
        Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
        if (next == nullptr) {
            if (!at_end_of_pem()) {
                return Chain{fail(err, "PEM_read_bio_X509() failed")};
            }
            ERR_clear_error();
            return chain;
        }
        if (!append(chain.get(), std::move(next))) {
            return Chain{fail(err, "sk_X509_push() failed in rest of chain")};
        }
    }
}

Chain parse_der_chain(std::string_view der, char** err) noexcept {
    Bio bio = open(der, err);
    if (bio == nullptr) {
        return nullptr;
    }
    Chain chain =
        begin_chain(Certificate{d2i_X509_bio(bio.get(), nullptr)}, "d2i_X509_bio() failed", err);
    while (chain != nullptr && BIO_eof(bio.get()) == 0) {
        Certificate next{d2i_X509_bio(bio.get(), nullptr)};
        if (next == nullptr) {
            return Chain{fail(err, "d2i_X509_bio() failed in rest of chain")};
        }
        if (!append(chain.get(), std::move(next))) {
            return Chain{fail(err, "sk_X509_push() failed in rest of chain")};
        }
    }
    return chain;
}

Key parse_pem_key(std::string_view pem, const char* passphrase, char** err) noexcept {
    Bio bio = open(pem, err);
    if (bio == nullptr) {
        return nullptr;
    }
    Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase,
                                    const_cast<char*>(passphrase))};
    return key != nullptr ? std::move(key) : Key{fail(err, "PEM_read_bio_PrivateKey() failed")};
}

Key parse_der_key(std::string_view der, char** err) noexcept {
    Bio bio = open(der, err);
    if (bio == nullptr) {
        return nullptr;
    }
    Key key{d2i_PrivateKey_bio(bio.get(), nullptr)};
    return key != nullptr ? std::move(key) : Key{fail(err, "d2i_PrivateKey_bio() failed")};
}

bool use_chain(SSL* tls, STACK_OF(X509) * chain, char** err) noexcept {
    if (chain == nullptr || sk_X509_num(chain) < 1) {
        fail(err, "invalid certificate chain");
        return false;
    }
    if (SSL_use_certificate(tls, sk_X509_value(chain, 0)) == 0) {
        fail(err, "SSL_use_certificate() failed");
        return false;
    }
    SSL_clear_chain_certs(tls); // of a certificate of this type that was there before
    for (int i = 1; i < sk_X509_num(chain); i++) {
        if (SSL_add1_chain_cert(tls, sk_X509_value(chain, i)) == 0) {
            fail(err, "SSL_add1_chain_cert() failed");
            return false;
        }
    }
    return true;
}

bool use_key(SSL* tls, EVP_PKEY* key, char** err) noexcept {
    if (key == nullptr) {
        fail(err, "invalid private key");
        return false;
    }
    if (SSL_use_PrivateKey(tls, key) == 0) {
        fail(err, "SSL_use_PrivateKey() failed");
        return false;
    }
    return true;
}

} // namespace lua::ssl
