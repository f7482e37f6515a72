#include "lua_http/request_body.hpp"

#include "lua_http/http_host.hpp"
#include "lua_http/phases.hpp"

namespace lua::http {
namespace {

// The body came with the header, or it comes later and nginx calls back from its event loop.
void on_body_before_phase(ngx_http_request_t* r) {
    HttpHost* host = HttpHost::of(r);
    if (host == nullptr || !host->body.comes_first) {
        return;
    }
    host->body.comes_first = false;
    if (!host->body.delayed) {
        r->main->count--; // nginx has counted the reading
        return;
    }
    host->body.delayed = false;
    if (host->phase == Phase::content) {
        ngx_http_finalize_request(r, on_content(r));
    } else {
        r->write_event_handler = ngx_http_core_run_phases;
        ngx_http_core_run_phases(r);
    }
}

} // namespace

ngx_int_t read_body_before(HttpHost& host, Phase phase) noexcept {
    ngx_http_request_t* r = &host.request;
    if (r->request_body != nullptr || r->discard_body || r != r->main) {
        return NGX_OK;
    }
    host.phase = phase;
    host.body.comes_first = true;
    prepare_body(r);
    ngx_int_t rc = ngx_http_read_client_request_body(r, on_body_before_phase);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE || rc == NGX_ERROR) {
        host.body.comes_first = false;
        return rc;
    }
    if (host.body.comes_first) {
        host.body.delayed = true;
        if (phase != Phase::content) {
            r->main->count--; // a content handler's finalisation with NGX_DONE gives it up
        }
        return NGX_DONE;
    }
    return NGX_OK;
}

} // namespace lua::http
