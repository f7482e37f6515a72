// The module: configuration, directives, and the two filters that NDK runs in the rewrite phase.
#include "ngx/module.hpp"
#include "ngx/conf.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"
#include "session.hpp"

#include <ndk.h>

#include <algorithm>

extern "C" {
extern ngx_module_t ngx_http_encrypted_session_module;
}

namespace encrypted_session {

namespace {

using ngx::view;
using Value = ngx_http_variable_value_t;

struct LocConf {
    ngx_str_t key;
    ngx_str_t iv; // kIvSize bytes
    time_t expires;
};

// The location's key and vector; nothing, and a line in the log, if there is no key.
std::optional<Cipher> find_cipher(ngx_http_request_t* r, const LocConf& conf) {
    if (conf.key.data == nullptr) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "encrypted_session: a key is required to be defined by the "
                      "encrypted_session_key directive");
        return std::nullopt;
    }

    Cipher cipher{ngx::view(conf.key), {}};
    std::copy_n(conf.iv.data, kIvSize, cipher.iv.begin());
    return cipher;
}

const LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(
        ngx_http_get_module_loc_conf(r, ngx_http_encrypted_session_module));
}

ngx_int_t encrypt(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const LocConf& conf = loc_conf(r);
    const std::optional<Cipher> cipher = find_cipher(r, conf);
    if (!cipher) {
        return NGX_ERROR;
    }

    NGX_LUA_DEBUG(r->connection->log, "encrypted_session: expires=%T", conf.expires);

    const uint64_t expires_at =
        conf.expires == 0 ? 0 : static_cast<uint64_t>(ngx_time() + conf.expires);
    const auto sealed = seal(r->pool, *cipher, view(*v), expires_at);
    if (!sealed) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "encrypted_session: failed to encrypt");
    }
    *res = ngx::str(sealed.value_or(std::string_view{}));
    return NGX_OK;
}

ngx_int_t decrypt(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const std::optional<Cipher> cipher = find_cipher(r, loc_conf(r));
    if (!cipher) {
        return NGX_ERROR;
    }

    *res = ngx_null_string;

    const char* reason = nullptr;
    const std::optional<Opened> opened = open(r->pool, *cipher, view(*v), reason);
    if (!opened) {
        NGX_LUA_DEBUG(r->connection->log, "failed to decrypt session: %s", reason);
        return NGX_OK;
    }

    if (opened->expires_at != 0 && opened->expires_at <= static_cast<uint64_t>(ngx_time())) {
        NGX_LUA_DEBUG(r->connection->log, "encrypted_session: session expired: %uL <= %T",
                      opened->expires_at, ngx_time());
        return NGX_OK;
    }

    *res = ngx::str(opened->value);
    return NGX_OK;
}

char* set_key(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const ngx_str_t& key = ngx::arguments(cf)[1];

    if (conf.key.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    if (key.len != kKeySize) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "encrypted_session_key: the key must be of %uz bytes long", kKeySize);
        return ngx::conf_failed();
    }
    conf.key = key;
    return NGX_CONF_OK;
}

char* set_iv(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const ngx_str_t& iv = ngx::arguments(cf)[1];

    if (conf.iv.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    if (iv.len > kIvSize) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "encrypted_session_iv: the init vector must NOT be longer than %uz "
                           "bytes",
                           kIvSize);
        return ngx::conf_failed();
    }

    conf.iv = {kIvSize, static_cast<u_char*>(ngx_pcalloc(cf->pool, kIvSize))};
    if (conf.iv.data == nullptr) {
        return ngx::conf_failed();
    }
    std::copy_n(iv.data, iv.len, conf.iv.data);
    return NGX_CONF_OK;
}

constexpr ngx_uint_t kWhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_SIF_CONF |
                              NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

ndk_set_var_t encrypt_filter{NDK_SET_VAR_VALUE, reinterpret_cast<void*>(encrypt), 1, nullptr};
ndk_set_var_t decrypt_filter{NDK_SET_VAR_VALUE, reinterpret_cast<void*>(decrypt), 1, nullptr};

ngx_command_t filter_directive(const char* name, ndk_set_var_t* filter) {
    return {
        ngx::str(name), kWhere | NGX_CONF_TAKE12, ndk_set_var_value, NGX_HTTP_LOC_CONF_OFFSET, 0,
        filter};
}

ngx_command_t directives[] = {
    ngx::custom<set_key>("encrypted_session_key", kWhere | NGX_CONF_TAKE1,
                         NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_iv>("encrypted_session_iv", kWhere | NGX_CONF_TAKE1, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::sec<&LocConf::expires>("encrypted_session_expires", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    filter_directive("set_encrypt_session", &encrypt_filter),
    filter_directive("set_decrypt_session", &decrypt_filter),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->expires = ngx::unset<time_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.key, prev.key, std::string_view{});
    ngx::merge(conf.iv, prev.iv, "deadbeefdeadbeef");
    ngx::merge(conf.expires, prev.expires, 86400);
    return NGX_CONF_OK;
}

ngx_http_module_t context = {
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace encrypted_session

extern "C" {
ngx_module_t ngx_http_encrypted_session_module =
    ngx::http_module(encrypted_session::context, encrypted_session::directives);
}
