// The module: configuration and directives.
#include "redis.hpp"

#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "ngx/variables.hpp"

namespace redis {

namespace {

using ngx::http::kAnyLevel;

constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;
constexpr in_port_t kDefaultPort = 6379;

bool add_variables(ngx_conf_t* cf, MainConf& conf) {
    if (conf.has_variables) {
        return true;
    }
    conf.has_variables = true;

    conf.key = ngx::add_changeable(cf, "redis_key");
    conf.db = ngx::add_changeable(cf, "redis_db");
    conf.auth = ngx::add_changeable(cf, "redis_auth");
    return conf.key != NGX_ERROR && conf.db != NGX_ERROR && conf.auth != NGX_ERROR;
}

char* set_pass(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_redis_module));
    return add_variables(cf, *main)
               ? ngx::http::set_upstream_pass<LocConf, content_handler, kDefaultPort>(cf, cmd, conf)
               : ngx::conf_failed();
}

using Upstream = ngx_http_upstream_conf_t;

auto directives = ngx::http::upstream_commands<"redis", LocConf>(
    ngx::http::next_upstream_or_not_found,
    ngx::custom<set_pass>("redis_pass", NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF | NGX_CONF_TAKE1,
                          kLevel),
    ngx::http::upstream_bind<LocConf>("redis_bind"),
    ngx::flag<&Upstream::socket_keepalive, LocConf>("redis_socket_keepalive", kAnyLevel, kLevel),
    ngx::count<&Upstream::next_upstream_tries, LocConf>("redis_next_upstream_tries", kAnyLevel,
                                                        kLevel),
    ngx::msec<&Upstream::next_upstream_timeout, LocConf>("redis_next_upstream_timeout", kAnyLevel,
                                                         kLevel),
    ngx::number<&LocConf::gzip_flag>("redis_gzip_flag", kAnyLevel, kLevel));

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        ngx::http::init_upstream_conf(*conf);
        conf->gzip_flag = ngx::unset<ngx_int_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::http::merge_upstream_conf(conf, prev);
    ngx::merge(conf.gzip_flag, prev.gzip_flag, 0);
    return NGX_CONF_OK;
}

ngx_http_module_t module_context = {
    nullptr, // preconfiguration
    nullptr, // postconfiguration
    create_main_conf,
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    create_loc_conf,  merge_loc_conf,
};

} // namespace

} // namespace redis

extern "C" {
ngx_module_t ngx_http_redis_module =
    ngx::http_module(redis::module_context, redis::directives.data());
}
