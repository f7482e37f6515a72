// ngx.flush(true): waits until the response so far has left for the client.
#include "lua_engine/wait.hpp"
#include "lua_http/http_host.hpp"
#include "lua_http/output.hpp"
#include "ngx/log.hpp"

#include <new>

namespace lua::http {

class Output::FlushWait final : public Wait {
public:
    FlushWait(Output& output) noexcept : next(output.flushers_), output_(output) {
        output.flushers_ = this;
    }

    FlushWait* next;

private:
    void cancel() noexcept override {
        FlushWait** at = &output_.flushers_;
        while (*at != nullptr && *at != this) {
            at = &(*at)->next;
        }
        if (*at == this) {
            *at = next;
        }
    }

    Output& output_;
};

bool Output::has_unsent() const noexcept {
    const ngx_http_request_t& r = host_.request;
    const ngx_connection_t& c = *r.connection;
    NGX_LUA_DEBUG(host_.log(), "lua flush requires waiting: buffered 0x%uxd, delayed:%d",
                  static_cast<unsigned>(c.buffered), static_cast<int>(c.write->delayed));
    return (c.buffered & (NGX_HTTP_LOWLEVEL_BUFFERED | NGX_LOWLEVEL_BUFFERED)) != 0 ||
           c.write->delayed != 0;
}

bool Output::wait_until_sent() noexcept {
    ngx_http_request_t& r = host_.request;
    ngx_event_t* wev = r.connection->write;
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(&r, ngx_http_core_module));

    void* memory = ngx_palloc(r.pool, sizeof(FlushWait));
    if (memory == nullptr) {
        return false;
    }
    if (!wev->delayed) {
        ngx_add_timer(wev, core->send_timeout);
    }
    if (ngx_handle_write_event(wev, core->send_lowat) != NGX_OK) {
        return false;
    }
    (new (memory) FlushWait(*this))->begin(*current().task);
    return true;
}

void Output::wake_flushers(const char* error) noexcept {
    FlushWait* wait = flushers_;
    flushers_ = nullptr;
    while (wait != nullptr) {
        FlushWait* next = wait->next;
        lua_State* L = wait->task()->L;
        if (error == nullptr) {
            lua_pushinteger(L, 1);
            wait->complete(1);
        } else {
            lua_pushnil(L);
            lua_pushstring(L, error);
            wait->complete(2);
        }
        wait = next;
    }
}

} // namespace lua::http
