// The settings of one module table, and what it keeps between calls.
//
// Each module table (cjson, cjson.safe, every cjson.new()) has one Config. It lives in a Lua
// userdata that is the first upvalue of all functions of the table, so it dies with the last of
// them; __gc runs the destructor.
#pragma once

#include "buffer.hpp"
#include "lua_api.hpp"

#include <cstddef>

namespace cjson {

// What becomes of NaN and the infinities. The order is that of the option names in Lua.
enum class InvalidNumbers { refuse, write, null };

struct SparseArrays {
    bool to_object = false; // an excessively sparse array becomes an object, instead of an error
    int ratio = 2;          // excessive: more than this many slots per item (0: never) ...
    int safe = 10;          // ... and more slots than this
};

struct EncodeSettings {
    SparseArrays sparse;
    int max_depth = 1000;
    int precision = 14;
    InvalidNumbers invalid_numbers = InvalidNumbers::refuse;
    bool keep_buffer = true;
    bool empty_table_as_object = true;
    bool escape_slash = true;
    bool skip_unsupported = false;
    Buffer indent; // empty: everything in one line
};

struct DecodeSettings {
    int max_depth = 1000;
    bool invalid_numbers = true;
    bool array_metatables = false; // arrays get cjson.array_mt
    bool comments = false;
};

struct Config {
    EncodeSettings encode;
    DecodeSettings decode;

    // The output buffer between calls; an Encoder at work has it.
    Buffer buffer;

    // The identities of cjson.array_mt and cjson.empty_array_mt; the registry keeps the tables.
    const void* array_metatable = nullptr;
    const void* empty_array_metatable = nullptr;
};

// Pushes a new userdata with a Config of default settings and returns the Config.
Config& push_config(lua_State* L);

// The Config of the module function that is running.
inline Config& current_config(lua_State* L) {
    return *static_cast<Config*>(lua_touserdata(L, lua_upvalueindex(1)));
}

// The functions that read and change settings; they end with an entry of nulls. Each returns the
// current value, after changing it if there is an argument that is not nil.
extern const luaL_Reg kSettingFunctions[];

} // namespace cjson
