#include "lua_engine/shutdown.hpp"

#include "lua_engine/event.hpp"

namespace lua {
namespace {

// The cycle whose connections the watcher is one of; a single process keeps running at a reload.
const volatile ngx_cycle_t* watched;
ShutdownListener* listeners;
ngx_event_t next_turn; // a timer: it keeps the worker in its loop

void call_listeners(ngx_event_t* /*ev*/) noexcept {
    bool again = false;
    for (const ShutdownListener* listener = listeners; listener != nullptr;
         listener = listener->next) {
        again = listener->on_exit() || again;
    }
    if (again) {
        ngx_add_timer(&next_turn, 0);
    }
}

// nginx closes idle connections: the worker is about to exit.
void on_close(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);

    c->fd = static_cast<ngx_socket_t>(-1);
    ngx_free_connection(c);
    init_event(next_turn, call_listeners, ngx_cycle->log);
    ngx_add_timer(&next_turn, 0);
}

} // namespace

void watch_shutdown() noexcept {
    if (watched == ngx_cycle || ngx_exiting != 0) {
        return;
    }
    ngx_connection_t* watcher = ngx_get_connection(0, ngx_cycle->log);
    if (watcher == nullptr) {
        return; // logged; tried again next time
    }
    watched = ngx_cycle;
    // Any number but -1, which would mean a free connection.
    watcher->fd = static_cast<ngx_socket_t>(-2);
    watcher->idle = 1;
    watcher->read->handler = on_close;
    watcher->read->log = ngx_cycle->log;
}

void watch_shutdown(ShutdownListener& listener) noexcept {
    if (!listener.listed) {
        listener.listed = true;
        listener.next = listeners;
        listeners = &listener;
    }
    watch_shutdown();
}

} // namespace lua
