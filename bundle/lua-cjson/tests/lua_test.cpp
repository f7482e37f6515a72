// Runs the Lua tests beside this file, each in a Lua state of its own.
//
// links: src/*.cpp
// needs: luajit
#include "src/lua_api.hpp"

#include <gtest/gtest.h>

#include <string>

extern "C" {
#include <lualib.h>
int luaopen_cjson(lua_State* L);
int luaopen_cjson_safe(lua_State* L);
}

namespace {

const std::string kFolder = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/') + 1);

class LuaTest : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        luaL_openlibs(L);
        preload("cjson", luaopen_cjson);
        preload("cjson.safe", luaopen_cjson_safe);
        lua_getglobal(L, "package");
        lua_pushstring(L, (kFolder + "?.lua").c_str());
        lua_setfield(L, -2, "path");
        lua_pop(L, 1);
    }

    void TearDown() override { lua_close(L); }

    void preload(const char* name, lua_CFunction open) {
        lua_getglobal(L, "package");
        lua_getfield(L, -1, "preload");
        lua_pushcfunction(L, open);
        lua_setfield(L, -2, name);
        lua_pop(L, 2);
    }

    lua_State* const L = luaL_newstate();
};

TEST_P(LuaTest, passes) {
    const int status = luaL_dofile(L, (kFolder + GetParam() + ".lua").c_str());
    EXPECT_EQ(status, 0) << lua_tostring(L, -1);
}

INSTANTIATE_TEST_SUITE_P(cjson, LuaTest,
                         testing::Values("decode", "encode", "marks", "module", "numbers",
                                         "robustness", "settings"),
                         [](const auto& info) { return std::string(info.param); });

} // namespace
