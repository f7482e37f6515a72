// ngx_stream_echo_module as an nginx module.
#include "stream_echo.hpp"

extern "C" {

static ngx_stream_module_t ngx_stream_echo_module_ctx = {
    nullptr,                            // preconfiguration
    nullptr,                            // postconfiguration
    nullptr,                            // create main configuration
    nullptr,                            // init main configuration
    ngx::stream_echo::create_serv_conf, // create server configuration
    ngx::stream_echo::merge_serv_conf,  // merge server configuration
};

ngx_module_t ngx_stream_echo_module = {
    NGX_MODULE_V1,
    &ngx_stream_echo_module_ctx, // module context
    ngx::stream_echo::commands,  // module directives
    NGX_STREAM_MODULE,           // module type
    nullptr,                     // init master
    nullptr,                     // init module
    nullptr,                     // init process
    nullptr,                     // init thread
    nullptr,                     // exit thread
    nullptr,                     // exit process
    nullptr,                     // exit master
    NGX_MODULE_V1_PADDING,
};
}
