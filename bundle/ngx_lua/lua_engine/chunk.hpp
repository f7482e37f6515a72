// The code of a handler, as one directive gives it: an inline source or the path of a file, its
// chunk name and its key in the code cache. Chunks belong to the configuration's pool.
//
// Code is compiled at first use and kept in the VM's code cache under its key: the same source in
// two places of one directive family is compiled once. A handler's function is shared by the
// requests that run it; if a handler replaces the environment of its own function (setfenv,
// module), the function is taken out of the cache and later runs get one of their own each.
#pragma once

#include "lua_glue/lua.hpp"
#include "ngx/nginx.hpp"

#include <string_view>

namespace lua {

class Vm;

struct Chunk {
    enum class Kind : uint8_t { inline_source, file };
    enum class Loaded : uint8_t {
        ok,          // the function is on top of the stack
        failed,      // logged; for instance a syntax error
        not_found,   // logged; no such file
        unavailable, // logged; the file cannot be opened
    };

    Kind kind = Kind::inline_source;
    bool private_functions = false; // the code replaces its environment
    ngx_str_t source = {};          // inline source; the file's path as configured
    ngx_str_t name = {};            // "=content_by_lua(nginx.conf:12)"; inline only; NUL-terminated
    ngx_str_t key = {};             // NUL-terminated
    int ref = LUA_NOREF;            // registry slot in the shared VM
    int number = -1;                // the same in the debug log: in order of loading

    // Pushes the function on L. For a file, path is the resolved path (NUL-terminated) and
    // path_key its cache key when the configured path has variables, else empty.
    [[nodiscard]] Loaded load(Vm& vm, lua_State* L, ngx_log_t* log, std::string_view path = {},
                              std::string_view path_key = {}) noexcept;
};

} // namespace lua
