// The module: configuration and directives.
#include "ngx/conf.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "postgres.hpp"

namespace postgres {

constexpr ngx::client::Names kNames = {
    .module = "postgres",
    .server = "\"postgres_server\"",
    .bare_prefix = "postgres: ",
    .empty_query = "postgres: empty query in \"postgres_query\" directive",
    .duplicate_method = "postgres: method \"%V\" is duplicate in \"postgres_query\" directive",
    .invalid_method = "postgres: invalid method \"%V\" in \"postgres_query\" directive",
    .default_port = 5432,
    .set_parameter = nullptr,
};

namespace {

using ngx::client::Servers;

struct FormatName {
    std::string_view name;
    Format format;
};

constexpr FormatName kFormats[] = {
    {"rds", Format::rds},     {"text", Format::text},
    {"value", Format::value}, {"binary_value", Format::binary_value},
    {"none", Format::none},
};

char* set_output(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const ngx_str_t& name = ngx::arguments(cf)[1];
    if (conf.format != ngx::unset<ngx_uint_t>) {
        return ngx::conf_message("is duplicate");
    }
    const auto known = std::ranges::find(kFormats, ngx::view(name), &FormatName::name);
    if (known == std::end(kFormats)) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "postgres: invalid output format \"%V\" in \"postgres_output\" directive", &name);
        return ngx::conf_failed();
    }
    conf.format = static_cast<ngx_uint_t>(known->format);
    return NGX_CONF_OK;
}

char* set_query(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    return ngx::client::add_query(cf, static_cast<LocConf*>(data)->queries, kNames);
}

char* set_pass(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept {
    if (ngx::arguments(cf)[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "postgres: empty upstream in \"postgres_pass\" directive");
        return ngx::conf_failed();
    }
    return ngx::http::set_upstream_pass<LocConf, pass_handler>(cf, cmd, data);
}

constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;
constexpr ngx_uint_t kNoIf = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;
constexpr ngx_uint_t kWhere = kNoIf | NGX_HTTP_LIF_CONF;
constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;

ngx_command_t directives[] = {
    ngx::custom<ngx::client::add_server<ngx_postgres_module, kNames>>(
        "postgres_server", NGX_HTTP_UPS_CONF | NGX_CONF_1MORE, NGX_HTTP_SRV_CONF_OFFSET),
    ngx::custom<ngx::client::set_keepalive<kNames>>(
        "postgres_keepalive", NGX_HTTP_UPS_CONF | NGX_CONF_1MORE, NGX_HTTP_SRV_CONF_OFFSET),
    ngx::custom<set_pass>("postgres_pass", kLocation | NGX_CONF_TAKE1, kLevel),
    ngx::custom<set_query>("postgres_query", kWhere | NGX_CONF_1MORE, kLevel),
    ngx::custom<add_rewrite>("postgres_rewrite", kWhere | NGX_CONF_2MORE, kLevel),
    ngx::custom<set_output>("postgres_output", kWhere | NGX_CONF_TAKE1, kLevel),
    ngx::custom<add_assignment>("postgres_set", kNoIf | NGX_CONF_TAKE3 | NGX_CONF_TAKE4, kLevel),
    ngx::custom<set_escape>("postgres_escape", kNoIf | NGX_CONF_TAKE12, kLevel),
    ngx::msec<&LocConf::connect_limit>("postgres_connect_timeout", kNoIf, kLevel),
    ngx::msec<&LocConf::result_limit>("postgres_result_timeout", kNoIf, kLevel),
    ngx::end_of_commands,
};

void* create_srv_conf(ngx_conf_t* cf) noexcept {
    auto* servers = ngx::make<Servers>(cf->pool);
    if (servers != nullptr) {
        servers->settings.max = 10;
        servers->settings.mode = ngx::client::Mode::single;
    }
    return servers;
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->connect_limit = conf->result_limit = ngx::unset<ngx_msec_t>;
        conf->format = ngx::unset<ngx_uint_t>;
        conf->rewrites = conf->assignments = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.connect_limit, prev.connect_limit, 10'000);
    ngx::merge(conf.result_limit, prev.result_limit, 30'000);
    ngx::merge(conf.format, prev.format, static_cast<ngx_uint_t>(Format::rds));
    ngx::merge(conf.rewrites, prev.rewrites);
    ngx::merge(conf.assignments, prev.assignments);
    return ngx::client::merge_query_conf<ngx_postgres_module>(
        cf, conf, prev, "postgres: no \"postgres_server\" defined in upstream \"%V\" in %s:%ui");
}

ngx_http_module_t context = {
    .preconfiguration = add_variables,
    .create_srv_conf = create_srv_conf,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace postgres

extern "C" {
ngx_module_t ngx_postgres_module = ngx::http_module(postgres::context, postgres::directives);
}
