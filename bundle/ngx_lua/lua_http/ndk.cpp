// ndk.set_var.DIRECTIVE(arg): calls the filter behind a directive of another module. Only
// directives registered with NDK's ndk_set_var_value itself can be called; their filter takes one
// argument.
#include "lua_http/http_host.hpp"
#include "lua_text/ffi_types.hpp"
#include "ngx/export.hpp"
#include "ngx/http.hpp"
#include "ngx/str.hpp"

#if (NDK)

#include "ngx/ndk_filter.hpp"

namespace {

// Filters take memory from a request, log to its connection and may look at their module's
// configuration. A handler that serves no request (init_worker_by_lua*, a timer) lends them this
// one, with the first server's configuration; its memory lasts until the next call, so the Lua half
// copies the result at once. Null when there is no server or memory is short.
ngx_http_request_t* stand_in() noexcept {
    static ngx_connection_t connection;
    static ngx_http_request_t request;

    const auto* cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_cycle_get_module_main_conf(ngx_cycle, ngx_http_core_module));
    if (cmcf == nullptr || cmcf->servers.nelts == 0) {
        return nullptr;
    }

    const ngx_http_conf_ctx_t* conf =
        (*static_cast<ngx_http_core_srv_conf_t**>(cmcf->servers.elts))->ctx;
    request.main_conf = conf->main_conf;
    request.srv_conf = conf->srv_conf;
    request.loc_conf = conf->loc_conf;

    if (request.pool == nullptr) {
        request.pool = ngx_create_pool(NGX_MIN_POOL_SIZE, ngx_cycle->log);
    } else {
        ngx_reset_pool(request.pool);
    }
    connection.log = ngx_cycle->log;
    request.connection = &connection;
    request.main = &request;
    return request.pool == nullptr ? nullptr : &request;
}

} // namespace

// Stores the filter of the directive `name`; NGX_DECLINED if it has none that can be called.
NGX_LUA_FFI int ngx_http_lua_ffi_ndk_lookup_directive(const u_char* name, size_t len,
                                                      ndk_set_var_value_pt* func) noexcept {
    *func = ngx::find_ndk_filter(ngx::view(name, name + len));
    return *func == nullptr ? NGX_DECLINED : NGX_OK;
}

// Calls a filter found by the function above. The result lives in the handler's pool.
NGX_LUA_FFI int ngx_http_lua_ffi_ndk_set_var_get(ngx_http_request_t* r, ndk_set_var_value_pt func,
                                                 const u_char* arg, size_t len,
                                                 lua::FfiStr* value) noexcept {
    if (!lua::http::serves_request()) {
        r = stand_in();
        if (r == nullptr) {
            return NGX_ERROR;
        }
    }

    ngx_http_variable_value_t input{};
    input.valid = 1;
    input.len = static_cast<unsigned>(len) & 0xfffffff; // a field of 28 bits
    input.data = const_cast<u_char*>(arg);

    ngx_str_t result = ngx_null_string;
    const ngx_int_t rc = func(r, &result, &input);
    if (rc != NGX_OK) {
        return static_cast<int>(rc);
    }

    value->len = static_cast<int>(result.len);
    value->data = result.data;
    return NGX_OK;
}

#endif
