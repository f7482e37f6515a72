// links: ../lua_text/number.cpp
// needs: luajit
#include "lua_engine/traceback.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

class Traceback : public testing::Test {
protected:
    void SetUp() override { luaL_openlibs(L()); }

    lua_State* L() { return state_.get(); }

    // Runs code in a new coroutine, which stays referenced; returns it after it died or yielded.
    lua_State* run(const char* code) {
        lua_State* co = lua_newthread(L());
        EXPECT_EQ(luaL_loadbuffer(co, code, strlen(code), "=chunk(nginx.conf:1)"), 0);
        status_ = lua_resume(co, 0);
        return co;
    }

    std::string trace(std::vector<lua_State*> coroutines, size_t room = 4096) {
        std::string memory(room, '\0');
        lua::text::BoundedText out(memory);
        lua::append_traceback(out, coroutines);
        return std::string(out.view());
    }

    // The error that code leaves when it runs under lua_pcall with the message handler.
    void call(const char* code) {
        lua_settop(L(), 0);
        lua_pushcfunction(L(), lua::traceback_handler);
        ASSERT_EQ(luaL_loadbuffer(L(), code, strlen(code), "=chunk(nginx.conf:1)"), 0);
        status_ = lua_pcall(L(), 0, 0, 1);
    }

    std::unique_ptr<lua_State, void (*)(lua_State*)> state_{luaL_newstate(), lua_close};
    int status_ = 0;
};

TEST_F(Traceback, NamesFunctionsAndLines) {
    lua_State* co = run("local function check()\n"
                        "    error('bad')\n"
                        "end\n"
                        "local t = {run = function(f) f() return 1 end}\n"
                        "t.run(function() check() return 1 end)\n");
    EXPECT_EQ(status_, LUA_ERRRUN);
    EXPECT_EQ(trace({co}), "stack traceback:\n"
                           "coroutine 0:\n"
                           "\t[C]: in function 'error'\n"
                           "\tchunk(nginx.conf:1):2: in function 'check'\n"
                           "\tchunk(nginx.conf:1):5: in function 'f'\n"
                           "\tchunk(nginx.conf:1):4: in function 'run'\n"
                           "\tchunk(nginx.conf:1):5: in main chunk");
}

TEST_F(Traceback, ShowsWhereAnonymousFunctionsAreDefined) {
    lua_State* co = run("\n(function() error('bad') end)()");
    EXPECT_EQ(trace({co}), "stack traceback:\n"
                           "coroutine 0:\n"
                           "\t[C]: in function 'error'\n"
                           "\tchunk(nginx.conf:1):2: in function <chunk(nginx.conf:1):2>\n"
                           "\tchunk(nginx.conf:1):2: in main chunk");
}

TEST_F(Traceback, LeavesOutTheLineThatADeadFrameLost) {
    lua_State* co = run("local x; x.y = 1");
    EXPECT_EQ(trace({co}), "stack traceback:\n"
                           "coroutine 0:\n"
                           "\tchunk(nginx.conf:1): in main chunk");
}

TEST_F(Traceback, MarksFramesWithoutName) {
    lua_State* co = run("return error('bad')");
    EXPECT_EQ(trace({co}), "stack traceback:\ncoroutine 0:\n\t[C]: ?");
}

TEST_F(Traceback, CutsDeepStacks) {
    const char* code =
        "local function f(n) if n == 0 then error('bad') end f(n - 1) return 1 end\n";
    auto frames = [&](int depth) {
        const std::string text =
            trace({run((code + ("f(" + std::to_string(depth) + ")")).c_str())});
        return std::pair(std::count(text.begin(), text.end(), '\t'), text.ends_with("\n\t..."));
    };
    EXPECT_EQ(frames(18), std::pair(21L, false));
    EXPECT_EQ(frames(19), std::pair(22L, false));
    EXPECT_EQ(frames(20), std::pair(23L, true));
    EXPECT_EQ(frames(100), std::pair(23L, true));
}

TEST_F(Traceback, GoesThroughAtMostFiveCoroutines) {
    lua_State* inner = run("error('bad')");
    lua_State* outer = run("coroutine.yield()");
    EXPECT_EQ(status_, LUA_YIELD);

    const std::string two = trace({inner, outer});
    EXPECT_NE(two.find("\ncoroutine 1:\n\t[C]: in function 'yield'\n"), std::string::npos) << two;

    const std::string many = trace(std::vector<lua_State*>(9, outer));
    EXPECT_NE(many.find("coroutine 4:"), std::string::npos);
    EXPECT_EQ(many.find("coroutine 5:"), std::string::npos);
}

// The second overflow comes from compiled code, and overflows what is reserved for the first.
TEST_F(Traceback, SurvivesOverflowsOfCompiledCode) {
    const char* code = "local function f() return 1 + f() end f()";
    ASSERT_EQ(luaL_loadbuffer(L(), code, strlen(code), "=chunk(nginx.conf:1)"), 0);
    lua_State* co = lua_newthread(L());
    for (int i = 0; i < 5; i++) {
        lua_pushvalue(L(), 1);
        lua_xmove(L(), co, 1);
        EXPECT_GT(lua_resume(co, 0), LUA_YIELD);
        EXPECT_TRUE(trace({co}).starts_with("stack traceback:\ncoroutine 0:"));
        lua_resetthread(L(), co);
    }
}

TEST_F(Traceback, StopsWhereTheMemoryEnds) {
    lua_State* co = run("error('bad')");
    const std::string whole = trace({co});
    for (size_t room = 0; room < whole.size(); room++) {
        ASSERT_EQ(trace({co}, room), whole.substr(0, room));
    }
}

TEST_F(Traceback, HandlerAppendsToMessages) {
    call("error('bad')");
    EXPECT_EQ(status_, LUA_ERRRUN);
    EXPECT_EQ(lua::to_view(L(), -1), "chunk(nginx.conf:1):1: bad\n"
                                     "stack traceback:\n"
                                     "\t[C]: in function 'error'\n"
                                     "\tchunk(nginx.conf:1):1: in main chunk");

    call("error(42, 0)");
    EXPECT_TRUE(lua::to_view(L(), -1).starts_with("42\nstack traceback:\n"));
}

TEST_F(Traceback, HandlerLeavesOtherErrorObjects) {
    call("error({})");
    EXPECT_TRUE(lua_istable(L(), -1));
    call("error(setmetatable({}, {__tostring = function() return 'text' end}))");
    EXPECT_TRUE(lua_istable(L(), -1));
    call("error()");
    EXPECT_TRUE(lua_isnil(L(), -1));
}

TEST_F(Traceback, HandlerSurvivesStackOverflow) {
    call("local function f() return 1 + f() end f()");
    EXPECT_NE(status_, LUA_OK);
    EXPECT_NE(lua::to_view(L(), -1).find("stack overflow"), std::string_view::npos);
}

} // namespace
