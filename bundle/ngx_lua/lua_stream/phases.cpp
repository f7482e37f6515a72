#include "lua_stream/phases.hpp"

#include "lua_stream/stream_host.hpp"
#include "ngx/log.hpp"

namespace lua::stream {
namespace {

// What the preread phase is told: NGX_AGAIN asks for more data, NGX_DONE to leave the session
// alone.
ngx_int_t to_preread(StreamHost& host, ngx_int_t rc) {
    if (rc == NGX_OK) {
        return host.req_socket.give_back() ? NGX_DECLINED : NGX_ERROR; // the next handler
    }
    if (rc == NGX_AGAIN) {
        return host.peek.wants_data() ? NGX_AGAIN : NGX_DONE;
    }
    // The session ends, once the client has got all output.
    ngx_uint_t status =
        rc == NGX_ERROR ? NGX_STREAM_INTERNAL_SERVER_ERROR : static_cast<ngx_uint_t>(rc);
    return host.output.drain_then_finalize(status) ? NGX_DONE : rc;
}

} // namespace

ngx_int_t on_preread(ngx_stream_session_t* s) noexcept {
    Handler* handler = serv_conf(s).preread;
    if (handler == nullptr) {
        return NGX_DECLINED;
    }
    NGX_LUA_DEBUG(s->connection->log, "stream lua preread handler");
    StreamHost* host = StreamHost::get(s);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    if (auto result = host->take_result()) {
        return to_preread(*host, *result);
    }
    if (host->run.active()) { // it waits; nginx has read something
        if (host->req_socket.reading()) {
            host->req_socket.on_read();
        }
        host->peek.look();
        return to_preread(*host, NGX_AGAIN);
    }
    return to_preread(*host, host->run_handler(Phase::preread, *handler));
}

void on_content(ngx_stream_session_t* s) noexcept {
    NGX_LUA_DEBUG(s->connection->log, "stream lua content handler");
    if (s->connection->type == SOCK_DGRAM) {
        s->connection->log->action = const_cast<char*>("handling client connection");
    }
    StreamHost* host = StreamHost::get(s);
    if (host == nullptr) {
        ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }
    ngx_int_t rc = host->run_handler(Phase::content, *serv_conf(s).content);
    if (rc != NGX_AGAIN) {
        host->finish(rc);
    }
}

// Runs whether or not there is a handler: what waits must not go on once the session is over.
ngx_int_t on_log(ngx_stream_session_t* s) noexcept {
    if (StreamHost* host = StreamHost::of(s)) {
        host->end();
    }
    Handler* handler = serv_conf(s).log;
    if (handler != nullptr) {
        NGX_LUA_DEBUG(s->connection->log, "stream lua log handler");
        StreamHost* host = StreamHost::get(s);
        if (host == nullptr) {
            return NGX_ERROR;
        }
        static_cast<void>(call_handler(*host, Phase::log, *handler, 0, 0));
    }
    process::trim_memory(main_conf(s), s->connection->log);
    return NGX_OK;
}

void install_content_handler(ngx_conf_t* cf) noexcept {
    auto* core = static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module));
    core->handler = on_content;
}

} // namespace lua::stream
