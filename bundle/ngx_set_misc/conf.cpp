// The module: configuration and directives.
#include "set_misc.hpp"

#include "ngx/conf.hpp"
#include "ngx/pool.hpp"

namespace set_misc {

// $dst value: the value where $dst is empty.
ngx_int_t if_empty(ngx_http_request_t*, ngx_str_t* res, Value* v) {
    const Value& chosen = v[0].len != 0 ? v[0] : v[1];
    *res = {chosen.len, chosen.data};
    return NGX_OK;
}

namespace {

constexpr ngx_uint_t kWhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_SIF_CONF |
                              NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

template <Filter Function, ngx_uint_t Type, size_t Size>
ndk_set_var_t filter = {Type, reinterpret_cast<void*>(Function), Size, nullptr};

// $dst [value], which Lua can call too.
template <Filter Function>
ngx_command_t one(const char* name, ngx_uint_t args = NGX_CONF_TAKE12) {
    return {ngx::str(name),
            kWhere | args,
            ndk_set_var_value,
            NGX_HTTP_LOC_CONF_OFFSET,
            0,
            &filter<Function, NDK_SET_VAR_VALUE, 1>};
}

// $dst and two values.
template <Filter Function>
ngx_command_t two(const char* name) {
    return {ngx::str(name),
            kWhere | NGX_CONF_TAKE3,
            ndk_set_var_multi_value,
            NGX_HTTP_LOC_CONF_OFFSET,
            0,
            &filter<Function, NDK_SET_VAR_MULTI_VALUE, 2>};
}

// $dst, whose present value is the first one, and further values.
template <Filter Function, size_t Size>
char* set_from_itself(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);
    return ndk_set_var_multi_value_core(cf, &value[1], &value[1],
                                        &filter<Function, NDK_SET_VAR_MULTI_VALUE, Size>);
}

// $dst list key
char* set_hashed_upstream(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);

    if (ngx_http_script_variables_count(&value[2]) != 0) {
        return ndk_set_var_multi_value_core(cf, &value[1], &value[2],
                                            &filter<named_upstream, NDK_SET_VAR_MULTI_VALUE, 2>);
    }

    ndk_upstream_list_t* list =
        ndk_get_upstream_list(ndk_http_conf_get_main_conf(cf), value[2].data, value[2].len);
    if (list == nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "set_hashed_upstream: upstream list \"%V\" not defined yet", &value[2]);
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    ndk_set_var_t by_key = {NDK_SET_VAR_VALUE_DATA, reinterpret_cast<void*>(hashed_upstream), 1,
                            list};
    return ndk_set_var_value_core(cf, &value[1], &value[3], &by_key);
}

char* set_alphabet(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    const ngx_str_t& alphabet = static_cast<ngx_str_t*>(cf->args->elts)[1];
    auto& target = static_cast<LocConf*>(conf)->base32_alphabet;

    if (target.data != nullptr) {
        return const_cast<char*>("is duplicate");
    }
    if (alphabet.len != 32) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"set_base32_alphabet\" directive takes an alphabet of %uz bytes but "
                           "32 expected",
                           alphabet.len);
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    target = alphabet;
    return NGX_CONF_OK;
}

ngx_command_t directives[] = {
    one<quote_sql_str>("set_quote_sql_str"),
    one<quote_pgsql_str>("set_quote_pgsql_str"),
    one<quote_json_str>("set_quote_json_str"),
    one<escape_uri>("set_escape_uri"),
    one<unescape_uri>("set_unescape_uri"),
    one<encode_base32>("set_encode_base32"),
    one<decode_base32>("set_decode_base32"),
    one<encode_base64>("set_encode_base64"),
    one<decode_base64>("set_decode_base64"),
    one<encode_base64url>("set_encode_base64url"),
    one<decode_base64url>("set_decode_base64url"),
    one<encode_hex>("set_encode_hex"),
    one<decode_hex>("set_decode_hex"),
    one<md5>("set_md5"),
    one<sha1>("set_sha1"),
    one<secure_random_alphanum>("set_secure_random_alphanum"),
    one<secure_random_lcalpha>("set_secure_random_lcalpha"),
    one<local_today>("set_local_today", NGX_CONF_TAKE1),
    one<formatted_gmt_time>("set_formatted_gmt_time", NGX_CONF_TAKE2),
    one<formatted_local_time>("set_formatted_local_time", NGX_CONF_TAKE2),
    two<hmac_sha1>("set_hmac_sha1"),
    two<hmac_sha256>("set_hmac_sha256"),
    two<random_number>("set_random"),
    ngx::custom<set_from_itself<if_empty, 2>>("set_if_empty", kWhere | NGX_CONF_TAKE2,
                                              NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_from_itself<rotate, 3>>("set_rotate", kWhere | NGX_CONF_TAKE3,
                                            NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_hashed_upstream>("set_hashed_upstream", kWhere | NGX_CONF_TAKE3,
                                     NGX_HTTP_LOC_CONF_OFFSET),
    ngx::flag<&LocConf::base32_padding>("set_base32_padding", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::flag<&LocConf::base32_padding>("set_misc_base32_padding", kWhere,
                                        NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_alphabet>("set_base32_alphabet", kWhere | NGX_CONF_TAKE1,
                              NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->base32_padding = ngx::unset<ngx_flag_t>;
        conf->rotated = ngx::unset<ngx_int_t>;
    }
    return conf;
}

const Base32Digits* make_digits(ngx_pool_t* pool, std::string_view alphabet) {
    auto* digits = ngx::make<Base32Digits>(pool);
    if (digits != nullptr) {
        digits->fill(kNoDigit);
        for (size_t i = 0; i < alphabet.size(); i++) {
            (*digits)[static_cast<u_char>(alphabet[i])] = static_cast<u_char>(i);
        }
    }
    return digits;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.base32_padding, prev.base32_padding, 1);

    const bool is_own = conf.base32_alphabet.data != nullptr || prev.base32_digits == nullptr;
    ngx::merge(conf.base32_alphabet, prev.base32_alphabet, "0123456789abcdefghijklmnopqrstuv");
    conf.base32_digits =
        is_own ? make_digits(cf->pool, ngx::view(conf.base32_alphabet)) : prev.base32_digits;

    return conf.base32_digits == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

ngx_http_module_t module_context = {
    nullptr, // preconfiguration
    nullptr, // postconfiguration
    nullptr, // create main conf
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    create_loc_conf, merge_loc_conf,
};

} // namespace

} // namespace set_misc

ngx_module_t ngx_http_set_misc_module = {
    NGX_MODULE_V1,
    &set_misc::module_context,
    set_misc::directives,
    NGX_HTTP_MODULE,
    nullptr, // init master
    nullptr, // init module
    nullptr, // init process
    nullptr, // init thread
    nullptr, // exit thread
    nullptr, // exit process
    nullptr, // exit master
    NGX_MODULE_V1_PADDING,
};
