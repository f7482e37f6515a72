// ngx.thread: light threads.
#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"

namespace lua {
namespace {

int spawn(lua_State* L) {
    Task& self = check_task(L);
    if (lua_type(L, 1) != LUA_TFUNCTION || lua_iscfunction(L, 1) != 0) {
        luaL_argerror(L, 1, "Lua function expected");
    }
    int nargs = lua_gettop(L) - 1;
    Task* thread = self.run->new_thread(self); // leaves the coroutine on top
    if (thread == nullptr) {
        return luaL_error(L, "no memory");
    }
    lua_insert(L, 1);
    lua_checkstack(thread->L, nargs + 1);
    lua_xmove(L, thread->L, nargs + 1);
    thread->nresults = nargs;
    self.run->ask_spawn(*thread);
    return lua_yield(L, 1);
}

// The thread of argument i that self may wait for; null if it is over and gone.
Task* check_thread(lua_State* L, const Task& self, int i) {
    const lua_State* co = lua_tothread(L, i);
    if (co == nullptr) {
        luaL_argerror(L, i, "lua thread expected");
    }
    Task* task = TaskMap::find(co);
    if (task == nullptr || task->run != self.run) {
        return nullptr;
    }
    if (task->kind != Task::Kind::thread) {
        luaL_error(L, "attempt to wait on a coroutine that is not a user thread");
    }
    if (task->state == Task::State::dead) {
        return nullptr;
    }
    if (task->parent != &self) {
        luaL_error(L, "only the parent coroutine can wait on the thread");
    }
    return task;
}

int take_results(lua_State* L, Task& thread) {
    int n = lua_gettop(thread.L);
    luaL_checkstack(L, n + 1, "too many results");
    lua_pushboolean(L, thread.failed ? 0 : 1);
    lua_xmove(thread.L, L, n);
    thread.run->bury(thread);
    return n + 1;
}

void forget_waits(const Task& self) {
    for (Task* t = self.run->first_task(); t != nullptr; t = t->next) {
        if (t->parent == &self) {
            t->waited_for = false;
        }
    }
}

int wait(lua_State* L) {
    int n = lua_gettop(L);
    if (n == 0) {
        return luaL_error(L, "at least one coroutine should be specified");
    }
    Task& self = check_task(L);

    bool any_alive = false;
    forget_waits(self);
    for (int i = 1; i <= n; i++) {
        Task* thread = check_thread(L, self, i);
        if (thread == nullptr) {
            if (i < n) {
                continue;
            }
            forget_waits(self);
            lua_pushnil(L);
            lua_pushliteral(L, "already waited or killed");
            return 2;
        }
        if (thread->state == Task::State::zombie) {
            forget_waits(self);
            return take_results(L, *thread);
        }
        thread->waited_for = true;
        any_alive = true;
    }
    if (!any_alive) {
        lua_pushnil(L);
        lua_pushliteral(L, "already waited or killed");
        return 2;
    }
    self.waits_for_thread = true;
    self.run->ask_wait_for_threads();
    return lua_yield(L, 0);
}

int refuse(lua_State* L, const char* why) {
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

int kill(lua_State* L) {
    Task& self = check_task(L);
    const lua_State* co = lua_tothread(L, 1);
    if (co == nullptr) {
        luaL_argerror(L, 1, "lua thread expected");
    }
    Task* task = TaskMap::find(co);
    if (task == nullptr || task->run != self.run) {
        bool is_entry = co == self.L || self.run->is_entry(co);
        return refuse(L, is_entry ? "not user thread" : "already waited or killed");
    }
    if (task->kind != Task::Kind::thread) {
        return refuse(L, "not user thread");
    }
    if (task->state == Task::State::dead) {
        return refuse(L, "already waited or killed");
    }
    if (task->parent != &self) {
        return refuse(L, "killer not parent");
    }
    if (task->state == Task::State::zombie) {
        self.run->bury(*task);
        return refuse(L, "already terminated");
    }
    if (self.run->blocks_abort(*task)) {
        return refuse(L, "pending subrequests");
    }
    self.run->kill(*task);
    lua_pushinteger(L, 1);
    return 1;
}

} // namespace

void install_thread_api(lua_State* L) {
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, spawn);
    lua_setfield(L, -2, "spawn");
    lua_pushcfunction(L, wait);
    lua_setfield(L, -2, "wait");
    lua_pushcfunction(L, kill);
    lua_setfield(L, -2, "kill");
    lua_setfield(L, -2, "thread");
}

} // namespace lua
