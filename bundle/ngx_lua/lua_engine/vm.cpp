#include "lua_engine/vm.hpp"

#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"
#include "lua_engine/log_api.hpp"
#include "lua_engine/traceback.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua {
namespace {

// Registry key of the Vm pointer; its address is the key.
const char vm_key = 0;

int on_panic(lua_State* L) noexcept {
    const char* reason = lua_isstring(L, -1) ? lua_tostring(L, -1) : "unknown reason";
    ngx_log_stderr(0, "lua atpanic: Lua VM crashed, reason: %s", reason);
    ngx_quit = 1;
    // Returning would end the process in the middle of a request; LuaJIT gives no other way back
    // into nginx than to unwind, which it cannot do here.
    return 0;
}

} // namespace

Vm* Vm::create(const VmRecipe& recipe, Vm* parent, ngx_log_t* log, ngx_uint_t level) noexcept {
    Vm* vm = new Vm(recipe, parent);
    if (!vm->open(log, level)) {
        vm->release();
        return nullptr;
    }
    return vm;
}

Vm& Vm::of(lua_State* L) noexcept {
    lua_pushlightuserdata(L, const_cast<char*>(&vm_key));
    lua_rawget(L, LUA_REGISTRYINDEX);
    auto* vm = static_cast<Vm*>(lua_touserdata(L, -1));
    lua_pop(L, 1);
    return *vm;
}

Vm::~Vm() {
    if (L_ != nullptr) {
        NGX_LUA_DEBUG(ngx_cycle->log, "%slua close the global Lua VM %p", recipe_.log_prefix, L_);
        lua_close(L_);
    }
}

void Vm::release() noexcept {
    if (!shared()) {
        NGX_LUA_DEBUG(ngx_cycle->log, "%slua decrementing the reference count for Lua VM: %d",
                      recipe_.log_prefix, references_);
    }
    if (--references_ == 0) {
        delete this;
    }
}

bool Vm::open(ngx_log_t* log, ngx_uint_t level) noexcept {
    L_ = luaL_newstate();
    if (L_ == nullptr) {
        ngx_log_error(level, log, 0, "failed to initialize Lua VM");
        return false;
    }
    lua_atpanic(L_, on_panic);

    if (protect(L_, open_protected, this) == 0) {
        return true;
    }
    std::string_view reason = to_view(L_, -1);
    if (reason.empty()) {
        reason = "unknown reason";
    }
    ngx_log_error(level, log, 0,
                  "failed to load the 'resty.core' module "
                  "(https://github.com/openresty/lua-resty-core); ensure you are using an "
                  "OpenResty release from https://openresty.org/en/download.html (reason: %*s)",
                  reason.size(), reason.data());
    return false;
}

int Vm::open_protected(lua_State* L) {
    auto& vm = *static_cast<Vm*>(lua_touserdata(L, 1));
    const VmRecipe& recipe = vm.recipe_;

    lua_pushlightuserdata(L, const_cast<char*>(&vm_key));
    lua_pushlightuserdata(L, &vm);
    lua_rawset(L, LUA_REGISTRYINDEX);

    luaL_openlibs(L);
    vm.globals_ = lua_topointer(L, LUA_GLOBALSINDEX);
    vm.coroutines_.open(L);
    vm.kept_.open(L);
    lua_newtable(L);
    vm.code_cache_ = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcfunction(L, traceback_handler);
    vm.message_handler_ = luaL_ref(L, LUA_REGISTRYINDEX);

    set_package_paths(L, recipe, vm.parent_ == nullptr ? nullptr : vm.parent_->L_);
    install_engine_api(L, recipe);

    // What runs once is not worth compiling, and must not count towards what is.
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "resty.core");
    lua_call(L, 1, 0);
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON);

    guard_globals(L);
    return 0;
}

Vm::Coroutine Vm::take_coroutine() noexcept {
    if (!free_coroutines_.empty()) {
        Coroutine coroutine = free_coroutines_.back();
        free_coroutines_.pop_back();
        NGX_LUA_DEBUG(ngx_cycle->log, "lua reusing cached lua thread %p (ref %d)", coroutine.L,
                      coroutine.anchor);
        return coroutine;
    }
    if (lua_checkstack(L_, 4) == 0) {
        return {nullptr, 0};
    }

    lua_State* co = lua_newthread(L_);
    return {co, coroutines_.keep(L_)};
}

void Vm::give_back(Coroutine coroutine, bool clean) noexcept {
    // One that an error has ended is not used again: it may have grown large.
    bool died = lua_status(coroutine.L) > LUA_YIELD;
    if (shared() && !died &&
        static_cast<ngx_int_t>(free_coroutines_.size()) < recipe_.pooled_coroutines) {
        if (clean) {
            lua_settop(coroutine.L, 0);
        } else {
            reset(coroutine.L);
        }
        if (lua_topointer(coroutine.L, LUA_GLOBALSINDEX) != globals_) { // setfenv(0, ...)
            reset(coroutine.L);
            lua_pushvalue(L_, LUA_GLOBALSINDEX);
            lua_xmove(L_, coroutine.L, 1);
            lua_replace(coroutine.L, LUA_GLOBALSINDEX);
        }
        NGX_LUA_DEBUG(ngx_cycle->log, "lua caching unused lua thread %p (ref %d)", coroutine.L,
                      coroutine.anchor);
        free_coroutines_.push_back(coroutine);
        return;
    }
    coroutines_.drop(L_, coroutine.anchor);
}

// The function closes the upvalues of its first argument, not of the thread that it empties: with
// another first argument, closures that outlive a killed thread would be left pointing into its
// stack.
void Vm::reset(lua_State* co) noexcept {
    lua_resetthread(co, co);
}

ngx_log_t* log_of(lua_State* L) {
    const Current& now = current();
    if (now.host != nullptr) {
        return now.host->log();
    }
    static_cast<void>(L);
    return const_cast<ngx_log_t*>(ngx_cycle->log);
}

} // namespace lua
