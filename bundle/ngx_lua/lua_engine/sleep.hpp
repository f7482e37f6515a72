// ngx.sleep: the simplest Wait.
#pragma once

#include "lua_engine/wait.hpp"
#include "ngx/nginx.hpp"

namespace lua {

class Host;

class SleepWait final : public Wait {
public:
    // Lets the running task of host wait for msec milliseconds; 0 gives other events a turn. The
    // task is resumed without values. Returns false when memory is short.
    [[nodiscard]] static bool start(Host& host, ngx_msec_t msec) noexcept;

private:
    explicit SleepWait(Host& host) noexcept : host_(host) {}

    static void on_timer(ngx_event_t* ev) noexcept;
    void cancel() noexcept override;

    Host& host_;
    // nginx hands the event back; its `data` must look like a connection for debug logging.
    struct Timer {
        ngx_event_t event = {};
        SleepWait* owner = nullptr;
    };

    Timer timer_;
    SleepWait* next_free_ = nullptr;
    static SleepWait* free_;
};

} // namespace lua
