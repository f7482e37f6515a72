// Reading the request body for Lua code.
#pragma once

#include "lua_engine/phase.hpp"
#include "ngx/nginx.hpp"

namespace lua::http {

class HttpHost;

// lua_need_request_body: reads the body before the first handler runs. NGX_OK: it is there.
// NGX_DONE: the phase (or content handler) is called again once it is. Else how to finalise the
// request.
[[nodiscard]] ngx_int_t read_body_before(HttpHost& host, Phase phase) noexcept;

} // namespace lua::http
