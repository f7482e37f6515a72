// MD5 and SHA-1 in hex, HMAC as raw bytes.
#include "set_misc.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

extern "C" {
#include <ngx_md5.h>
#include <ngx_sha1.h>
}

namespace set_misc {

namespace {

template <size_t N>
ngx_int_t hex_result(ngx_http_request_t* r, ngx_str_t* res, std::array<u_char, N>& digest) {
    u_char* p = allocate(r, res, 2 * N);
    return p == nullptr ? NGX_ERROR : finish(res, ngx_hex_dump(p, digest.data(), N));
}

ngx_int_t hmac(ngx_http_request_t* r, ngx_str_t* res, const Value& secret, const Value& text,
               const EVP_MD* md) {
    u_char* p = allocate(r, res, EVP_MAX_MD_SIZE);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    unsigned length = 0;
    if (HMAC(md, secret.data, static_cast<int>(secret.len), text.data, text.len, p, &length) ==
        nullptr) {
        return NGX_ERROR;
    }
    return finish(res, p + length);
}

} // namespace

ngx_int_t md5(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    std::array<u_char, 16> digest;
    ngx_md5_t ctx;
    ngx_md5_init(&ctx);
    ngx_md5_update(&ctx, v->data, v->len);
    ngx_md5_final(digest.data(), &ctx);
    return hex_result(r, res, digest);
}

ngx_int_t sha1(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    std::array<u_char, 20> digest;
    ngx_sha1_t ctx;
    ngx_sha1_init(&ctx);
    ngx_sha1_update(&ctx, v->data, v->len);
    ngx_sha1_final(digest.data(), &ctx);
    return hex_result(r, res, digest);
}

ngx_int_t hmac_sha1(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return hmac(r, res, v[0], v[1], EVP_sha1());
}

ngx_int_t hmac_sha256(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return hmac(r, res, v[0], v[1], EVP_sha256());
}

} // namespace set_misc
