// The Lua module `redis.parser`: builds queries in redis' wire format and parses replies.
#include "reader.hpp"

#include <array>
#include <string>

extern "C" {
#include <lauxlib.h>
}

namespace redis {
namespace {

constexpr char kVersion[] = "0.13";

// By ReplyType.
constexpr std::array kTypeNames = {"bad reply",     "status reply", "error reply",
                                   "integer reply", "bulk reply",   "multi-bulk reply"};

std::string_view check_text(lua_State* L, int index) {
    size_t len = 0;
    const char* const data = luaL_checklstring(L, index, &len);
    return {data, len};
}

int parse_reply(lua_State* L) {
    if (lua_gettop(L) != 1) {
        return luaL_error(L, "expected one argument but got %d", lua_gettop(L));
    }
    Reader reader(check_text(L, 1));
    const ReplyType type = reader.push_reply(L);
    lua_pushinteger(L, static_cast<lua_Integer>(type));
    return 2;
}

int parse_replies(lua_State* L) {
    if (lua_gettop(L) != 2) {
        return luaL_error(L, "expected two arguments but got %d", lua_gettop(L));
    }
    Reader reader(check_text(L, 1));
    const lua_Integer count = luaL_checkinteger(L, 2);

    lua_newtable(L);
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_createtable(L, 2, 0);
        const ReplyType type = reader.push_reply(L);
        lua_rawseti(L, -2, 1);
        lua_pushinteger(L, static_cast<lua_Integer>(type));
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, static_cast<int>(i));
    }
    return 1;
}

int type_name(lua_State* L) {
    if (lua_gettop(L) != 1) {
        return luaL_error(L, "expecting one argument but got %d", lua_gettop(L));
    }
    const lua_Integer type = luaL_checkinteger(L, 1);
    if (type < 0 || type >= static_cast<lua_Integer>(kTypeNames.size())) {
        lua_pushnil(L);
    } else {
        lua_pushstring(L, kTypeNames[static_cast<size_t>(type)]);
    }
    return 1;
}

void append_bulk(std::string& query, std::string_view text) {
    query += '$';
    query += std::to_string(text.size());
    query += "\r\n";
    query += text;
    query += "\r\n";
}

// Appends the value on top of the stack, the query's `index`th parameter.
void append_parameter(lua_State* L, std::string& query, int index) {
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
    case LUA_TNUMBER: {
        size_t len = 0;
        const char* const data = lua_tolstring(L, -1, &len);
        append_bulk(query, {data, len});
        return;
    }
    case LUA_TBOOLEAN:
        append_bulk(query, lua_toboolean(L, -1) != 0 ? "1" : "0");
        return;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(L, -1) == nullptr) {
            query += "$-1\r\n";
            return;
        }
        break;
    default:
        break;
    }
    luaL_error(L, "parameter %d is not a string, number, redis.parser.null, or boolean value",
               index);
}

int build_query(lua_State* L) {
    if (lua_gettop(L) != 1) {
        return luaL_error(L, "expected one argument but got %d", lua_gettop(L));
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    const int count = static_cast<int>(lua_objlen(L, 1));
    if (count == 0) {
        return luaL_error(L, "empty input param table");
    }
    std::string query = "*" + std::to_string(count) + "\r\n";
    for (int i = 1; i <= count; ++i) {
        lua_rawgeti(L, 1, i);
        append_parameter(L, query, i);
        lua_pop(L, 1);
    }
    lua_pushlstring(L, query.data(), query.size());
    return 1;
}

void set_constant(lua_State* L, const char* name, ReplyType type) {
    lua_pushinteger(L, static_cast<lua_Integer>(type));
    lua_setfield(L, -2, name);
}

} // namespace
} // namespace redis

extern "C" [[gnu::visibility("default")]] int luaopen_redis_parser(lua_State* L) {
    using namespace redis;
    constexpr luaL_Reg functions[] = {{"parse_reply", parse_reply},
                                      {"parse_replies", parse_replies},
                                      {"typename", type_name},
                                      {"build_query", build_query},
                                      {nullptr, nullptr}};
    lua_newtable(L);
    luaL_register(L, nullptr, functions);

    lua_pushstring(L, kVersion);
    lua_setfield(L, -2, "_VERSION");
    lua_pushlightuserdata(L, nullptr);
    lua_setfield(L, -2, "null");

    set_constant(L, "BAD_REPLY", ReplyType::bad);
    set_constant(L, "STATUS_REPLY", ReplyType::status);
    set_constant(L, "ERROR_REPLY", ReplyType::error);
    set_constant(L, "INTEGER_REPLY", ReplyType::integer);
    set_constant(L, "BULK_REPLY", ReplyType::bulk);
    set_constant(L, "MULTI_BULK_REPLY", ReplyType::multi_bulk);
    return 1;
}
