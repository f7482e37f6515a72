// The module: configuration and directives.
#include "memc.hpp"

#include "ngx/module.hpp"
#include "ngx/pool.hpp"

namespace memc {

namespace {

using ngx::http::kAnyLevel;

constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;
constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

char* set_pass(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_memc_module));
    return add_variables(cf, *main)
               ? ngx::http::set_upstream_pass<LocConf, content_handler>(cf, cmd, conf)
               : ngx::conf_failed();
}

char* set_commands_allowed(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    ngx_uint_t& allowed = static_cast<LocConf*>(conf)->commands_allowed;
    if (allowed != 0) {
        return ngx::conf_message("is duplicate");
    }

    for (ngx_str_t& arg : ngx::arguments(cf).subspan(1)) {
        const std::optional<Command> command = find_command(ngx::view(arg));
        if (!command) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "Unknown memcached command \"%V\" used in \"memc_cmds_allowed\"",
                               &arg);
            return ngx::conf_failed();
        }
        allowed |= bit(*command);
    }
    return NGX_CONF_OK;
}

// Directives of the time before `upstream` blocks: `post` is what to use in their place.
char* refuse(ngx_conf_t* cf, ngx_command_t* cmd, void*) noexcept {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is not supported, use the \"%s\" parameter of the \"server\" "
                       "directive inside the \"upstream\" block",
                       &cmd->name, static_cast<const char*>(cmd->post));
    return ngx::conf_failed();
}

char max_fails[] = "max_fails";
char fail_timeout[] = "fail_timeout";

auto directives = ngx::http::upstream_commands<"memc", LocConf>(
    ngx::http::next_upstream_or_not_found,
    ngx::custom<set_pass>("memc_pass", kLocation | NGX_CONF_TAKE1, kLevel),
    ngx::custom<set_commands_allowed>("memc_cmds_allowed",
                                      kAnyLevel | NGX_HTTP_LIF_CONF | NGX_CONF_1MORE, kLevel),
    ngx::flag<&LocConf::flags_to_last_modified>("memc_flags_to_last_modified", kLocation, kLevel),
    ngx::flag<&ngx_http_upstream_conf_t::ignore_client_abort, LocConf>("memc_ignore_client_abort",
                                                                       kLocation, kLevel),
    ngx::custom<refuse>("memc_upstream_max_fails", kAnyLevel | NGX_CONF_TAKE1, kLevel, max_fails),
    ngx::custom<refuse>("memc_upstream_fail_timeout", kAnyLevel | NGX_CONF_TAKE1, kLevel,
                        fail_timeout));

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        ngx::http::init_upstream_conf(*conf);
        conf->flags_to_last_modified = ngx::unset<ngx_flag_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::http::merge_upstream_conf(conf, prev);
    ngx::merge(conf.flags_to_last_modified, prev.flags_to_last_modified, 0);
    if (conf.commands_allowed == 0) {
        conf.commands_allowed = prev.commands_allowed;
    }
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

} // namespace memc

extern "C" {
ngx_module_t ngx_http_memc_module = ngx::http_module(memc::module_context, memc::directives.data());
}
