// ngx.sleep: the simplest Wait.
#pragma once

#include "lua_engine/event.hpp"
#include "lua_engine/free_list.hpp"
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
    OwnedEvent<SleepWait> timer_;
    static FreeList<SleepWait> memory_;
};

} // namespace lua
