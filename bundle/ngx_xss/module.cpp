// The module: configuration, directives, and the output filter. A response that is wrapped has a
// Context.
//
// The opening goes out right behind the header rather than in front of the first piece of the body:
// that piece may belong to a subrequest, whose output is in line by then.
#include "ngx/module.hpp"
#include "callback.hpp"
#include "ngx/chain.hpp"
#include "ngx/conf.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

extern "C" {
extern ngx_module_t ngx_http_xss_filter_module;
}

namespace xss {

namespace {

struct LocConf {
    ngx_flag_t get;
    ngx_flag_t check_status;
    ngx_flag_t override_status;
    ngx_str_t callback_arg;
    ngx_str_t output_type;
    ngx_hash_t input_types;
    ngx_array_t* input_types_keys;
};

struct Context {
    bool is_closed; // the closing parenthesis was sent
};

ngx_str_t default_types[] = {ngx_string("application/json"), ngx_null_string};

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

// The callback that this response is to be wrapped in; empty if none.
std::string_view find_callback(ngx_http_request_t* r, LocConf& conf) {
    const ngx_uint_t status = r->headers_out.status;
    if (r != r->main || r->method != NGX_HTTP_GET || conf.get != 1 ||
        (conf.check_status && status != NGX_HTTP_OK && status != NGX_HTTP_CREATED)) {
        return {};
    }
    if (conf.callback_arg.len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "xss: xss_get is enabled but no xss_callback_arg specified");
        return {};
    }

    ngx_str_t raw;
    if (ngx_http_test_content_type(r, &conf.input_types) == nullptr ||
        ngx_http_arg(r, conf.callback_arg.data, conf.callback_arg.len, &raw) != NGX_OK) {
        return {};
    }

    auto* callback = static_cast<u_char*>(ngx_pnalloc(r->pool, raw.len + 1));
    if (callback == nullptr) {
        return {};
    }
    u_char* end = callback;
    u_char* src = raw.data;
    ngx_unescape_uri(&end, &src, raw.len, 0);
    if (src != raw.data + raw.len) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "xss: unescape uri: input data not consumed completely");
        return {};
    }

    const std::string_view text = ngx::view(callback, end);
    if (!is_callback(text)) {
        ngx_str_t shown = ngx::str(text);
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "xss: bad callback argument: \"%V\"",
                      &shown);
        return {};
    }
    return text;
}

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    auto& conf =
        *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_xss_filter_module));
    const std::string_view callback = find_callback(r, conf);
    if (callback.empty()) {
        return next_header_filter(r);
    }

    r->headers_out.content_type = conf.output_type;
    r->headers_out.content_type_len = conf.output_type.len;
    r->headers_out.content_type_lowcase = nullptr;
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    if (conf.override_status && r->headers_out.status >= NGX_HTTP_SPECIAL_RESPONSE) {
        r->headers_out.status = NGX_HTTP_OK;
    }

    const ngx_int_t rc = next_header_filter(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    auto* ctx = ngx::make<Context>(r->pool);
    ngx_chain_t* out = ngx::text_link(r->pool, "(");
    out = out == nullptr ? nullptr : ngx::text_link(r->pool, callback, out);
    if (ctx == nullptr || out == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_xss_filter_module);
    return next_body_filter(r, out);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_xss_filter_module));
    ngx_chain_t* last = ctx == nullptr || ctx->is_closed ? nullptr : ngx::find_last(in);

    if (last != nullptr) {
        ctx->is_closed = true;
        ngx_chain_t* end = ngx::text_link(r->pool, ");");
        if (end == nullptr) {
            return NGX_ERROR;
        }
        ngx::append_to_body(last, end);
    }
    return next_body_filter(r, in);
}

void install_filter() {
    ngx::add_filters(header_filter, next_header_filter, body_filter, next_body_filter);
}

constexpr ngx_uint_t kWhere =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

ngx_command_t directives[] = {
    ngx::custom<ngx::set_using_flag<ngx_http_xss_filter_module, &LocConf::get>>(
        "xss_get", kWhere | NGX_CONF_FLAG, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::string<&LocConf::callback_arg>("xss_callback_arg", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    {ngx_string("xss_input_types"), kWhere | NGX_CONF_1MORE, ngx_http_types_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocConf, input_types_keys), default_types},
    ngx::string<&LocConf::output_type>("xss_output_type", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::flag<&LocConf::check_status>("xss_check_status", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::flag<&LocConf::override_status>("xss_override_status", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->get = conf->check_status = conf->override_status = ngx::unset<ngx_flag_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.get, prev.get, 0);
    ngx::merge(conf.check_status, prev.check_status, 1);
    ngx::merge(conf.override_status, prev.override_status, 1);
    ngx::merge(conf.callback_arg, prev.callback_arg, std::string_view{});
    ngx::merge(conf.output_type, prev.output_type, "application/x-javascript");
    return ngx_http_merge_types(cf, &conf.input_types_keys, &conf.input_types,
                                &prev.input_types_keys, &prev.input_types, default_types);
}

ngx_http_module_t context = {
    .postconfiguration = ngx::install_if_used<ngx_http_xss_filter_module, install_filter>,
    .create_main_conf = ngx::create_usage,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace xss

extern "C" {
ngx_module_t ngx_http_xss_filter_module = ngx::http_module(xss::context, xss::directives);
}
