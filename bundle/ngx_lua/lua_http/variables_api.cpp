// ngx.var.
#include "lua_http/http_host.hpp"
#include "lua_http/variables.hpp"
#include "ngx/export.hpp"

namespace lua::http {
namespace {

int fail(u_char* err, size_t* errlen, const char* format, const ngx_str_t* name) {
    *errlen = static_cast<size_t>(ngx_snprintf(err, *errlen, format, name, name) - err);
    return NGX_ERROR;
}

// The n-th capture of the last regex that matched in this request.
int get_capture(const ngx_http_request_t& r, int n, u_char** value, size_t* value_len) {
#if (NGX_PCRE)
    if (n <= 0 || r.captures == nullptr || r.ncaptures <= static_cast<ngx_uint_t>(n) * 2) {
        return NGX_DECLINED;
    }
    int from = r.captures[n * 2];
    int to = r.captures[n * 2 + 1];
    if (from < 0 || to < from) {
        return NGX_DECLINED;
    }
    *value = &r.captures_data[from];
    *value_len = static_cast<size_t>(to - from);
    return NGX_OK;
#else
    return NGX_DECLINED;
#endif
}

ngx_http_variable_t* find_variable(ngx_http_request_t* r, ngx_str_t* name, ngx_uint_t hash) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    return static_cast<ngx_http_variable_t*>(
        ngx_hash_find(&core->variables_hash, hash, name->data, name->len));
}

void assign(ngx_http_variable_value_t& slot, const std::string_view* value, const ngx_str_t& copy) {
    slot.valid = value != nullptr ? 1 : 0;
    slot.not_found = value != nullptr ? 0 : 1;
    slot.no_cacheable = 0;
    slot.escape = 0;
    slot.len = value != nullptr ? static_cast<unsigned>(copy.len) : 0;
    slot.data = value != nullptr ? copy.data : nullptr;
}

} // namespace

SetResult set_variable(ngx_http_request_t* r, ngx_str_t* lowcase_name,
                       const std::string_view* value) noexcept {
    ngx_uint_t hash = ngx_hash_key(lowcase_name->data, lowcase_name->len);
    ngx_http_variable_t* variable = find_variable(r, lowcase_name, hash);
    if (variable == nullptr) {
        return SetResult::unknown;
    }
    if ((variable->flags & NGX_HTTP_VAR_CHANGEABLE) == 0) {
        return SetResult::not_changeable;
    }
    ngx_str_t copy = {};
    if (value != nullptr) {
        copy = ngx::copy(r->pool, *value);
        if (copy.data == nullptr) {
            return SetResult::no_memory;
        }
    }
    if (variable->set_handler != nullptr) {
        auto* vv = static_cast<ngx_http_variable_value_t*>(
            ngx_pcalloc(r->pool, sizeof(ngx_http_variable_value_t)));
        if (vv == nullptr) {
            return SetResult::no_memory;
        }
        assign(*vv, value, copy);
        variable->set_handler(r, vv, variable->data);
        return SetResult::ok;
    }
    if ((variable->flags & NGX_HTTP_VAR_INDEXED) != 0) {
        assign(r->variables[variable->index], value, copy);
        return SetResult::ok;
    }
    return SetResult::not_assignable;
}

// 0 with *value; -5 not found; -1 with *err.
NGX_LUA_FFI int ngx_http_lua_ffi_var_get(ngx_http_request_t* r, u_char* name, size_t name_len,
                                         u_char* lowcase, int capture, u_char** value,
                                         size_t* value_len, const char** err) noexcept {
    if (!kRequestPhases.has(current().host->phase)) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    if (name == nullptr) {
        return get_capture(*r, capture, value, value_len);
    }
    ngx_uint_t hash = ngx_hash_strlow(lowcase, name, name_len);
    ngx_str_t key = {name_len, lowcase};
    const ngx_http_variable_value_t* found = ngx_http_get_variable(r, &key, hash);
    if (found == nullptr || found->not_found) {
        return NGX_DECLINED;
    }
    *value = found->data;
    *value_len = found->len;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_var_set(ngx_http_request_t* r, u_char* name, size_t name_len,
                                         u_char* lowcase, u_char* value, size_t value_len,
                                         u_char* err, size_t* errlen) noexcept {
    if (!kRequestPhases.has(current().host->phase)) {
        return fail(err, errlen, kRefusedHere, nullptr);
    }
    ngx_hash_strlow(lowcase, name, name_len);
    ngx_str_t key = {name_len, lowcase};
    std::string_view text{reinterpret_cast<const char*>(value), value_len};

    switch (set_variable(r, &key, value == nullptr ? nullptr : &text)) {
    case SetResult::ok:
        return NGX_OK;
    case SetResult::unknown:
        return fail(err, errlen,
                    "variable \"%V\" not found for writing; maybe it is a built-in variable that "
                    "is not changeable or you forgot to use \"set $%V '';\" in the config file to "
                    "define it first",
                    &key);
    case SetResult::not_changeable:
        return fail(err, errlen, "variable \"%V\" not changeable", &key);
    case SetResult::not_assignable:
        return fail(err, errlen, "variable \"%V\" cannot be assigned a value", &key);
    case SetResult::no_memory:
        break;
    }
    return fail(err, errlen, "no memory", nullptr);
}

} // namespace lua::http
