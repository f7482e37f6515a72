// ngx.ocsp: where a certificate's status can be asked for, the question, the answer, and passing it
// on to the client. Chains are DER: the certificate and the one that issued it.
#include "lua_ssl/certificates.hpp"
#include "lua_ssl/running.hpp"

#ifndef OPENSSL_NO_OCSP

#include <algorithm>
#include <cstring>
#include <ctime>

namespace lua::ssl {
namespace {

constexpr int kTruncated = NGX_BUSY;
constexpr long kClockSkew = 300; // seconds

using Request = std::unique_ptr<OCSP_REQUEST, Freed<OCSP_REQUEST_free>>;
using CertId = std::unique_ptr<OCSP_CERTID, Freed<OCSP_CERTID_free>>;
using Response = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;
using Urls = std::unique_ptr<STACK_OF(OPENSSL_STRING), Freed<X509_email_free>>;

// The certificate with its issuer next to it; null with *err set.
Chain leaf_with_issuer(const char* data, size_t len, char** err) {
    Chain chain = parse_der_chain({data, len}, err);
    if (chain == nullptr) {
        return nullptr;
    }
    if (sk_X509_num(chain.get()) < 2) {
        fail(err, "no issuer certificate in chain");
        return nullptr;
    }
    if (X509_check_issued(sk_X509_value(chain.get(), 1), sk_X509_value(chain.get(), 0)) !=
        X509_V_OK) {
        fail(err, "issuer certificate not next to leaf");
        return nullptr;
    }
    return chain;
}

CertId id_of(const Chain& chain) {
    return CertId{
        OCSP_cert_to_id(nullptr, sk_X509_value(chain.get(), 0), sk_X509_value(chain.get(), 1))};
}

Request make_request(const Chain& chain, char** err) {
    Request request{OCSP_REQUEST_new()};
    if (request == nullptr) {
        fail(err, "OCSP_REQUEST_new() failed");
        return nullptr;
    }
    CertId id = id_of(chain);
    if (id == nullptr) {
        fail(err, "OCSP_cert_to_id() failed");
        return nullptr;
    }
    if (OCSP_request_add0_id(request.get(), id.get()) == nullptr) {
        fail(err, "OCSP_request_add0_id() failed");
        return nullptr;
    }
    static_cast<void>(id.release());
    return request;
}

time_t to_time(const ASN1_GENERALIZEDTIME* when) {
    std::tm tm{};
    return ASN1_TIME_to_tm(when, &tm) == 1 ? timegm(&tm) : static_cast<time_t>(-1);
}

// What is wrong with a response, formatted into the caller's buffer.
class Complaint {
public:
    Complaint(u_char* buf, size_t* size) : buf_(buf), size_(size) {}

