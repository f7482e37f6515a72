#include "lua_engine/log_api.hpp"

#include "lua_engine/vm.hpp"

#include "lua_text/bounded_text.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

namespace lua {

namespace {

using text::BoundedText;

// The last path component of the caller's chunk name, its line, and its name if it has one.
void append_origin(lua_State* L, BoundedText& line) {
    lua_Debug caller;
    if (lua_getstack(L, 1, &caller) == 0) {
        return;
    }
    lua_getinfo(L, "nSl", &caller);

    std::string_view file = caller.short_src;
    if (const size_t slash = file.rfind('/'); slash != std::string_view::npos) {
        file.remove_prefix(slash + 1);
    }
    line.append(file);
    line.append(":");
    line.append_number(caller.currentline);
    line.append(": ");
    const bool is_lua = *caller.what != 'C';
    if (is_lua && caller.name != nullptr) {
        line.append(caller.name);
        line.append("(): ");
    }
}

// Replaces the table at index by the result of its __tostring.
void convert_table(lua_State* L, int index, int argument) {
    if (luaL_callmeta(L, index, "__tostring") == 0) {
        luaL_argerror(L, argument, "expected table to have __tostring metamethod");
    }
    if (lua_isstring(L, -1) == 0) {
        lua_pop(L, 1);
        lua_pushliteral(L, "");
    }
    lua_replace(L, index);
}

// Every argument from first on that Lua code must convert is converted, every bad one raised,
// before the line is begun: __tostring may itself log. Errors count the message's arguments only.
void check_arguments(lua_State* L, int first) {
    const int top = lua_gettop(L);
    for (int i = first; i <= top; i++) {
        const int argument = i - first + 1;
        switch (lua_type(L, i)) {
        case LUA_TNIL:
        case LUA_TBOOLEAN:
        case LUA_TNUMBER:
        case LUA_TSTRING:
            break;
        case LUA_TTABLE:
            convert_table(L, i, argument);
            break;
        default:
            if (lua_islightuserdata(L, i) && lua_touserdata(L, i) == nullptr) {
                break;
            }
            luaL_argerror(L, argument,
                          lua_pushfstring(L, "string, number, boolean, or nil expected, got %s",
                                          luaL_typename(L, i)));
        }
    }
}

void append_argument(lua_State* L, int index, BoundedText& line) {
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        line.append("nil");
        break;
    case LUA_TBOOLEAN:
        line.append(lua_toboolean(L, index) != 0 ? "true" : "false");
        break;
    case LUA_TNUMBER:
        line.append_number(lua_tonumber(L, index));
        break;
    case LUA_TSTRING:
        line.append(to_view(L, index));
        break;
    default:
        line.append("null");
    }
}

int write_line(lua_State* L, ngx_uint_t level, int first) {
    ngx_log_t* log = log_of(L);
    if (level > log->log_level) {
        return 0;
    }

    check_arguments(L, first);

    char memory[NGX_MAX_ERROR_STR];
    BoundedText line(memory);
    append_origin(L, line);
    for (int i = first, top = lua_gettop(L); i <= top && !line.full(); i++) {
        append_argument(L, i, line);
    }
    const std::string_view text = line.view();
    ngx_log_error_core(level, log, 0, "%s[lua] %*s", Vm::of(L).recipe().log_prefix, text.size(),
                       text.data());
    return 0;
}

int log_function(lua_State* L) {
    const lua_Integer level = luaL_checkinteger(L, 1);
    if (level < NGX_LOG_STDERR || level > NGX_LOG_DEBUG) {
        return luaL_argerror(L, 1,
                             lua_pushfstring(L, "bad log level: %d", static_cast<int>(level)));
    }
    return write_line(L, static_cast<ngx_uint_t>(level), 2);
}

int print_function(lua_State* L) {
    return write_line(L, NGX_LOG_NOTICE, 1);
}

} // namespace

void install_log_api(lua_State* L) {
    lua_pushcfunction(L, log_function);
    lua_setfield(L, -2, "log");

    lua_pushcfunction(L, print_function);
    lua_setglobal(L, "print");
}

// Debug line of a caller that has cut arguments off.
NGX_LUA_FFI void ngx_lua_ffi_note_args_limit(int count) noexcept {
    NGX_LUA_DEBUG(log_of(nullptr), "lua hit query args limit %d", count);
}

} // namespace lua
