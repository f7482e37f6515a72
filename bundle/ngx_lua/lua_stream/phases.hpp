// The phases of a stream session in which Lua code runs.
#pragma once

#include "ngx/stream.hpp"

namespace lua::stream {

ngx_int_t on_preread(ngx_stream_session_t* s) noexcept;
void on_content(ngx_stream_session_t* s) noexcept;
ngx_int_t on_log(ngx_stream_session_t* s) noexcept;

// Makes on_content the content handler of the server being configured.
void install_content_handler(ngx_conf_t* cf) noexcept;

} // namespace lua::stream
