#include "lua_http/request_headers.hpp"

#include "lua_http/header_text.hpp"
#include "ngx/request_headers.hpp"

namespace lua::http {
namespace {

ngx_int_t host_variable = NGX_ERROR;

// Headers that a request may have several of, besides those that nginx only lists.
bool is_multi(const ngx::HeaderName& name) {
    return ngx::lowcase(name) == "cookie" || ngx::lowcase(name) == "x-forwarded-for";
}

auto named(const ngx::HeaderName& name) {
    return [name](const ngx_table_elt_t& header) {
        return ngx::lowcase(header) == ngx::lowcase(name);
    };
}

ngx_int_t reparse(ngx_http_request_t* r, const ngx::HeaderName& name) {
    const auto matches = [name](std::string_view known) { return known == ngx::lowcase(name); };
    if (ngx::reparse_request_headers(r, matches) != NGX_OK) {
        return NGX_ERROR;
    }
    if (matches("host") && host_variable != NGX_ERROR) {
        r->variables[host_variable].valid = 0;
        r->variables[host_variable].not_found = 0;
    }
    return NGX_OK;
}

bool can_change(const ngx_http_request_t* r) {
    return r->http_version >= NGX_HTTP_VERSION_10 && ngx::has_header_list(r);
}

} // namespace

ngx_int_t find_header_variables(ngx_conf_t* cf) noexcept {
    ngx_str_t host = ngx_string("host");
    host_variable = ngx_http_get_variable_index(cf, &host);
    return host_variable == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

ngx_int_t set_request_header(ngx_http_request_t* r, std::string_view name_text,
                             std::string_view value_text, Write how) noexcept {
    if (!can_change(r)) {
        return NGX_OK;
    }
    ngx_str_t key;
    ngx_str_t value;
    if (!copy_header(r->pool, name_text, value_text, key, value)) {
        return NGX_ERROR;
    }
    const ngx::HeaderName name = ngx::header_name(r->pool, key);
    if (name.lowcase == nullptr) {
        return NGX_ERROR;
    }

    const bool is_single = ngx::is_known_request_header(r, name) && !is_multi(name);
    const auto is_same = named(name);
    ngx_table_elt_t* header = nullptr;
    unsigned found = 0;

    if (how == Write::replace || is_single) {
        ngx::for_each_header(r->headers_in.headers, [&](ngx_table_elt_t& h) {
            if (is_same(h)) {
                found++;
                header = &h;
            }
        });
    }
    if (found > 1) {
        if (!ngx::remove_request_headers(r, is_same)) {
            return NGX_ERROR;
        }
        header = nullptr;
    }
    if (header != nullptr) {
        header->value = value;
        header->key = key;
    } else if (ngx::add_request_header(r, name, value) == nullptr) {
        return NGX_ERROR;
    }
    return reparse(r, name);
}

ngx_int_t clear_request_header(ngx_http_request_t* r, std::string_view name_text) noexcept {
    if (!can_change(r)) {
        return NGX_OK;
    }
    const ngx_str_t key = copy_header_text(r->pool, name_text, HeaderPart::name);
    const ngx::HeaderName name = ngx::header_name(r->pool, key);
    if (key.data == nullptr || name.lowcase == nullptr ||
        !ngx::remove_request_headers(r, named(name))) {
        return NGX_ERROR;
    }
    return reparse(r, name);
}

ngx_int_t set_request_length(ngx_http_request_t* r, off_t length) noexcept {
    u_char digits[NGX_OFF_T_LEN];
    u_char* end = ngx_sprintf(digits, "%O", length);
    if (clear_request_header(r, "Transfer-Encoding") != NGX_OK) {
        return NGX_ERROR;
    }
    r->headers_in.chunked = 0;
    return set_request_header(r, "Content-Length", ngx::view(digits, end), Write::replace);
}

} // namespace lua::http
