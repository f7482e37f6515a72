// The module: configuration and directives.
#include "redis2.hpp"

#include "ngx/module.hpp"
#include "ngx/pool.hpp"

namespace redis2 {

namespace {

constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;
constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

char* add_query(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    ngx_array_t*& queries = static_cast<LocConf*>(data)->queries;
    if (queries == nullptr) {
        queries = ngx_array_create(cf->pool, 1, sizeof(Query));
    }
    auto* query = queries == nullptr ? nullptr : static_cast<Query*>(ngx_array_push(queries));
    if (query == nullptr) {
        return ngx::conf_failed();
    }

    const std::span<ngx_str_t> texts = ngx::arguments(cf).subspan(1);
    query->args = ngx::make_array<ngx_http_complex_value_t>(cf->pool, texts.size());
    if (query->args.empty()) {
        return ngx::conf_failed();
    }
    for (size_t i = 0; i < texts.size(); i++) {
        if (!ngx::compile(cf, texts[i], query->args[i])) {
            return ngx::conf_failed();
        }
    }
    return NGX_CONF_OK;
}

char* set_raw_query(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    if (conf.raw != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    conf.raw = ngx::compile(cf, ngx::arguments(cf)[1]);
    return conf.raw == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

char* set_raw_queries(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    if (conf.literal.data != nullptr) {
        return ngx::conf_message("conflicts with redis2_literal_raw_query");
    }
    if (conf.raw != nullptr) {
        return ngx::conf_message(conf.count != nullptr ? "is duplicate"
                                                       : "conflicts with redis2_raw_query");
    }
    conf.count = ngx::compile(cf, ngx::arguments(cf)[1]);
    conf.raw = ngx::compile(cf, ngx::arguments(cf)[2]);
    return conf.count == nullptr || conf.raw == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

ngx_conf_bitmask_t next_upstream[] = {
    {ngx_string("error"), NGX_HTTP_UPSTREAM_FT_ERROR},
    {ngx_string("timeout"), NGX_HTTP_UPSTREAM_FT_TIMEOUT},
    {ngx_string("invalid_response"), NGX_HTTP_UPSTREAM_FT_INVALID_HEADER},
    {ngx_string("off"), NGX_HTTP_UPSTREAM_FT_OFF},
    {ngx_null_string, 0},
};

auto directives = ngx::http::upstream_commands<"redis2", LocConf>(
    next_upstream,
    ngx::custom<ngx::http::set_upstream_pass<LocConf, content_handler>>(
        "redis2_pass", kLocation | NGX_CONF_TAKE1, kLevel),
    ngx::custom<add_query>("redis2_query", kLocation | NGX_CONF_1MORE, kLevel),
    ngx::custom<set_raw_query>("redis2_raw_query", kLocation | NGX_CONF_TAKE1, kLevel),
    ngx::custom<set_raw_queries>("redis2_raw_queries", kLocation | NGX_CONF_TAKE2, kLevel),
    ngx::string<&LocConf::literal>("redis2_literal_raw_query", kLocation, kLevel),
    ngx::http::upstream_bind<LocConf>("redis2_bind"));

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        ngx::http::init_upstream_conf(*conf);
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::http::merge_upstream_conf(conf, prev);
    if (!has_queries(conf)) {
        conf.queries = prev.queries;
        conf.literal = prev.literal;
        conf.raw = prev.raw;
        conf.count = prev.count;
    }
    return NGX_CONF_OK;
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

} // namespace redis2

extern "C" {
ngx_module_t ngx_http_redis2_module =
    ngx::http_module(redis2::module_context, redis2::directives.data());
}
