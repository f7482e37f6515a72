// The module: configuration and directives.
#include "ngx/conf.hpp"
#include "drizzle.hpp"
#include "ngx/module.hpp"
#include "ngx/variables.hpp"

namespace drizzle {

namespace {

using ngx::client::Server;
using ngx::client::Servers;

// "set names" is sent by itself, so the charset must not end the literal.
ngx_int_t set_charset(ngx_conf_t* cf, Server& server, ngx_str_t value) {
    if (ngx::view(value).find('\'') != std::string_view::npos) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "bad charste value \"%V\" in drizzle_server",
                           &value);
        return NGX_ERROR;
    }
    if (value.len == 0) {
        return NGX_OK;
    }
    auto* text = static_cast<u_char*>(ngx_pnalloc(cf->pool, value.len + sizeof("set names ''")));
    if (text == nullptr) {
        return NGX_ERROR;
    }
    server.charset = ngx::str(ngx::view(text, ngx_sprintf(text, "set names '%V'", &value)));
    return NGX_OK;
}

// All servers speak MySQL's protocol; of other words only those of impossible length are refused.
ngx_int_t check_protocol(ngx_conf_t* cf, ngx_str_t value) {
    if (value.len == 5 || value.len == 7) {
        return NGX_OK;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "drizzle: invalid protocol \"%V\" in drizzle_server",
                       &value);
    return NGX_ERROR;
}

ngx_int_t set_parameter(ngx_conf_t* cf, Server& server, std::string_view name, ngx_str_t value) {
    if (name == "charset") {
        return set_charset(cf, server, value);
    }
    return name == "protocol" ? check_protocol(cf, value) : NGX_DECLINED;
}

} // namespace

constexpr ngx::client::Names kNames = {
    .module = "drizzle",
    .server = "drizzle_server",
    .bare_prefix = "",
    .empty_query = "drizzle: empty value in \"drizzle_query\" directive",
    .duplicate_method = "drizzle: \"drizzle_query\" directive for method \"%V\" is duplicate",
    .invalid_method = "drizzle: invalid method \"%V\"",
    .default_port = 3306,
    .set_parameter = set_parameter,
};

namespace {

bool fits(ngx_conf_t* cf, const Servers& servers, const char* name, const ngx_str_t& value,
          size_t limit) {
    if (value.len <= limit) {
        return true;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "drizzle: \"%s\" value too large in upstream \"%V\" (at most %uz bytes)",
                       name, &servers.upstream->host, limit);
    return false;
}

// drizzle_server host[:port] [parameter ...]
char* add_server(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept {
    char* rc = ngx::client::add_server<ngx_http_drizzle_module, kNames>(cf, cmd, data);
    if (rc != NGX_CONF_OK) {
        return rc;
    }
    const auto& servers = *static_cast<Servers*>(data);
    const Server& server = servers.list().back();
    return fits(cf, servers, "dbname", server.dbname, kMaxName) &&
                   fits(cf, servers, "user", server.user, kMaxName) &&
                   fits(cf, servers, "password", server.password, kMaxPassword)
               ? NGX_CONF_OK
               : ngx::conf_failed();
}

char* set_query(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    return ngx::client::add_query(cf, static_cast<LocConf*>(data)->queries, kNames);
}

char* set_dbname(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    if (conf.dbname != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    conf.dbname = ngx::compile(cf, ngx::arguments(cf)[1]);
    return conf.dbname == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

ngx_int_t get_thread_id(ngx_http_request_t*, ngx_http_variable_value_t* v, uintptr_t) noexcept {
    return ngx::set_value(v, "");
}

// $drizzle_thread_id is there as soon as there is a drizzle_pass.
bool add_thread_id(ngx_conf_t* cf) {
    auto& main =
        *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_drizzle_module));
    if (main.thread_id != NGX_CONF_UNSET) {
        return true;
    }
    const ngx::Variable variable[] = {
        {"drizzle_thread_id", get_thread_id, NGX_HTTP_VAR_CHANGEABLE}};
    ngx_str_t name = ngx_string("drizzle_thread_id");
    if (ngx::add_variables(cf, variable) != NGX_OK) {
        return false;
    }
    main.thread_id = ngx_http_get_variable_index(cf, &name);
    return main.thread_id != NGX_ERROR;
}

char* set_pass(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept {
    return add_thread_id(cf) ? ngx::http::set_upstream_pass<LocConf, pass_handler>(cf, cmd, data)
                             : ngx::conf_failed();
}

char* set_status(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    clcf->handler = status_handler;
    return NGX_CONF_OK;
}

constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;
constexpr ngx_uint_t kWhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | kLocation;
constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;

ngx_command_t directives[] = {
    ngx::custom<add_server>("drizzle_server", NGX_HTTP_UPS_CONF | NGX_CONF_1MORE,
                            NGX_HTTP_SRV_CONF_OFFSET),
    ngx::custom<ngx::client::set_keepalive<kNames>>(
        "drizzle_keepalive", NGX_HTTP_UPS_CONF | NGX_CONF_1MORE, NGX_HTTP_SRV_CONF_OFFSET),
    ngx::custom<set_query>("drizzle_query", kWhere | NGX_CONF_1MORE, kLevel),
    ngx::custom<set_dbname>("drizzle_dbname", kWhere | NGX_CONF_TAKE1, kLevel),
    ngx::custom<set_pass>("drizzle_pass", kLocation | NGX_CONF_TAKE1, kLevel),
    ngx::msec<&LocConf::connect_limit>("drizzle_connect_timeout", kWhere, kLevel),
    ngx::msec<&LocConf::query_limit>("drizzle_send_query_timeout", kWhere, kLevel),
    ngx::msec<&LocConf::columns_limit>("drizzle_recv_cols_timeout", kWhere, kLevel),
    ngx::msec<&LocConf::rows_limit>("drizzle_recv_rows_timeout", kWhere, kLevel),
    ngx::size<&LocConf::body_buffer_size>("drizzle_buffer_size", kWhere, kLevel),
    ngx::flag<&LocConf::module_header>("drizzle_module_header", kWhere, kLevel),
    ngx::custom<set_status>("drizzle_status", kLocation | NGX_CONF_NOARGS, kLevel),
    ngx::end_of_commands,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool, MainConf{.thread_id = NGX_CONF_UNSET});
}

void* create_srv_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<Servers>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->connect_limit = conf->query_limit = conf->columns_limit = conf->rows_limit =
            ngx::unset<ngx_msec_t>;
        conf->body_buffer_size = ngx::unset<size_t>;
        conf->module_header = ngx::unset<ngx_flag_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.connect_limit, prev.connect_limit, 60'000);
    ngx::merge(conf.query_limit, prev.query_limit, 60'000);
    ngx::merge(conf.columns_limit, prev.columns_limit, 60'000);
    ngx::merge(conf.rows_limit, prev.rows_limit, 60'000);
    ngx::merge(conf.body_buffer_size, prev.body_buffer_size, ngx_pagesize);
    ngx::merge(conf.module_header, prev.module_header, 1);
    ngx::merge(conf.dbname, prev.dbname);
    return ngx::client::merge_query_conf<ngx_http_drizzle_module>(
        cf, conf, prev, "drizzle: no drizzle_server defined in upstream \"%V\" in %s:%ui");
}

ngx_http_module_t context = {
    .create_main_conf = create_main_conf,
    .create_srv_conf = create_srv_conf,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace drizzle

extern "C" {
ngx_module_t ngx_http_drizzle_module = ngx::http_module(drizzle::context, drizzle::directives);
}
