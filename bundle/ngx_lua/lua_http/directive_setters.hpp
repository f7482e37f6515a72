// Setters of the plain directives that do more than store a value.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

char* set_load_resty_core(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_balancer_keepalive(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua_block(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua_file(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;

// Family::compile_path of request handlers.
bool compile_path(ngx_conf_t* cf, ngx_str_t& path, void*& value) noexcept;

} // namespace lua::http
