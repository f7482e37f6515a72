// ngx.location.capture: subrequests whose responses are collected in memory for Lua code.
//
// A captured subrequest is a background subrequest of nginx: it takes no part in the order of the
// main response's output. Two filters in front of nginx's own keep its header from going out and
// collect its body. A Capture belongs to the parent request's pool; the waiting task holds one
// CaptureWait for all subrequests of a call and goes on when the last of them has ended.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_glue/lua.hpp"
#include "ngx/http.hpp"

#include <string_view>

namespace lua::http {

class HttpHost;

// What one subrequest is made from. Everything lies in the parent's pool.
struct SubrequestSpec {
    struct Pair {
        ngx_str_t name;
        ngx_str_t value;
    };

    enum class Variables : uint8_t { fresh, copied, shared };

    ngx_str_t uri = {};
    ngx_str_t args = {};
    ngx_str_t body = {};
    ngx_array_t* variables = nullptr; // of Pair
    ngx_array_t* headers = nullptr;   // of Pair
    ngx_uint_t method = NGX_HTTP_GET;
    int ctx_ref = LUA_NOREF; // the table that becomes its ngx.ctx
    Variables share = Variables::fresh;
    bool has_body = false;
    bool always_forward_body = false;
};

class CaptureWait;

// One subrequest under way, and its response.
struct Capture {
    CaptureWait* wait = nullptr; // null once the waiting task is gone
    ngx_http_request_t* request = nullptr;
    ngx_chain_t* body = nullptr;
    ngx_chain_t** body_end = &body;
    size_t body_size = 0;
    ngx_uint_t status = 0;
    bool seen_end = false;
    bool done = false;
};

class CaptureWait final : public Wait {
public:
    CaptureWait(HttpHost& host, Capture* captures, unsigned n) noexcept
        : host_(host), captures_(captures), n_(n), pending_(n) {}

    // One of the subrequests has ended.
    void one_done() noexcept;

private:
    void cancel() noexcept override;
    [[nodiscard]] bool blocks_abort() const noexcept override { return true; }

    HttpHost& host_;
    Capture* captures_;
    unsigned n_;
    unsigned pending_;
};

// Starts the subrequest that spec describes. NGX_OK, NGX_ERROR, or a status: adjusting failed.
[[nodiscard]] ngx_int_t start_subrequest(HttpHost& parent, const SubrequestSpec& spec,
                                         Capture& capture, const char** err) noexcept;

// Pushes the result table of a finished capture.
void push_capture(lua_State* L, const Capture& capture);

// The capture that r's response goes to; null for other requests.
[[nodiscard]] Capture* capture_of(const ngx_http_request_t* r) noexcept;

// Adds ngx.location; the `ngx` table is on top of the stack.
void install_subrequest_api(lua_State* L);

// Adds the filters that capture responses; at configuration time.
void install_capture_filters() noexcept;

} // namespace lua::http
