#include "lua_process/thread_vm.hpp"

#include "lua_engine/api.hpp"

#include <memory>
#include <vector>

namespace lua::process {
namespace {

constexpr int kMuchKib = 1024;

// Of this worker.
struct Pool {
    std::vector<std::unique_ptr<ThreadVm>> all;
    std::vector<ThreadVm*> free;
};

Pool& pool() {
    static Pool instance;
    return instance;
}

// What of resty.core a thread gets; each installs its functions in `ngx`.
constexpr const char* kModules[] = {
    "resty.core.base", "resty.core.hash", "resty.core.base64",
    "resty.core.uri",  "resty.core.args", "resty.core.shdict",
};

// Takes config and shared from a whole API, which needs an engine to work.
void install_ngx(lua_State* L, const VmRecipe& recipe) {
    lua_newtable(L);
    lua_newtable(L);
    recipe.install(L, recipe.data);
    for (const char* field : {"config", "shared"}) {
        lua_getfield(L, -1, field);
        lua_setfield(L, -3, field);
    }
    lua_pop(L, 1);

    lua_getglobal(L, "package");
    lua_getfield(L, -1, "loaded");
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "ngx");
    lua_pop(L, 2);
    lua_setglobal(L, "ngx");
}

int open_protected(lua_State* L) {
    const Vm& caller = *static_cast<Vm*>(lua_touserdata(L, 1));
    luaL_openlibs(L);
    set_package_paths(L, caller.recipe(), caller.state());
    install_ngx(L, caller.recipe());
    for (const char* module : kModules) {
        lua_getglobal(L, "require");
        lua_pushstring(L, module);
        lua_call(L, 1, 0);
    }
    return 0;
}

lua_State* make(Vm& caller) noexcept {
    lua_State* L = luaL_newstate();
    if (L == nullptr) {
        return nullptr;
    }
    if (protect(L, open_protected, &caller) != 0) {
        std::string_view reason = to_view(L, -1);
        ngx_log_error(NGX_LOG_ERR, caller.log(), 0, "failed to make a Lua VM for threads: %*s",
                      reason.size(), reason.data());
        lua_close(L);
        return nullptr;
    }
    return L;
}

} // namespace

void ThreadVm::tidy() noexcept {
    if (lua_gc(L, LUA_GCCOUNT, 0) > 2 * kept_kib + kMuchKib) {
        lua_gc(L, LUA_GCCOLLECT, 0);
        kept_kib = lua_gc(L, LUA_GCCOUNT, 0);
    }
}

ThreadVm* take_thread_vm(Vm& caller) noexcept {
    if (!pool().free.empty()) {
        ThreadVm* vm = pool().free.back();
        pool().free.pop_back();
        return vm;
    }
    if (static_cast<ngx_int_t>(pool().all.size()) >= caller.recipe().thread_vms) {
        return nullptr;
    }
    lua_State* L = make(caller);
    if (L == nullptr) {
        return nullptr;
    }
    pool().all.push_back(std::make_unique<ThreadVm>(ThreadVm{.L = L}));
    return pool().all.back().get();
}

void give_back_thread_vm(ThreadVm& vm) noexcept {
    lua_settop(vm.L, 0);
    pool().free.push_back(&vm);
}

void close_thread_vms() noexcept {
    for (ThreadVm* vm : pool().free) {
        lua_close(vm->L);
    }
    pool().free.clear();
}

} // namespace lua::process
