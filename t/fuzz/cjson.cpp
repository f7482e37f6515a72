// Fuzz target: cjson against simdjson, which is stricter. What simdjson accepts, cjson must decode
// to the same value; what cjson accepts, it must encode to text that both read back as the same
// value.
//
// links: bundle/lua-cjson/src/*.cpp build/luajit-root/lib/libluajit-5.1.a
// needs: simdjson dl m
#include "../../bundle/lua-cjson/src/lua_api.hpp"

#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int luaopen_cjson(lua_State* L);

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Where the stack holds the decode and encode functions.
constexpr int kDecode = 1;
constexpr int kEncode = 2;

void require(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "failed: %s\n", what);
        std::abort();
    }
}

void set_option(lua_State* L, const char* name) {
    lua_getfield(L, -2, name);
    lua_insert(L, -2);
    lua_call(L, 1, 0);
}

lua_State* make_state() {
    lua_State* const L = luaL_newstate();
    lua_pushcfunction(L, luaopen_cjson);
    lua_call(L, 0, 1);
    lua_pushinteger(L, 16);
    set_option(L, "encode_number_precision");
    lua_pushboolean(L, 0);
    set_option(L, "decode_invalid_numbers");
    lua_pushinteger(L, 2000);
    set_option(L, "decode_max_depth");
    lua_pushinteger(L, 2000);
    set_option(L, "encode_max_depth");
    lua_pushboolean(L, 1);
    set_option(L, "decode_array_with_array_mt");
    // The leak checker does not look into LuaJIT's memory, where the buffer's owner would be.
    lua_pushboolean(L, 0);
    set_option(L, "encode_keep_buffer");
    lua_getfield(L, 1, "decode");
    lua_getfield(L, 1, "encode");
    lua_remove(L, 1);
    return L;
}

std::string_view text_at(lua_State* L, int index) {
    size_t length;
    const char* const text = lua_tolstring(L, index, &length);
    return {text, length};
}

// Calls the function at `function` with the value on top of the stack, which its result or error
// replaces.
bool call(lua_State* L, int function) {
    lua_pushvalue(L, function);
    lua_insert(L, -2);
    const bool ok = lua_pcall(L, 1, 1, 0) == 0;
    require(ok || lua_type(L, -1) == LUA_TSTRING, "an error is a text");
    return ok;
}

bool same(lua_State* L, int index, element expected);

bool same_array(lua_State* L, int index, simdjson::dom::array expected) {
    int count = 0;
    for (const element item : expected) {
        lua_rawgeti(L, index, ++count);
        const bool equal = same(L, lua_gettop(L), item);
        lua_pop(L, 1);
        if (!equal) {
            return false;
        }
    }
    return lua_objlen(L, index) == static_cast<size_t>(count);
}

// Of members with one name the last counts, so only that one can be compared.
bool same_object(lua_State* L, int index, simdjson::dom::object expected) {
    for (const auto [key, value] : expected) {
        element last = value;
        for (const auto [other_key, other_value] : expected) {
            last = other_key == key ? other_value : last;
        }
        lua_pushlstring(L, key.data(), key.size());
        lua_rawget(L, index);
        const bool equal = same(L, lua_gettop(L), last);
        lua_pop(L, 1);
        if (!equal) {
            return false;
        }
    }
    return true;
}

bool same(lua_State* L, int index, element expected) {
    require(lua_checkstack(L, 4) != 0, "stack");
    const int type = lua_type(L, index);
    switch (expected.type()) {
    case element_type::ARRAY:
        return type == LUA_TTABLE && same_array(L, index, simdjson::dom::array(expected));
    case element_type::OBJECT:
        return type == LUA_TTABLE && same_object(L, index, simdjson::dom::object(expected));
    case element_type::STRING:
        return type == LUA_TSTRING && text_at(L, index) == std::string_view(expected);
    case element_type::BOOL:
        return type == LUA_TBOOLEAN && (lua_toboolean(L, index) != 0) == bool(expected);
    case element_type::NULL_VALUE:
        return type == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == nullptr;
    default:
        return type == LUA_TNUMBER && lua_tonumber(L, index) == double(expected);
    }
}

// Sixteen digits may miss the number by one unit of the last place.
bool close(double a, double b) {
    return a == b || std::abs(a - b) <= std::abs(a) * 1e-15;
}

bool same(lua_State* L, int a, int b) {
    require(lua_checkstack(L, 6) != 0, "stack");
    const int type = lua_type(L, a);
    if (type == LUA_TNUMBER && lua_type(L, b) == LUA_TNUMBER) {
        return close(lua_tonumber(L, a), lua_tonumber(L, b));
    }
    if (type != LUA_TTABLE || lua_type(L, b) != LUA_TTABLE) {
        return lua_rawequal(L, a, b) != 0;
    }
    lua_pushnil(L);
    while (lua_next(L, a) != 0) {
        lua_pushvalue(L, -2);
        lua_rawget(L, b);
        const int top = lua_gettop(L);
        if (!same(L, top - 1, top)) {
            return false;
        }
        lua_pop(L, 2);
    }
    return true;
}

// What cjson takes and writes on purpose though JSON, or simdjson, does not have it.
bool beyond_json(simdjson::error_code error) {
    return error == simdjson::UTF8_ERROR || error == simdjson::NUMBER_ERROR ||
           error == simdjson::DEPTH_ERROR;
}

void check(lua_State* L, std::string_view text) {
    simdjson::dom::parser parser;
    element document;
    const bool valid = parser.parse(text.data(), text.size()).get(document) == simdjson::SUCCESS;

    lua_pushlstring(L, text.data(), text.size());
    if (!call(L, kDecode)) {
        require(!valid, "cjson refuses what simdjson accepts");
        return;
    }
    const int decoded = lua_gettop(L);
    require(!valid || same(L, decoded, document), "cjson and simdjson read different values");

    lua_pushvalue(L, decoded);
    if (!call(L, kEncode)) {
        require(text_at(L, -1) == "Cannot serialise number: must not be NaN or Infinity",
                "what was decoded is encoded");
        return;
    }
    const std::string_view encoded = text_at(L, -1);
    simdjson::dom::parser second;
    const auto error = second.parse(encoded.data(), encoded.size()).error();
    require(error == simdjson::SUCCESS || beyond_json(error), "what is encoded is JSON");

    const int again = decoded + 2;
    lua_pushvalue(L, -1);
    require(call(L, kDecode), "what was encoded is decoded");
    require(same(L, decoded, again) && same(L, again, decoded), "the same value comes back");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static lua_State* const L = make_state();
    check(L, {reinterpret_cast<const char*>(data), size});
    lua_settop(L, kEncode);
    lua_gc(L, LUA_GCSTEP, 10);
    return 0;
}
