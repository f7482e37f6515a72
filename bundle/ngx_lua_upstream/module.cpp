// ngx_http_lua_upstream_module: registers the package.
#include "ngx/module.hpp"
#include "lua_upstream.hpp"

namespace lua_upstream {
namespace {

ngx_int_t add_package(ngx_conf_t* cf) noexcept {
    return ngx_http_lua_add_package_preload(cf, "ngx.upstream", open_package);
}

ngx_http_module_t context = {
    .postconfiguration = add_package,
};

} // namespace
} // namespace lua_upstream

extern "C" {
extern ngx_module_t ngx_http_lua_upstream_module;

ngx_module_t ngx_http_lua_upstream_module = ngx::http_module(lua_upstream::context, nullptr);
}
