// The module: one main configuration, one directive.
#include "ndk.h"

#include "ngx/conf.hpp"
#include "ngx/http.hpp"
#include "upstream_list.hpp"

namespace {

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx_pcalloc(cf->pool, sizeof(ndk_http_main_conf_t));
}

ngx_command_t commands[] = {
    ngx::custom<ndk_upstream_list>("upstream_list",
                                   NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_CONF_2MORE,
                                   NGX_HTTP_MAIN_CONF_OFFSET),
    ngx::end_of_commands,
};

ngx_http_module_t context = {
    nullptr, // preconfiguration
    nullptr, // postconfiguration
    create_main_conf,
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    nullptr, // create location conf
    nullptr, // merge location conf
};

} // namespace

ngx_module_t ndk_http_module = {
    NGX_MODULE_V1,
    &context,
    commands,
    NGX_HTTP_MODULE,
    nullptr, // init master
    nullptr, // init module
    nullptr, // init process
    nullptr, // init thread
    nullptr, // exit thread
    nullptr, // exit process
    nullptr, // exit master
    NGX_MODULE_V1_PADDING,
};
