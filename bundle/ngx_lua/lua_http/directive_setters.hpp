// Setters of the plain directives that do more than store a value.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

char* set_load_resty_core(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_package_path(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_package_cpath(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_capture_error_log(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_shared_dict(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_balancer_keepalive(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua_block(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;
char* set_by_lua_file(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;

extern ngx_conf_post_t check_send_lowat;

#if (NGX_HTTP_SSL)
extern ngx_conf_bitmask_t ssl_protocols[];
#endif

} // namespace lua::http
