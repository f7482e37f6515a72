// set_by_lua*: computes a variable, in order with the rewrite module's set, if and rewrite.
#include "lua_http/set_by_lua.hpp"
#include "lua_engine/handler_directives.hpp"
#include "lua_http/directive_setters.hpp"
#include "lua_http/http_host.hpp"
#include "ngx/pool.hpp"

#include <ndk.h>

namespace lua::http {
namespace {

Family set_family{"set_by_lua", nullptr, compile_path};

struct SetHandler {
    Handler* handler = nullptr;
    ngx_uint_t nargs = 0;
};

SetArguments arguments;

ngx_int_t compute(ngx_http_request_t* r, ngx_str_t* result, ngx_http_variable_value_t* values,
                  void* data) noexcept {
    const auto& set = *static_cast<SetHandler*>(data);
    HttpHost* host = HttpHost::get(r);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    lua_State* L = host->vm().state();
    StackGuard guard{L};

    if (lua_checkstack(L, static_cast<int>(set.nargs) + 8) == 0) {
        return NGX_ERROR;
    }
    for (ngx_uint_t i = 0; i < set.nargs; i++) {
        push(L, {reinterpret_cast<const char*>(values[i].data), values[i].len});
    }
    SetArguments outer = arguments;
    arguments = {values, set.nargs};
    bool ok = call_handler(*host, Phase::set, *set.handler, static_cast<int>(set.nargs), 1);
    arguments = outer;
    if (!ok) {
        return NGX_ERROR;
    }

    *result = {};
    if (lua_isstring(L, -1)) {
        *result = ngx::copy(r->pool, to_view(L, -1));
        return result->data == nullptr ? NGX_ERROR : NGX_OK;
    }
    return NGX_OK;
}

char* add_setter(ngx_conf_t* cf, ngx_str_t* args, ngx_uint_t nargs, Handler* handler) {
    auto* set = ngx::make<SetHandler>(cf->pool, handler, nargs);
    if (handler == nullptr || set == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    ndk_set_var_t filter = {};
    filter.type = NDK_SET_VAR_MULTI_VALUE_DATA;
    filter.func = reinterpret_cast<void*>(compute);
    filter.size = nargs;
    filter.data = set;
    return ndk_set_var_multi_value_core(cf, &args[1], &args[3], &filter);
}

char* set_with(ngx_conf_t* cf, Form form) {
    auto* args = static_cast<ngx_str_t*>(cf->args->elts);
    return add_setter(cf, args, cf->args->nelts - 3, parse_handler(cf, set_family, form, 2));
}

} // namespace

const SetArguments& set_arguments() noexcept {
    return arguments;
}

char* set_by_lua(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    return set_with(cf, Form::string);
}

char* set_by_lua_file(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    return set_with(cf, Form::file);
}

char* set_by_lua_block(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    // Reading the block may reuse the parser's arguments.
    ngx_str_t args[4] = {};
    args[1] = static_cast<ngx_str_t*>(cf->args->elts)[1];
    return add_setter(cf, args, 0, parse_handler(cf, set_family, Form::block, 0));
}

} // namespace lua::http
