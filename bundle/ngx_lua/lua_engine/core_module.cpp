// The engine as an nginx CORE module. The bindings are modules of their own that use it; what lies
// here belongs to no subsystem.
#include "ngx/nginx.hpp"

extern "C" {

extern ngx_module_t ngx_lua_core_module;

static ngx_core_module_t ngx_lua_core_module_ctx = {ngx_string("lua_core"), nullptr, nullptr};

ngx_module_t ngx_lua_core_module = {
    NGX_MODULE_V1,
    &ngx_lua_core_module_ctx, // module context
    nullptr,                  // module directives
    NGX_CORE_MODULE,          // module type
    nullptr,                  // init master
    nullptr,                  // init module
    nullptr,                  // init process
    nullptr,                  // init thread
    nullptr,                  // exit thread
    nullptr,                  // exit process
    nullptr,                  // exit master
    NGX_MODULE_V1_PADDING,
};
}
