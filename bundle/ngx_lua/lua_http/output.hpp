// The response body that Lua code writes. Calls of ngx.print and ngx.say gather in a buffer of the
// request; the buffer goes through nginx's output filters when it is full, when the code asks for
// it (ngx.flush, ngx.eof), waits or ends. The header goes out, through the header filters, with the
// first call. Where body_filter_by_lua* could see the calls, each one is passed on by itself.
//
#pragma once

#include "lua_engine/output_chain.hpp"
#include "lua_engine/wait_list.hpp"
#include "lua_http/conf.hpp"
#include "ngx/http.hpp"

#include <cstdint>

namespace lua::http {

class HttpHost;

class Output {
public:
    explicit Output(HttpHost& host) noexcept : host_(host), gathered_(&ngx_http_lua_module) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // Appends the cells, and a newline if asked. Null, or why nothing was written: a soft error
    // that Lua code gets as `nil, err`.
    [[nodiscard]] const char* write(const OutCell* cells, int n, bool newline) noexcept;

    // Sends the response header if it was not sent; same result.
    [[nodiscard]] const char* send_header() noexcept;

    // ngx.eof: the last buffer.
    [[nodiscard]] const char* end() noexcept;

    // ngx.flush without waiting. `waits` tells whether the caller has asked to wait.
    [[nodiscard]] const char* flush(bool waits) noexcept;

    // Lets the running task wait until nginx has sent everything; false when memory is short.
    [[nodiscard]] bool wait_until_sent() noexcept;
    // True when bytes are still on their way out, so that a flush has to wait.
    [[nodiscard]] bool has_unsent() const noexcept;
    // Ends the waits of ngx.flush(true) with 1, or with nil and the error.
    void wake_flushers(const char* error) noexcept { flushers_.wake(error); }

    // Passes on what has gathered; NGX_OK, NGX_AGAIN or NGX_ERROR.
    ngx_int_t push() noexcept;

    // End of the handler: header if need be, what has gathered, last buffer.
    ngx_int_t finish() noexcept;

    // Lua code writes to the connection itself from now on.
    void surrender() noexcept {
        surrendered_ = true;
        ended_ = true;
    }
    [[nodiscard]] bool surrendered() const noexcept { return surrendered_; }

    // Drops what has gathered: an error page takes its place.
    void discard() noexcept;

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    // Something was written or sent by Lua code, so the request ends with this phase.
    [[nodiscard]] bool started() const noexcept { return wrote_ || ended_; }
    // Gathers the whole response for an HTTP/1.0 client, which needs a Content-Length.
    [[nodiscard]] bool buffers_http10() const noexcept;

private:
    [[nodiscard]] ngx_int_t send_header_now() noexcept;
    ngx_int_t pass_last() noexcept;
    void set_content_length() noexcept;

    HttpHost& host_;
    WaitList flushers_;
    OutputChain gathered_;
    bool wrote_ = false;
    bool ended_ = false;
    bool surrendered_ = false;
    bool passed_ = false;
};

inline constexpr const char* kSurrendered = "raw request socket acquired";
inline constexpr const char* kFilterError = "nginx output filter error";

} // namespace lua::http
