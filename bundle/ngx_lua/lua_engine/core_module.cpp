// The engine as an nginx CORE module. The bindings are modules of their own that use it; what lies
// here belongs to no subsystem.
#include "lua_process/process_table.hpp"
#include "lua_process/reaper.hpp"
#include "lua_process/thread_vm.hpp"
#include "ngx/nginx.hpp"

namespace {

ngx_int_t init_module(ngx_cycle_t* cycle) noexcept {
    return lua::process::ProcessTable::create(cycle);
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
    lua::process::ProcessTable::enter();
    lua::pipe::take_over_sigchld(cycle);
    return NGX_OK;
}

void exit_process(ngx_cycle_t*) noexcept {
    lua::process::close_thread_vms();
}

} // namespace

extern "C" {

extern ngx_module_t ngx_lua_core_module;

static ngx_core_module_t ngx_lua_core_module_ctx = {ngx_string("lua_core"), nullptr, nullptr};

ngx_module_t ngx_lua_core_module = {
    NGX_MODULE_V1,
    &ngx_lua_core_module_ctx, // module context
    nullptr,                  // module directives
    NGX_CORE_MODULE,          // module type
    nullptr,                  // init master
    init_module,              // init module
    init_process,             // init process
    nullptr,                  // init thread
    nullptr,                  // exit thread
    exit_process,             // exit process
    nullptr,                  // exit master
    NGX_MODULE_V1_PADDING,
};
}
