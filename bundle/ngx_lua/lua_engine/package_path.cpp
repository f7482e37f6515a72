// package.path and package.cpath of a VM.
#include "lua_engine/api.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <cstdlib>
#include <string>

#if __has_include("ngx_lua_paths.h")
#include "ngx_lua_paths.h"
#endif

#ifndef LUA_DEFAULT_PATH
#define LUA_DEFAULT_PATH ""
#endif
#ifndef LUA_DEFAULT_CPATH
#define LUA_DEFAULT_CPATH ""
#endif

namespace lua {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
}

// The value of field as luaL_openlibs left it (LuaJIT's own default, or LUA_PATH's), behind our
// default where the environment does not set the path.
std::string default_path(lua_State* L, const char* field, const char* built_in, const char* env) {
    lua_getfield(L, -1, field);
    std::string path{to_view(L, -1)};
    lua_pop(L, 1);
    if (*built_in != '\0' && std::getenv(env) == nullptr) {
        path = std::string{built_in} + ";" + path;
    }
    return path;
}

void set_path(lua_State* L, const char* field, const ngx_str_t& configured, ngx_cycle_t* cycle,
              const std::string& fallback) {
    std::string path = fallback;

    if (configured.data != nullptr) {
        path.assign(ngx::view(configured));
        replace_all(path, ";;", ";\1;");
        replace_all(path, "\1", fallback);
        replace_all(path, "${prefix}", ngx::view(cycle->prefix));
        replace_all(path, "$prefix", ngx::view(cycle->prefix));
        NGX_LUA_DEBUG(cycle->log, "lua setting lua package.%s to \"%s\"", field, path.c_str());
    }
    push(L, path);
    lua_setfield(L, -2, field);
}

} // namespace

void set_package_paths(lua_State* L, const VmRecipe& recipe, lua_State* parent) {
    lua_getglobal(L, "package");
    if (parent != nullptr) {
        StackGuard guard{parent};
        lua_getglobal(parent, "package");
        for (const char* field : {"path", "cpath"}) {
            lua_getfield(parent, -1, field);
            push(L, to_view(parent, -1));
            lua_setfield(L, -2, field);
            lua_pop(parent, 1);
        }
    } else {
        set_path(L, "path", recipe.package_path, recipe.cycle,
                 default_path(L, "path", LUA_DEFAULT_PATH, "LUA_PATH"));
        set_path(L, "cpath", recipe.package_cpath, recipe.cycle,
                 default_path(L, "cpath", LUA_DEFAULT_CPATH, "LUA_CPATH"));
    }
    lua_pop(L, 1);
}

} // namespace lua
