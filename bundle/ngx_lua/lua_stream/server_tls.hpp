// reqsock:serversslhandshake(): turns a plain session into TLS (STARTTLS), with the certificates of
// the server. A member of the session's host; waits like any other operation of the socket.
#pragma once

#include "lua_engine/wait.hpp"
#include "ngx/stream.hpp"

#if (NGX_STREAM_SSL)

namespace lua::stream {

class StreamHost;

class ServerTls final : public Wait {
public:
    explicit ServerTls(StreamHost& host) noexcept : host_(host) {}

    // NGX_OK: done; NGX_AGAIN: the running task waits and gets 1, or nil and the error;
    // NGX_DECLINED with *err, a soft error. The client has `timeout` for each of its answers.
    [[nodiscard]] ngx_int_t start(ngx_msec_t timeout, const char** err) noexcept;

private:
    static void on_over(ngx_connection_t* c) noexcept;
    void cancel() noexcept override;
    [[nodiscard]] const char* outcome() noexcept;

    StreamHost& host_;
    bool failed_ = false;
};

} // namespace lua::stream

#endif
