// postgres_escape: values as SQL literals, in the rewrite phase.
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "postgres.hpp"

#include <ndk.h>

namespace postgres {

namespace {

// What becomes of a value that is empty; addresses are the filters' data.
constexpr std::string_view kNull = "NULL";
constexpr std::string_view kEmptyText = "''";

// Quotes and backslashes are doubled, which is right whether or not the server takes a backslash
// for an escape; a statement ends at a NUL, so the value does too.
ngx_int_t escape(ngx_http_request_t* r, ngx_str_t* res, ngx_http_variable_value_t* v, void* data) {
    std::string_view text = ngx::view(*v);
    text = text.substr(0, text.find('\0'));
    if (v->len == 0) {
        *res = ngx::str(*static_cast<std::string_view*>(data));
        return NGX_OK;
    }

    auto* p = static_cast<u_char*>(ngx_pnalloc(r->pool, 2 * text.size() + 2));
    if (p == nullptr) {
        return NGX_ERROR;
    }
    res->data = p;
    *p++ = '\'';
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            *p++ = static_cast<u_char>(c);
        }
        *p++ = static_cast<u_char>(c);
    }
    *p++ = '\'';
    res->len = static_cast<size_t>(p - res->data);
    return NGX_OK;
}

char* complain(ngx_conf_t* cf, const char* what, const ngx_str_t* value = nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, what, value);
    return ngx::conf_failed();
}

} // namespace

// postgres_escape $variable [[=]text]
char* set_escape(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    ngx_str_t source = args.back();

    if (source.len == 0) {
        return complain(cf, "postgres: empty value in \"postgres_escape\" directive");
    }
    const bool keeps_empty = source.data[0] == '=';
    if (keeps_empty) {
        source = ngx::str(ngx::view(source).substr(1));
        if (source.len == 0) {
            return complain(cf, "postgres: empty value in \"postgres_escape\" directive");
        }
    }

    ngx_str_t target = args.size() == 2 ? source : args[1];
    if (target.len == 0) {
        return complain(cf, "postgres: empty variable name in \"postgres_escape\" directive");
    }
    if (target.len < 2 || target.data[0] != '$') {
        return complain(
            cf, "postgres: invalid variable name \"%V\" in \"postgres_escape\" directive", &target);
    }

    const std::string_view& empty = keeps_empty ? kEmptyText : kNull;
    ndk_set_var_t filter{NDK_SET_VAR_VALUE_DATA, reinterpret_cast<void*>(escape), 1,
                         const_cast<std::string_view*>(&empty)};
    return ndk_set_var_value_core(cf, &target, &source, &filter);
}

} // namespace postgres