    template <typename... Args>
    int operator()(const char* format, Args... args) const {
        *size_ = static_cast<size_t>(ngx_snprintf(buf_, *size_, format, args...) - buf_);
        ERR_clear_error();
        return NGX_ERROR;
    }

private:
    u_char* buf_;
    size_t* size_;
};

// The status of the chain's certificate in a response that is as good as signed.
int check_status(OCSP_BASICRESP* basic, const Chain& chain, const Complaint& complain,
                 long* valid) {
    CertId id = id_of(chain);
    if (id == nullptr) {
        return complain("OCSP_cert_to_id() failed");
    }
    int status = 0;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    if (OCSP_resp_find_status(basic, id.get(), &status, nullptr, nullptr, &this_update,
                              &next_update) != 1) {
        return complain("certificate status not found in the OCSP response");
    }
    if (status != V_OCSP_CERTSTATUS_GOOD) {
        return complain("certificate status \"%s\" in the OCSP response",
                        OCSP_cert_status_str(status));
    }
    if (OCSP_check_validity(this_update, next_update, kClockSkew, -1) != 1) {
        return complain("OCSP_check_validity() failed");
    }
    *valid = 0;
    if (next_update != nullptr) {
        *valid = to_time(next_update);
        if (*valid == -1) {
            return complain("invalid nextUpdate time in certificate status");
        }
    }
    ERR_clear_error();
    return NGX_OK;
}

} // namespace

// -5: the certificate names none; -3: the text is cut off.
NGX_LUA_FFI int ngx_lua_ffi_ssl_get_ocsp_responder_from_der_chain(const char* chain_data,
                                                                  size_t chain_len, u_char* out,
                                                                  size_t* out_size,
                                                                  char** err) noexcept {
    Chain chain = leaf_with_issuer(chain_data, chain_len, err);
    if (chain == nullptr) {
        return NGX_ERROR;
    }
    Urls urls{X509_get1_ocsp(sk_X509_value(chain.get(), 0))};
    if (urls == nullptr || sk_OPENSSL_STRING_num(urls.get()) == 0) {
        return kNone;
    }
    const char* url = sk_OPENSSL_STRING_value(urls.get(), 0);
    size_t len = std::strlen(url);
    bool fits = len <= *out_size;
    *out_size = std::min(len, *out_size);
    std::memcpy(out, url, *out_size);
    return fits ? NGX_OK : kTruncated;
}

// -3: *out_size is what it needs.
NGX_LUA_FFI int ngx_lua_ffi_ssl_create_ocsp_request(const char* chain_data, size_t chain_len,
                                                    u_char* out, size_t* out_size,
                                                    char** err) noexcept {
    Chain chain = leaf_with_issuer(chain_data, chain_len, err);
    if (chain == nullptr) {
        return NGX_ERROR;
    }
    Request request = make_request(chain, err);
    if (request == nullptr) {
        return NGX_ERROR;
    }
    int len = i2d_OCSP_REQUEST(request.get(), nullptr);
    if (len <= 0) {
        return fail(err, "i2d_OCSP_REQUEST() failed");
    }
    bool fits = static_cast<size_t>(len) <= *out_size;
    *out_size = static_cast<size_t>(len);
    if (!fits) {
        fail(err, "output buffer too small");
        return kTruncated;
    }
    return i2d_OCSP_REQUEST(request.get(), &out) > 0 ? NGX_OK
                                                     : fail(err, "i2d_OCSP_REQUEST() failed");
}

// *valid: when the response is to be replaced; 0: it does not say.
NGX_LUA_FFI int ngx_lua_ffi_ssl_validate_ocsp_response(const u_char* resp, size_t resp_len,
                                                       const char* chain_data, size_t chain_len,
                                                       u_char* errbuf, size_t* errbuf_size,
                                                       long* valid) noexcept {
    Complaint complain{errbuf, errbuf_size};
    Response response{d2i_OCSP_RESPONSE(nullptr, &resp, static_cast<long>(resp_len))};
    if (response == nullptr) {
        return complain("d2i_OCSP_RESPONSE() failed");
    }
    int answer = OCSP_response_status(response.get());
    if (answer != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        return complain("OCSP response not successful (%d: %s)", answer,
                        OCSP_response_status_str(answer));
    }
    Basic basic{OCSP_response_get1_basic(response.get())};
    if (basic == nullptr) {
        return complain("OCSP_response_get1_basic() failed");
    }
    char* why = nullptr;
    Chain chain = leaf_with_issuer(chain_data, chain_len, &why);
    if (chain == nullptr) {
        return complain("%s", why);
    }
    // The issuer is all that needs to be trusted: whoever signed must come from it.
    Store store{X509_STORE_new()};
    if (store == nullptr || X509_STORE_add_cert(store.get(), sk_X509_value(chain.get(), 1)) != 1) {
        return complain("X509_STORE_add_cert() failed");
    }
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    if (OCSP_basic_verify(basic.get(), chain.get(), store.get(), 0) != 1) {
        return complain("OCSP_basic_verify() failed");
    }
    return check_status(basic.get(), chain, complain, valid);
}

// -5: the client has not asked for it.
NGX_LUA_FFI int ngx_lua_ffi_ssl_set_ocsp_status_resp(void* /*r*/, const u_char* resp,
                                                     size_t resp_len, char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return NGX_ERROR;
    }
    if (SSL_get_tlsext_status_type(tls) == -1) {
        return kNone;
    }
    auto* copy = static_cast<u_char*>(OPENSSL_malloc(resp_len));
    if (copy == nullptr) {
        return fail(err, "OPENSSL_malloc() failed");
    }
    std::memcpy(copy, resp, resp_len);
    if (SSL_set_tlsext_status_ocsp_resp(tls, copy, static_cast<long>(resp_len)) != 1) {
        OPENSSL_free(copy);
        return fail(err, "SSL_set_tlsext_status_ocsp_resp() failed");
    }
    return NGX_OK;
}

} // namespace lua::ssl

#endif
