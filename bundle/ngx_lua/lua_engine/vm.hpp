// A Lua virtual machine: the lua_State, its package paths, its pool of coroutines. One serves a
// worker (made in the master for init_by_lua*, inherited by fork); with the code cache off every
// request has its own. Counted references: requests and timers keep their VM alive.
#pragma once

#include "lua_engine/anchors.hpp"
#include "ngx/export.hpp"
#include "ngx/nginx.hpp"

#include <memory>
#include <vector>

namespace lua {

namespace timer {
struct Account;
}

struct Preload {
    const char* package;
    lua_CFunction open;
};

// What a VM is made from: filled from the configuration by a binding, unchanged afterwards.
struct VmRecipe {
    ngx_cycle_t* cycle = nullptr;
    const char* log_prefix = "";  // "stream " before "lua" in some log lines
    ngx_str_t package_path = {};  // lua_package_path; null data: not configured
    ngx_str_t package_cpath = {}; // lua_package_cpath
    ngx_int_t pooled_coroutines = 1024;
    ngx_int_t thread_vms = 10;        // of ngx.run_worker_thread, in a worker
    std::vector<Preload> preloads;    // packages of other nginx modules
    timer::Account* timers = nullptr; // of all VMs made from this
    const char* subsystem = "http";   // names it in debug lines
    // Fills the `ngx` table, which lies on top of the stack, with what the binding adds. May raise.
    void (*install)(lua_State* L, void* data) = nullptr;
    void* data = nullptr;
};

// What another component keeps for a VM. It goes after the Lua state is closed.
struct VmPart {
    virtual ~VmPart() = default;
};

class Vm {
public:
    // Creates a VM with every library and resty.core loaded. On failure logs the reason at `level`
    // and returns null. `parent`, when given, lends its package paths.
    [[nodiscard]] static Vm* create(const VmRecipe& recipe, Vm* parent, ngx_log_t* log,
                                    ngx_uint_t level) noexcept;

    // The VM that the Lua state belongs to.
    [[nodiscard]] static Vm& of(lua_State* L) noexcept;

    void retain() noexcept { references_++; }
    // Gives up one reference; the last one closes the VM.
    void release() noexcept;

    [[nodiscard]] lua_State* state() const noexcept { return L_; }
    [[nodiscard]] const VmRecipe& recipe() const noexcept { return recipe_; }
    [[nodiscard]] ngx_log_t* log() const noexcept { return recipe_.cycle->log; }
    // One VM for all requests, as against one for this request only.
    [[nodiscard]] bool shared() const noexcept { return parent_ == nullptr; }

    struct Coroutine {
        lua_State* L;
        int anchor;
    };

    // A coroutine with an empty stack, kept from the garbage collector until it is given back.
    [[nodiscard]] Coroutine take_coroutine() noexcept;
    // `clean`: it returned normally, so its stack only needs emptying.
    void give_back(Coroutine coroutine, bool clean) noexcept;

    // Pushes the anchored coroutine's Lua value on L.
    void push_coroutine(lua_State* L, int anchor) const { coroutines_.push(L, anchor); }

    // Values that C++ objects hold.
    [[nodiscard]] Anchors& kept() noexcept { return kept_; }

    // Identity of the table of globals, to notice code that has replaced an environment.
    [[nodiscard]] const void* globals() const noexcept { return globals_; }
    // Slot of the registry in which the code cache table lies.
    [[nodiscard]] int code_cache() const noexcept { return code_cache_; }
    [[nodiscard]] int next_chunk_number() noexcept { return ++chunks_; }

    // Pushes the message handler that adds a traceback, for lua_pcall.
    void push_message_handler(lua_State* L) const {
        lua_rawgeti(L, LUA_REGISTRYINDEX, message_handler_);
    }

    std::unique_ptr<VmPart> connection_pools;

private:
    Vm(const VmRecipe& recipe, Vm* parent) noexcept : recipe_(recipe), parent_(parent) {}
    ~Vm();

    bool open(ngx_log_t* log, ngx_uint_t level) noexcept;
    static int open_protected(lua_State* L);
    void reset(lua_State* co) noexcept;

    const VmRecipe& recipe_;
    Vm* parent_;
    lua_State* L_ = nullptr;
    const void* globals_ = nullptr;
    int code_cache_ = 0;
    int chunks_ = 0;
    int message_handler_ = 0; // registry slot
    int references_ = 1;
    Anchors coroutines_;
    Anchors kept_;
    std::vector<Coroutine> free_coroutines_;
};

} // namespace lua
