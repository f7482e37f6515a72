// The C interface for other nginx modules, where it is the http binding's: api/ngx_http_lua_api.h.
#include "api/ngx_http_lua_api.h"

#include "lua_http/foreign_task.hpp"
#include "lua_http/http_host.hpp"
#include "lua_shdict/foreign_zone.hpp"
#include "ngx/export.hpp"

#include <new>

namespace lua::http {

// --- waiting for another module's event ---

void ForeignTask::wait(ngx_http_cleanup_pt cleanup, void* data) noexcept {
    cleanup_ = cleanup;
    data_ = data;
    if (!pending()) {
        begin(*of_);
    }
}

bool ForeignTask::resume(int nresults) noexcept {
    if (!pending()) {
        return false;
    }
    cleanup_ = nullptr;
    complete(nresults);
    return true;
}

void ForeignTask::clean_up() noexcept {
    ngx_http_cleanup_pt cleanup = cleanup_;
    cleanup_ = nullptr;
    if (cleanup != nullptr) {
        cleanup(this);
    }
}

namespace {

MainConf& conf_of(ngx_conf_t* cf) {
    return *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_lua_module));
}

ForeignTask& task_of(ngx_http_lua_co_ctx_t* handle) {
    return *static_cast<ForeignTask*>(static_cast<void*>(handle));
}

ngx_http_lua_co_ctx_t* handle_of(ForeignTask* task) {
    return static_cast<ngx_http_lua_co_ctx_t*>(static_cast<void*>(task));
}

} // namespace
} // namespace lua::http

using namespace lua::http;

NGX_LUA_FFI lua_State* ngx_http_lua_get_global_state(ngx_conf_t* cf) {
    lua::Vm* vm = conf_of(cf).vm;
    return vm == nullptr ? nullptr : vm->state();
}

NGX_LUA_FFI ngx_int_t ngx_http_lua_add_package_preload(ngx_conf_t* cf, const char* package,
                                                       lua_CFunction func) {
    conf_of(cf).add_preload(package, func);
    return NGX_OK;
}

NGX_LUA_FFI ngx_shm_zone_t* ngx_http_lua_shared_memory_add(ngx_conf_t* cf, ngx_str_t* name,
                                                           size_t size, void* tag) {
    return lua::shdict::add_foreign_zone(cf, name, size, tag, *conf_of(cf).zones);
}

NGX_LUA_FFI ngx_http_request_t* ngx_http_lua_get_request(lua_State* L) {
    const lua::Host* host = lua::current().host;
    bool serves = host != nullptr && lua::kRequestPhases.has(host->phase);
    return serves ? static_cast<ngx_http_request_t*>(lua_getexdata(L)) : nullptr;
}

NGX_LUA_FFI ngx_int_t ngx_http_lua_get_lua_http10_buffering(ngx_http_request_t* r) {
    return loc_conf(r).http10_buffering;
}

NGX_LUA_FFI ngx_http_lua_co_ctx_t* ngx_http_lua_get_cur_co_ctx(ngx_http_request_t* r) {
    lua::Task* task = lua::current().task;
    HttpHost* host = HttpHost::of(r);
    if (task == nullptr || host == nullptr || &task->run->host() != host) {
        return nullptr;
    }
    if (host->foreign_task == nullptr || !host->foreign_task->is_of(*task)) {
        void* memory = ngx_palloc(r->pool, sizeof(ForeignTask));
        if (memory == nullptr) {
            return nullptr;
        }
        host->foreign_task = new (memory) ForeignTask(*task);
    }
    return handle_of(host->foreign_task);
}

NGX_LUA_FFI void ngx_http_lua_set_cur_co_ctx(ngx_http_request_t*, ngx_http_lua_co_ctx_t*) {}

NGX_LUA_FFI lua_State* ngx_http_lua_get_co_ctx_vm(ngx_http_lua_co_ctx_t* coctx) {
    return task_of(coctx).state();
}

NGX_LUA_FFI void* ngx_http_lua_get_co_ctx_data(ngx_http_lua_co_ctx_t* coctx) {
    return task_of(coctx).data();
}

NGX_LUA_FFI void ngx_http_lua_set_co_ctx_cleanup(ngx_http_lua_co_ctx_t* coctx,
                                                 ngx_http_cleanup_pt cleanup, void* data) {
    task_of(coctx).wait(cleanup, data);
}

NGX_LUA_FFI void ngx_http_lua_cleanup_co_ctx_pending_operation(ngx_http_lua_co_ctx_t* coctx) {
    task_of(coctx).clean_up();
}

NGX_LUA_FFI ngx_int_t ngx_http_lua_co_ctx_resume_helper(ngx_http_lua_co_ctx_t* coctx, int nrets) {
    return task_of(coctx).resume(nrets) ? NGX_OK : NGX_ERROR;
}
