// The configuration of a module that passes requests to servers with UpstreamProtocol, and the
// directives that all of them have.
#pragma once

#include "ngx/conf.hpp"
#include "ngx/module.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ngx::http {

// The base of a module's location configuration, so that a row of a directive table can name a
// member of nginx's struct.
struct UpstreamConf : ngx_http_upstream_conf_t {
    ngx_http_complex_value_t* target; // NAME_pass with variables; else null
};

// Gives a zeroed conf its unset values, and those that are not configured.
inline void init_upstream_conf(UpstreamConf& conf) {
    conf.connect_timeout = conf.send_timeout = conf.read_timeout = unset<ngx_msec_t>;
    conf.next_upstream_timeout = unset<ngx_msec_t>;
    conf.next_upstream_tries = unset<ngx_uint_t>;
    conf.buffer_size = unset<size_t>;
    conf.local = static_cast<ngx_http_upstream_local_t*>(NGX_CONF_UNSET_PTR);
    conf.ignore_client_abort = unset<ngx_flag_t>;
    conf.socket_keepalive = unset<ngx_flag_t>;

    conf.intercept_errors = 1;
    conf.intercept_404 = 1;
}

inline void merge_upstream_conf(UpstreamConf& conf, UpstreamConf& prev) {
    merge(conf.connect_timeout, prev.connect_timeout, 60'000);
    merge(conf.send_timeout, prev.send_timeout, 60'000);
    merge(conf.read_timeout, prev.read_timeout, 60'000);
    merge(conf.next_upstream_timeout, prev.next_upstream_timeout, 0);
    merge(conf.next_upstream_tries, prev.next_upstream_tries, 0);
    merge(conf.buffer_size, prev.buffer_size, ngx_pagesize);
    merge(conf.ignore_client_abort, prev.ignore_client_abort, 0);
    merge(conf.socket_keepalive, prev.socket_keepalive, 0);
    ngx_conf_merge_ptr_value(conf.local, prev.local, nullptr);

    constexpr ngx_uint_t next = NGX_HTTP_UPSTREAM_FT_ERROR | NGX_HTTP_UPSTREAM_FT_TIMEOUT;
    ngx_conf_merge_bitmask_value(conf.next_upstream, prev.next_upstream,
                                 NGX_CONF_BITMASK_SET | next);
    if ((conf.next_upstream & NGX_HTTP_UPSTREAM_FT_OFF) != 0) {
        conf.next_upstream = NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_OFF;
    }

    if (conf.upstream == nullptr && conf.target == nullptr) {
        conf.upstream = prev.upstream;
        conf.target = prev.target;
    }
}

// The setter of NAME_pass: the servers, and the location's content handler. Conf is the module's.
template <typename Conf, ngx_http_handler_pt Handler, in_port_t DefaultPort = 0>
char* set_upstream_pass(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    UpstreamConf& conf = *static_cast<Conf*>(data);
    if (conf.upstream != nullptr || conf.target != nullptr) {
        return conf_message("is duplicate");
    }

    auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    clcf->handler = Handler;
    if (clcf->name.len != 0 && clcf->name.data[clcf->name.len - 1] == '/') {
        clcf->auto_redirect = 1;
    }

    ngx_str_t& name = arguments(cf)[1];
    if (ngx_http_script_variables_count(&name) != 0) {
        conf.target = compile(cf, name);
        return conf.target == nullptr ? conf_failed() : NGX_CONF_OK;
    }

    ngx_url_t url{};
    url.url = name;
    url.default_port = DefaultPort;
    url.no_resolve = 1;
    conf.upstream = ngx_http_upstream_add(cf, &url, 0);
    return conf.upstream == nullptr ? conf_failed() : NGX_CONF_OK;
}

// The upstream block or server of that name in the configuration; null if there is none.
inline ngx_http_upstream_srv_conf_t* find_upstream(ngx_http_request_t* r, const ngx_str_t& name) {
    ngx_url_t url{};
    url.url = name;
    url.no_resolve = 1;
    if (ngx_parse_url(r->pool, &url) != NGX_OK) {
        return nullptr;
    }

    auto* umcf = static_cast<ngx_http_upstream_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_upstream_module));
    const std::span servers(static_cast<ngx_http_upstream_srv_conf_t**>(umcf->upstreams.elts),
                            umcf->upstreams.nelts);
    for (ngx_http_upstream_srv_conf_t* server : servers) {
        if (equal_nocase(view(server->host), view(url.host)) &&
            (server->port == url.port || url.no_port)) {
            return server;
        }
    }
    return nullptr;
}

inline constexpr ngx_uint_t kAnyLevel = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

// The words of NAME_next_upstream where a server may say that it has not what was asked for.
inline ngx_conf_bitmask_t next_upstream_or_not_found[] = {
    {ngx_string("error"), NGX_HTTP_UPSTREAM_FT_ERROR},
    {ngx_string("timeout"), NGX_HTTP_UPSTREAM_FT_TIMEOUT},
    {ngx_string("invalid_response"), NGX_HTTP_UPSTREAM_FT_INVALID_HEADER},
    {ngx_string("not_found"), NGX_HTTP_UPSTREAM_FT_HTTP_404},
    {ngx_string("off"), NGX_HTTP_UPSTREAM_FT_OFF},
    {ngx_null_string, 0},
};

// A string as a template argument, and two of them as one.
template <size_t N>
struct Text {
    char chars[N];
    constexpr Text(const char (&text)[N]) { std::copy_n(text, N, chars); }
};

template <Text A, Text B>
inline constexpr auto joined = [] {
    std::array<char, sizeof(A.chars) + sizeof(B.chars) - 1> both{};
    std::copy_n(B.chars, sizeof(B.chars), std::copy_n(A.chars, sizeof(A.chars) - 1, both.begin()));
    return both;
}();

// `own` and NAME_connect_timeout, NAME_send_timeout, NAME_read_timeout, NAME_buffer_size and
// NAME_next_upstream, whose words are in `next`. Conf is the module's.
template <Text Name, typename Conf, typename... Rows>
auto upstream_commands(ngx_conf_bitmask_t* next, const Rows&... own) {
    using Base = ngx_http_upstream_conf_t;
    constexpr ngx_uint_t level = NGX_HTTP_LOC_CONF_OFFSET;
    const auto name = [](const auto& text) { return text.data(); };

    return std::array<ngx_command_t, sizeof...(own) + 6>{
        own...,
        msec<&Base::connect_timeout, Conf>(name(joined<Name, "_connect_timeout">), kAnyLevel,
                                           level),
        msec<&Base::send_timeout, Conf>(name(joined<Name, "_send_timeout">), kAnyLevel, level),
        msec<&Base::read_timeout, Conf>(name(joined<Name, "_read_timeout">), kAnyLevel, level),
        size<&Base::buffer_size, Conf>(name(joined<Name, "_buffer_size">), kAnyLevel, level),
        bitmask<&Base::next_upstream, Conf>(name(joined<Name, "_next_upstream">), kAnyLevel, level,
                                            next),
        end_of_commands,
    };
}

// NAME_bind.
template <typename Conf>
ngx_command_t upstream_bind(const char* name) {
    constexpr auto set =
        detail::set_member<Conf, &ngx_http_upstream_conf_t::local, ngx_http_upstream_bind_set_slot>;
    return custom<set>(name, kAnyLevel | NGX_CONF_TAKE12, NGX_HTTP_LOC_CONF_OFFSET);
}

} // namespace ngx::http
