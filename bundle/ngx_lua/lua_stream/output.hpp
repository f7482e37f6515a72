// What Lua code writes to the client of a stream session. Calls of ngx.print and ngx.say gather in
// a buffer; it goes through nginx's stream filters when it is large, and when the code asks for it
// (ngx.flush, ngx.eof), waits or ends. In a UDP session each call makes one datagram.
#pragma once

#include "lua_engine/output_chain.hpp"
#include "lua_engine/wait_list.hpp"
#include "ngx/stream.hpp"

namespace lua::stream {

class StreamHost;

class Output {
public:
    explicit Output(StreamHost& host) noexcept;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // Appends the cells, and a newline if asked. Null, or why nothing was written: a soft error
    // that Lua code gets as `nil, err`.
    [[nodiscard]] const char* write(const OutCell* cells, int n, bool newline) noexcept;

    // ngx.eof: nothing may follow.
    [[nodiscard]] const char* end() noexcept;

    // Passes on what has gathered; NGX_OK, NGX_AGAIN or NGX_ERROR.
    ngx_int_t push() noexcept;

    // True when bytes are still on their way out, so that a flush has to wait.
    [[nodiscard]] bool has_unsent() const noexcept;
    // Lets the running task wait until they have left; false when that fails.
    [[nodiscard]] bool wait_until_sent() noexcept;

    // The client can take more.
    void continue_sending() noexcept;

    // Nothing can follow.
    void close() noexcept { ended_ = true; }

    // True if there is output to send first: then the session is finalised with status when that is
    // done.
    [[nodiscard]] bool drain_then_finalize(ngx_uint_t status) noexcept;

private:
    [[nodiscard]] ngx_int_t send(ngx_chain_t* chain) noexcept;
    [[nodiscard]] bool arm() noexcept;
    void over(const char* error) noexcept;

    StreamHost& host_;
    WaitList flushers_;
    OutputChain gathered_;
    ngx_uint_t final_status_ = 0; // to finalise with when all is sent; 0: the handler still runs
    bool ended_ = false;
};

inline constexpr const char* kFilterError = "nginx output filter error";

} // namespace lua::stream
