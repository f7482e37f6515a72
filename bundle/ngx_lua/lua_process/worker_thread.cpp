#include "lua_process/worker_thread.hpp"

#include "ngx/nginx.hpp"

#if (NGX_THREADS)

#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"
#include "lua_engine/timeout.hpp"
#include "lua_engine/wait.hpp"
#include "lua_process/thread_vm.hpp"
#include "lua_process/value_copy.hpp"
#include "ngx/str.hpp"

extern "C" {
#include <ngx_thread_pool.h>
}

namespace lua::process {
namespace {

// One call. On the stack of its VM: the function and its arguments, later its results or an error.
class Job final : public Wait {
public:
    explicit Job(ThreadVm& vm) noexcept : vm_(vm), keep_alive_(*this) {
        task_.handler = in_thread;
        task_.ctx = this;
        task_.event.handler = on_done;
        task_.event.data = this;
    }

    [[nodiscard]] bool post(ngx_thread_pool_t* pool) noexcept {
        return ngx_thread_task_post(pool, &task_) == NGX_OK;
    }

    void start(Task& task) noexcept {
        keep_alive_.start(kForever);
        begin(task);
    }

    void remove() noexcept {
        give_back_thread_vm(vm_);
        this->~Job();
        ngx_free(this);
    }

private:
    static constexpr ngx_msec_t kForever = 0x7fffffff;

    static void in_thread(void* data, ngx_log_t*) noexcept {
        auto& job = *static_cast<Job*>(data);
        lua_State* L = job.vm_.L;
        job.vm_.tidy();
        job.failed_ = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0) != 0;
    }

    static void on_done(ngx_event_t* ev) noexcept {
        auto& job = *static_cast<Job*>(ev->data);
        if (job.pending()) {
            job.keep_alive_.stop();
            job.complete(job.push_results());
        }
        job.remove();
    }

    // On the stack of the task that waits.
    int push_results() noexcept {
        lua_State* L = task()->L;
        const int n = lua_gettop(vm_.L);
        lua_checkstack(L, n + 2);
        lua_pushboolean(L, failed_ ? 0 : 1);
        const char* refused = copy_values(vm_.L, L, n);
        if (refused == nullptr) {
            return n + 1;
        }
        lua_pop(L, 1);
        lua_pushboolean(L, 0);
        lua_pushfstring(L, "%s in the return value", refused);
        return 2;
    }

    void cancel() noexcept override { keep_alive_.stop(); }
    void never() noexcept {}

    ThreadVm& vm_;
    ngx_thread_task_t task_ = {};
    // A worker that exits gracefully goes on as long as a timer is armed.
    Timeout<Job, &Job::never> keep_alive_;
    bool failed_ = false;
};

int fail(lua_State* L, const char* why) {
    lua_pushboolean(L, 0);
    lua_pushstring(L, why);
    return 2;
}

const char* check_arguments(lua_State* L) {
    if (lua_gettop(L) < 3) {
        return "expecting at least 3 arguments";
    }
    if (lua_isstring(L, 1) == 0) {
        return "threadpool should be a string";
    }
    if (lua_isstring(L, 2) == 0) {
        return "module name should be a string";
    }
    return lua_isstring(L, 3) == 0 ? "function name should be a string" : nullptr;
}

// Leaves the function on the VM's stack. False: an error text is there instead.
bool load_function(lua_State* vm, std::string_view module, std::string_view name) {
    lua_getglobal(vm, "require");
    push(vm, module);
    if (lua_pcall(vm, 1, 1, 0) != 0) {
        return false;
    }
    if (!lua_istable(vm, -1)) {
        lua_pushliteral(vm, "invalid lua module");
        return false;
    }
    push(vm, name);
    lua_rawget(vm, -2);
    if (!lua_isfunction(vm, -1)) {
        lua_pushliteral(vm, "invalid function");
        return false;
    }
    lua_replace(vm, 1);
    lua_settop(vm, 1);
    return true;
}

int run_worker_thread(lua_State* L) {
    Task& task = check_task(L);
    const Host& host = *current().host;
    if (const char* wrong = check_arguments(L)) {
        return fail(L, wrong);
    }
    ngx_str_t name = ngx::str(to_view(L, 1));
    ngx_thread_pool_t* pool = ngx_thread_pool_get(const_cast<ngx_cycle_t*>(ngx_cycle), &name);
    if (pool == nullptr) {
        lua_pushboolean(L, 0);
        lua_pushfstring(L, "thread pool %s not found", lua_tostring(L, 1));
        return 2;
    }
    ThreadVm* vm = take_thread_vm(host.vm());
    if (vm == nullptr) {
        return fail(L, "no available Lua vm");
    }
    void* memory = ngx_alloc(sizeof(Job), host.log());
    if (memory == nullptr) {
        give_back_thread_vm(*vm);
        return fail(L, "no memory");
    }
    auto* job = new (memory) Job(*vm);

    if (!load_function(vm->L, to_view(L, 2), to_view(L, 3))) {
        const bool is_text = lua_isstring(vm->L, -1) != 0;
        lua_pushboolean(L, 0);
        push(L, is_text ? to_view(vm->L, -1) : std::string_view{"unknown reason"});
        job->remove();
        return 2;
    }
    if (const char* refused = copy_values(L, vm->L, lua_gettop(L) - 3)) {
        job->remove();
        lua_pushboolean(L, 0);
        lua_pushfstring(L, "%s in the argument", refused);
        return 2;
    }
    if (!job->post(pool)) {
        job->remove();
        return fail(L, "ngx_thread_task_post failed");
    }
    job->start(task);
    return lua_yield(L, 0);
}

} // namespace

void install_worker_thread_api(lua_State* L) {
    lua_pushcfunction(L, run_worker_thread);
    lua_setfield(L, -2, "run_worker_thread");
}

} // namespace lua::process

#else

namespace lua::process {

void install_worker_thread_api(lua_State*) {}

} // namespace lua::process

#endif
