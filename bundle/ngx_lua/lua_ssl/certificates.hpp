// Certificates, chains and private keys: from PEM and DER, to DER, and into a connection. The
// functions answer null or false with *err set (a static text) and leave OpenSSL's error queue
// empty.
#pragma once

#include "lua_ssl/openssl.hpp"

#include <string_view>

namespace lua::ssl {

[[nodiscard]] Chain parse_pem_chain(std::string_view pem, char** err) noexcept;
[[nodiscard]] Chain parse_der_chain(std::string_view der, char** err) noexcept;
// passphrase: NUL-terminated; null: the key must not be encrypted.
[[nodiscard]] Key parse_pem_key(std::string_view pem, const char* passphrase, char** err) noexcept;
[[nodiscard]] Key parse_der_key(std::string_view der, char** err) noexcept;

// Presents the chain's first certificate with the others behind it.
[[nodiscard]] bool use_chain(SSL* tls, STACK_OF(X509) * chain, char** err) noexcept;
[[nodiscard]] bool use_key(SSL* tls, EVP_PKEY* key, char** err) noexcept;

} // namespace lua::ssl
