// coroutine.* for handlers. A resume or yield goes through the scheduler (Run), so that a coroutine
// may wait for I/O like any light thread. The library table keeps three versions of each function:
// `_create` is Lua's own, `__create` is the one here, and `create` (made by the Lua half) picks one
// per call, since phases that cannot wait use Lua's own.
#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"

namespace lua {
namespace {

Task& make_coroutine(lua_State* L) {
    Task& self = check_task(L);
    if (lua_type(L, 1) != LUA_TFUNCTION || lua_iscfunction(L, 1) != 0) {
        luaL_argerror(L, 1, "Lua function expected");
    }
    Task* task = self.run->new_coroutine(L);
    if (task == nullptr) {
        luaL_error(L, "no memory");
    }
    lua_pushvalue(L, 1);
    lua_xmove(L, task->L, 1);
    return *task;
}

int create(lua_State* L) {
    make_coroutine(L);
    return 1;
}

Task* task_of(const Task& self, const lua_State* co) {
    Task* task = TaskMap::find(co);
    if (task != nullptr) {
        return task->run == self.run ? task : nullptr;
    }
    for (Task* t = self.run->first_task(); t != nullptr; t = t->next) { // the entry task
        if (t->L == co) {
            return t;
        }
    }
    return nullptr;
}

const char* status_name(const Task* task) {
    if (task == nullptr) {
        return "dead";
    }
    switch (task->state) {
    case Task::State::running:
    case Task::State::ready:
    case Task::State::waiting:
        return "running";
    case Task::State::suspended:
        return "suspended";
    case Task::State::normal:
        return "normal";
    case Task::State::zombie:
        return "zombie";
    case Task::State::dead:
        break;
    }
    return "dead";
}

lua_State* check_coroutine(lua_State* L) {
    lua_State* co = lua_tothread(L, 1);
    if (co == nullptr) {
        luaL_argerror(L, 1, "coroutine expected");
    }
    return co;
}

int resume(lua_State* L) {
    lua_State* co = check_coroutine(L);
    Task& self = check_task(L);
    Task* task = task_of(self, co);

    if (task == nullptr || task->state != Task::State::suspended) {
        lua_pushboolean(L, 0);
        lua_pushfstring(L, "cannot resume %s coroutine", status_name(task));
        return 2;
    }
    self.run->ask_resume(*task);
    return lua_yield(L, lua_gettop(L));
}

// `_yield`: as Lua's own, but its error ("attempt to yield across C-call boundary") has no
// position, whichever library function it is that could not wait.
int plain_yield(lua_State* L) {
    return lua_yield(L, lua_gettop(L));
}

int yield(lua_State* L) {
    Task& self = check_task(L);
    self.run->ask_yield();
    return lua_yield(L, lua_gettop(L));
}

int status(lua_State* L) {
    lua_State* co = check_coroutine(L);
    Task& self = check_task(L);
    lua_pushstring(L, status_name(task_of(self, co)));
    return 1;
}

int resume_wrapped(lua_State* L) {
    lua_State* co = lua_tothread(L, lua_upvalueindex(1));
    Task& self = check_task(L);
    Task* task = task_of(self, co);

    if (task == nullptr || task->state != Task::State::suspended) {
        return luaL_error(L, "cannot resume %s coroutine", status_name(task));
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    self.run->ask_resume(*task);
    return lua_yield(L, lua_gettop(L));
}

int wrap(lua_State* L) {
    Task& task = make_coroutine(L);
    task.wraps = true;
    lua_pushcclosure(L, resume_wrapped, 1);
    return 1;
}

struct Entry {
    const char* standard;
    const char* kept;
    const char* scheduled;
    lua_CFunction function;
};

constexpr Entry kEntries[] = {
    {"create", "_create", "__create", create}, {"resume", "_resume", "__resume", resume},
    {"yield", "_yield", "__yield", yield},     {"status", "_status", "__status", status},
    {"wrap", "_wrap", "__wrap", wrap},
};

} // namespace

Task& check_task(lua_State* L) {
    const Current& now = current();
    if (now.host == nullptr) {
        luaL_error(L, "no request found");
    }
    if (!kYieldPhases.has(now.host->phase)) {
        luaL_error(L, "%s", refusal(now.host->phase));
    }
    if (now.task == nullptr) {
        luaL_error(L, "no co ctx found");
    }
    return *now.task;
}

void install_coroutine_api(lua_State* L) {
    lua_getglobal(L, "coroutine");
    for (const Entry& entry : kEntries) {
        lua_getfield(L, -1, entry.standard);
        lua_setfield(L, -2, entry.kept);
        lua_pushcfunction(L, entry.function);
        lua_setfield(L, -2, entry.scheduled);
    }
    lua_pushcfunction(L, plain_yield);
    lua_setfield(L, -2, "_yield");
    lua_pushnil(L); // LuaJIT's extra, which OpenResty's table of coroutine functions lacks
    lua_setfield(L, -2, "isyieldable");
    lua_pop(L, 1);
}

} // namespace lua
