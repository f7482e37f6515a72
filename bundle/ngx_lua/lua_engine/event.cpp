#include "lua_engine/event.hpp"

#include "lua_engine/shutdown.hpp"

namespace lua {

void init_event(ngx_event_t& ev, ngx_event_handler_pt handler, ngx_log_t* log) noexcept {
    static ngx_connection_t no_connection;
    no_connection.fd = static_cast<ngx_socket_t>(-1);

    ev.handler = handler;
    ev.data = &no_connection;
    ev.log = log;
}

void post_next_turn(ngx_event_t& ev) noexcept {
    if (ngx_exiting != 0) {
        ngx_add_timer(&ev, 0);
        return;
    }
    watch_shutdown();
    ngx_post_event(&ev, &ngx_posted_next_events);
}

void disarm(ngx_event_t& ev) noexcept {
    if (ev.timer_set) {
        ngx_del_timer(&ev);
    }
    if (ev.posted) {
        ngx_delete_posted_event(&ev);
    }
}

} // namespace lua
