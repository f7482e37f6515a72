// The phases whose handlers run in coroutines.
#include "lua_http/phases.hpp"

#include "lua_http/http_host.hpp"
#include "lua_http/request_body.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

// Runs handler, or takes its result if it ran and waited. NGX_OK: go on; NGX_DONE: nginx has to
// leave the request alone; else how to finalise it.
ngx_int_t run(ngx_http_request_t* r, Phase phase, Handler& handler) {
    HttpHost* host = HttpHost::get(r);
    if (host == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (auto result = host->take_result()) {
        return *result;
    }
    if (loc_conf(r).need_request_body) {
        ngx_int_t rc = read_body_before(*host, phase);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    ngx_int_t rc = host->run_handler(phase, handler);
    return rc == NGX_AGAIN ? NGX_DONE : rc;
}

// In phases with several handlers NGX_DECLINED means: the next one.
ngx_int_t declined_if_ok(ngx_int_t rc) {
    return rc == NGX_OK ? NGX_DECLINED : rc;
}

} // namespace

ngx_int_t on_server_rewrite(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua server rewrite handler, uri:\"%V\" c:%ud", &r->uri,
                  r->main->count);
    Handler* handler = serv_conf(r).server_rewrite;
    if (handler == nullptr) {
        return NGX_DECLINED;
    }
    return declined_if_ok(run(r, Phase::server_rewrite, *handler));
}

ngx_int_t on_rewrite(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua rewrite handler, uri:\"%V\" c:%ud", &r->uri,
                  r->main->count);
    Handler* handler = loc_conf(r).rewrite;
    if (handler == nullptr || r->uri_changed) {
        return NGX_DECLINED;
    }
    return declined_if_ok(run(r, Phase::rewrite, *handler));
}

ngx_int_t on_access(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua access handler, uri:\"%V\" c:%ud", &r->uri,
                  r->main->count);
    Handler* handler = loc_conf(r).access;
    if (handler == nullptr) {
        return NGX_DECLINED;
    }
    return run(r, Phase::access, *handler);
}

ngx_int_t on_precontent(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua precontent handler, uri:\"%V\" c:%ud", &r->uri,
                  r->main->count);
    Handler* handler = loc_conf(r).precontent;
    if (handler == nullptr) {
        return NGX_DECLINED;
    }
    return declined_if_ok(run(r, Phase::precontent, *handler));
}

ngx_int_t on_content(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua content handler, uri:\"%V\" c:%ud", &r->uri,
                  r->main->count);
    HttpHost* host = HttpHost::get(r);
    if (host == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (loc_conf(r).need_request_body) {
        ngx_int_t rc = read_body_before(*host, Phase::content);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    ngx_int_t rc = host->run_handler(Phase::content, *loc_conf(r).content);
    if (rc == NGX_AGAIN) {
        r->main->count++; // until the handler's end finalises the request
        return NGX_DONE;
    }
    return rc;
}

void install_content_handler(ngx_conf_t* cf) noexcept {
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    core->handler = on_content;
}

ngx_int_t on_log(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua log handler, uri:\"%V\" c:%ud", &r->uri, r->main->count);
    Handler* handler = loc_conf(r).log;
    if (handler != nullptr) {
        HttpHost* host = HttpHost::get(r);
        if (host == nullptr) {
            return NGX_ERROR;
        }
        static_cast<void>(call_handler(*host, Phase::log, *handler, 0, 0));
    }
    return NGX_OK;
}

ngx_int_t on_log_trim(ngx_http_request_t* r) noexcept {
    process::trim_memory(main_conf(r), r->connection->log);
    return NGX_OK;
}

} // namespace lua::http
