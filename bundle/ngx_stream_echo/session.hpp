// One session of the echo handler: which command comes next, what was read, what the session waits
// for. In the connection's pool; it ends with the connection.
//
// Input lies in one buffer: the bytes that commands have read ("request data"), behind them the
// surplus that came with them.
#pragma once

#include "stream_echo.hpp"

namespace ngx::stream_echo {

class Session {
public:
    // Null when memory is short.
    [[nodiscard]] static Session* make(ngx_stream_session_t* s) noexcept;

    // Runs commands until one waits or all are done; then the session ends.
    void run() noexcept;

private:
    explicit Session(ngx_stream_session_t* s) noexcept;

    static Session& of(ngx_event_t* ev) noexcept;
    static void on_read(ngx_event_t* rev) noexcept;
    static void on_write(ngx_event_t* wev) noexcept;
    static void on_sleep_over(ngx_event_t* ev) noexcept;
    static void on_linger(ngx_event_t* rev) noexcept;

    // What running a command comes to.
    enum class Outcome : uint8_t { done, waits, failed };

    Outcome execute(const Command& command) noexcept;
    Outcome send(ngx_str_t text) noexcept;
    Outcome send_request_data() noexcept;
    Outcome flush_wait() noexcept;
    Outcome sleep(ngx_msec_t delay) noexcept;
    Outcome read(const Command& command) noexcept;
    Outcome discard_request() noexcept;

    bool take_wanted() noexcept;
    Outcome receive() noexcept;
    void drop_input() noexcept;
    Outcome client_error(const char* text, ngx_err_t error) noexcept;

    bool arm_write() noexcept;
    bool arm_read() noexcept;
    void sent() noexcept;
    void finish(ngx_int_t rc) noexcept;
    bool lingers() const noexcept;
    void linger() noexcept;
    void close(ngx_int_t rc) noexcept;

    ngx_stream_session_t& session_;
    ngx_connection_t& c_;
    const ServConf& conf_;
    size_t next_ = 0;            // command
    ngx_buf_t* input_ = nullptr; // pos .. used_: request data; used_ .. last: surplus
    u_char* used_ = nullptr;
    size_t missing_ = 0; // bytes that the reading command still wants
    bool line_ = false;  // it wants a line
    bool discards_ = false;
    bool waits_for_flush_ = false;
    bool reading_ = false;
    bool ending_ = false; // all commands have run, output is still on its way
    ngx_int_t rc_ = NGX_OK;
    ngx_msec_t linger_until_ = 0;
    ngx_event_t sleep_event_ = {};
};

} // namespace ngx::stream_echo
