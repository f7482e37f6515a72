#include "config.hpp"

#include "number.hpp"

#include <climits>
#include <new>

namespace cjson {
namespace {

constexpr char kMetatableName[] = "cjson.config";

int destroy_config(lua_State* L) {
    static_cast<Config*>(lua_touserdata(L, 1))->~Config();
    return 0;
}

// Fills the missing arguments up with nil, so that the option functions below can look at each.
Config& check_arguments(lua_State* L, int count) {
    luaL_argcheck(L, lua_gettop(L) <= count, count + 1, "found too many arguments");
    lua_settop(L, count);
    return current_config(L);
}

// Handles argument `arg` as the new value of `setting`. The range error names argument 1 whatever
// `arg` is, as lua-cjson's does.
void integer_option(lua_State* L, int arg, int& setting, int min, int max) {
    if (!lua_isnil(L, arg)) {
        const lua_Integer value = luaL_checkinteger(L, arg);
        if (value < min || value > max) {
            luaL_argerror(L, 1, lua_pushfstring(L, "expected integer between %d and %d", min, max));
        }
        setting = static_cast<int>(value);
    }
    lua_pushinteger(L, setting);
}

// Handles argument `arg` as one of `names` or a boolean, which means names[0] or names[1].
int choice_option(lua_State* L, int arg, int current, const char* const* names) {
    if (lua_isboolean(L, arg)) {
        return lua_toboolean(L, arg);
    }
    return lua_isnil(L, arg) ? current : luaL_checkoption(L, arg, nullptr, names);
}

void boolean_option(lua_State* L, int arg, bool& setting) {
    static constexpr const char* kNames[] = {"off", "on", nullptr};
    setting = choice_option(L, arg, setting, kNames) != 0;
    lua_pushboolean(L, setting);
}

template <bool EncodeSettings::*member>
int encode_boolean(lua_State* L) {
    boolean_option(L, 1, check_arguments(L, 1).encode.*member);
    return 1;
}

template <bool DecodeSettings::*member>
int decode_boolean(lua_State* L) {
    boolean_option(L, 1, check_arguments(L, 1).decode.*member);
    return 1;
}

int encode_sparse_array(lua_State* L) {
    SparseArrays& sparse = check_arguments(L, 3).encode.sparse;
    boolean_option(L, 1, sparse.to_object);
    integer_option(L, 2, sparse.ratio, 0, INT_MAX);
    integer_option(L, 3, sparse.safe, 0, INT_MAX);
    return 3;
}

int encode_max_depth(lua_State* L) {
    integer_option(L, 1, check_arguments(L, 1).encode.max_depth, 1, INT_MAX);
    return 1;
}

int decode_max_depth(lua_State* L) {
    integer_option(L, 1, check_arguments(L, 1).decode.max_depth, 1, INT_MAX);
    return 1;
}

int encode_number_precision(lua_State* L) {
    integer_option(L, 1, check_arguments(L, 1).encode.precision, 1, kMaxPrecision);
    return 1;
}

int encode_keep_buffer(lua_State* L) {
    Config& config = check_arguments(L, 1);
    boolean_option(L, 1, config.encode.keep_buffer);
    if (!config.encode.keep_buffer) {
        config.buffer.release();
    }
    return 1;
}

int encode_invalid_numbers(lua_State* L) {
    static constexpr const char* kNames[] = {"off", "on", "null", nullptr};
    InvalidNumbers& setting = check_arguments(L, 1).encode.invalid_numbers;
    setting = static_cast<InvalidNumbers>(choice_option(L, 1, static_cast<int>(setting), kNames));
    if (setting == InvalidNumbers::null) {
        lua_pushliteral(L, "null");
    } else {
        lua_pushboolean(L, setting == InvalidNumbers::write);
    }
    return 1;
}

int encode_indent(lua_State* L) {
    Buffer& indent = check_arguments(L, 1).encode.indent;
    if (!lua_isnil(L, 1)) {
        size_t length;
        const char* const text = luaL_checklstring(L, 1, &length);
        indent.truncate(0);
        indent.append(L, {text, length});
    }
    lua_pushlstring(L, indent.view().data(), indent.size());
    return 1;
}

} // namespace

const luaL_Reg kSettingFunctions[] = {
    {"encode_sparse_array", encode_sparse_array},
    {"encode_max_depth", encode_max_depth},
    {"encode_number_precision", encode_number_precision},
    {"encode_keep_buffer", encode_keep_buffer},
    {"encode_invalid_numbers", encode_invalid_numbers},
    {"encode_empty_table_as_object", encode_boolean<&EncodeSettings::empty_table_as_object>},
    {"encode_escape_forward_slash", encode_boolean<&EncodeSettings::escape_slash>},
    {"encode_skip_unsupported_value_types", encode_boolean<&EncodeSettings::skip_unsupported>},
    {"encode_indent", encode_indent},
    {"decode_max_depth", decode_max_depth},
    {"decode_invalid_numbers", decode_boolean<&DecodeSettings::invalid_numbers>},
    {"decode_array_with_array_mt", decode_boolean<&DecodeSettings::array_metatables>},
    {"decode_allow_comment", decode_boolean<&DecodeSettings::comments>},
    {nullptr, nullptr},
};

Config& push_config(lua_State* L) {
    auto* const config = new (lua_newuserdata(L, sizeof(Config))) Config;
    if (luaL_newmetatable(L, kMetatableName)) {
        lua_pushcfunction(L, destroy_config);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return *config;
}

} // namespace cjson
