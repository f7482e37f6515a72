// The native side of ngx.errlog: captures the lines that go to the error log
// (lua_capture_error_log) and writes lines without ngx.log's prefix.
//
// Captured lines lie in memory of the configuration that asked for them, so each process has its
// own copy and a reload begins with an empty one. nginx hands each line over through a hook in its
// cycle, which a stock nginx core does not have: there, the directive is refused.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace lua::errlog {

// Setter of lua_capture_error_log <size>; needs nothing of conf.
char* directive(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;

// Logs message as it is. NGX_ERROR when there is no such level.
int raw_log(ngx_log_t* log, int level, std::string_view message) noexcept;

// The error_log level of log, as one of ngx.STDERR ... ngx.DEBUG.
int filter_level(const ngx_log_t* log) noexcept;

} // namespace lua::errlog
