// header_filter_by_lua*.
#include "lua_http/http_host.hpp"
#include "lua_http/phases.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

ngx_http_output_header_filter_pt next_filter;

ngx_int_t on_header(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua header filter for user lua code, uri \"%V\"", &r->uri);
    LocConf& conf = loc_conf(r);

    if (conf.body_filter != nullptr) {
        r->filter_need_in_memory = 1;
    }
    if (conf.header_filter == nullptr) {
        return next_filter(r);
    }
    HttpHost* host = HttpHost::get(r);
    if (host == nullptr) {
        return NGX_ERROR;
    }

    RecordedExit& exit = host->recorded_exit;
    exit.given = false;
    if (!call_handler(*host, Phase::header_filter, *conf.header_filter, 0, 0)) {
        return NGX_ERROR;
    }
    if (exit.given) {
        exit.given = false;
        // The special response for the exit code comes through here again: the same code given once
        // more changes nothing.
        if (exit.code != exit.in_effect && exit.code != NGX_OK) {
            exit.in_effect = exit.code;
            return ngx_http_filter_finalize_request(r, &ngx_http_lua_module, exit.code);
        }
    }
    return next_filter(r);
}

} // namespace

void install_header_filter() noexcept {
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = on_header;
}

} // namespace lua::http
