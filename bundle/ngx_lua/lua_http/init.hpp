// Creation of VMs and the handlers of the process: init_by_lua*, init_worker_by_lua*,
// exit_worker_by_lua*.
#pragma once

#include "lua_http/conf.hpp"

namespace lua::http {

class HttpHost;

// Creates the VM of all requests and runs init_by_lua* in it. NGX_ERROR after logging why.
[[nodiscard]] ngx_int_t create_shared_vm(MainConf& main, ngx_log_t* log) noexcept;

// A VM for one request (lua_code_cache off); null after logging why.
[[nodiscard]] Vm* create_request_vm(MainConf& main, ngx_log_t* log) noexcept;

// Keeps the table at index as a request's ngx.ctx; returns its reference. May raise.
[[nodiscard]] int keep_ctx_table(lua_State* L, int index);

// Gives back the request's ngx.ctx table.
void release_ctx_table(HttpHost& host) noexcept;

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept;
void exit_process(ngx_cycle_t* cycle) noexcept;

} // namespace lua::http
