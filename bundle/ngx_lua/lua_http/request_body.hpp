// Reading the request body for Lua code.
#pragma once

#include "lua_engine/phase.hpp"
#include "ngx/http.hpp"

namespace lua {
class Wait;
}

namespace lua::http {

class HttpHost;

// Part of the request's host.
struct RequestBody {
    Wait* wait = nullptr;     // of ngx.req.read_body
    off_t new_length = 0;     // what ngx.req.init_body .. finish_body have so far
    bool being_built = false; // between the two
    bool comes_first = false; // nginx reads the body before the handler runs
    bool delayed = false;     // and will come back from the event loop
};

// lua_need_request_body: reads the body before the first handler runs. NGX_OK: it is there.
// NGX_DONE: the phase (or content handler) is called again once it is. Else how to finalise the
// request.
[[nodiscard]] ngx_int_t read_body_before(HttpHost& host, Phase phase) noexcept;

// Asks nginx for the body in one buffer, or in a temporary file that goes with the request.
void prepare_body(ngx_http_request_t* r) noexcept;

// Appends to the temporary file of a body that Lua code builds, making it if need be: buf, or what
// request_body->buf holds, which is empty then. False after an error that nginx has logged.
[[nodiscard]] bool write_body(ngx_http_request_t* r, ngx_buf_t& buf) noexcept;
[[nodiscard]] bool spill_body(ngx_http_request_t* r) noexcept;

// Closes the body's temporary file, and deletes it if it is to go with the request.
void drop_temp_file(ngx_http_request_t* r) noexcept;

// The pool's cleanup that closes this file; null if there is none.
[[nodiscard]] ngx_pool_cleanup_t* find_file_cleanup(ngx_pool_t* pool, ngx_fd_t fd) noexcept;

} // namespace lua::http
