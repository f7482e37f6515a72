// One execution of a handler: its entry task, the light threads and coroutines that it makes, and
// the order in which they run. Cooperative: tasks switch only where the API waits, yields, spawns,
// resumes or ends.
//
// A Run is a member of its Host. begin() takes a coroutine from the VM's pool; the caller pushes
// the handler's function on it; start() runs until every task is done, waits, or one ends the
// handler (ngx.exit and the like). A task that was woken goes to the ready list, the host is
// posted, and the host calls resume_ready().
#pragma once

#include "lua_engine/task.hpp"
#include "ngx/export.hpp"

namespace lua {

class Host;

enum class Step : uint8_t {
    done,    // all tasks ended normally
    waiting, // at least one task waits
    ended,   // a task ended the handler: see Run::end()
    failed,  // the entry task raised an error (already logged)
};

class Run {
public:
    // How a task ended its handler. The binding gives the last two their meaning.
    enum class End : uint8_t { none, exit, redirect_internally, restart_phases };

    explicit Run(Host& host) noexcept : host_(host) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // A fresh entry coroutine to push the handler's function on; null when memory is short.
    [[nodiscard]] lua_State* begin() noexcept;
    // Gives the entry coroutine back unused: the function could not be loaded.
    void discard() noexcept;
    // Its nargs arguments lie above the function.
    [[nodiscard]] Step start(int nargs = 0) noexcept;
    [[nodiscard]] Step resume_ready() noexcept;

    // Kills all tasks and cancels what they wait for.
    void abort() noexcept;

    [[nodiscard]] bool active() const noexcept { return tasks_ != nullptr; }
    [[nodiscard]] End end() const noexcept { return end_; }
    [[nodiscard]] int end_status() const noexcept { return end_status_; }
    // The run failed while a task waited for what may not be abandoned.
    [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

    // True while a task waits for something that may not be abandoned (pending subrequests).
    [[nodiscard]] bool blocks_abort() const noexcept;
    // The same for one thread and the coroutines that it is in.
    [[nodiscard]] bool blocks_abort(const Task& thread) const noexcept;

    // For API functions, called by the running task; Lua must yield next.
    void end_by(End how, int status) noexcept {
        end_ = how;
        end_status_ = status;
    }

    // Tasks of this run; null when memory is short.
    [[nodiscard]] Task* new_coroutine(lua_State* creator) noexcept; // leaves the coroutine on top
    [[nodiscard]] Task* new_thread(Task& parent) noexcept;          // leaves it on top of parent.L

    // A thread for something that may happen: it does not keep the run alive until an event wakes
    // it. To push its function on; null when memory is short.
    [[nodiscard]] Task* reserve_thread(Task& parent) noexcept;
    void wake_reserved(Task& thread) noexcept;

    // What the running task asks for by its next yield (coroutine and thread API).
    void ask_resume(Task& child) noexcept { ask(Ask::resume, &child); }
    void ask_yield() noexcept { ask(Ask::yield, nullptr); }
    void ask_spawn(Task& thread) noexcept { ask(Ask::spawn, &thread); }
    void ask_wait_for_threads() noexcept { ask(Ask::wait_for_threads, nullptr); }

    // A thread is killed from outside (ngx.thread.kill), or its results have been taken.
    void kill(Task& thread) noexcept;
    void bury(Task& thread) noexcept;

    // A task can go on: `ready` by the doing of another task, `woken` by an event. What a task has
    // made ready runs before the next one that an event has woken.
    void make_ready(Task& task) noexcept { append(ready_, task); }
    void make_woken(Task& task) noexcept { append(woken_, task); }
    [[nodiscard]] Host& host() const noexcept { return host_; }
    [[nodiscard]] bool is_entry(const lua_State* L) const noexcept {
        return entry_ != nullptr && entry_->L == L;
    }
    [[nodiscard]] Task* first_task() const noexcept { return tasks_; }

private:
    friend class Wait;

    enum class Ask : uint8_t { nothing, resume, yield, spawn, wait_for_threads };

    struct List {
        Task* first = nullptr;
        Task* last = nullptr;
    };

    static void append(List& list, Task& task) noexcept;
    static Task* take_from(List& list) noexcept;

    void ask(Ask what, Task* target) noexcept {
        ask_ = what;
        ask_target_ = target;
    }

    Step drive(Task* task) noexcept;
    int enter(Task& task) noexcept;
    Task* on_yield(Task& task) noexcept;
    Task* on_return(Task& task) noexcept;
    Task* on_error(Task& task, int rc) noexcept;
    Task* resume_child(Task& task) noexcept;
    Task* yield_to_parent(Task& task) noexcept;
    Task* give_way(Task& task) noexcept;
    Task* thread_over(Task& task, bool ok) noexcept;
    void orphan_children(Task& task) noexcept;
    void log_abort(Task& task, int rc, const char* what) noexcept;

    static bool runs_inside(const Task* task, const Task& thread) noexcept;
    static void cancel_wait(Task& task) noexcept;
    Task* add_task(lua_State* L, Task::Kind kind) noexcept;
    void release(Task& task) noexcept;
    void finish() noexcept;
    Task* next_ready() noexcept;

    Host& host_;
    Task* tasks_ = nullptr; // the entry task is the last one
    Task* entry_ = nullptr;
    List ready_;
    List woken_;
    Task* ask_target_ = nullptr;
    int end_status_ = 0;
    unsigned live_threads_ = 0;
    End end_ = End::none;
    Ask ask_ = Ask::nothing;
    bool entry_failed_ = false;
    bool abandoned_ = false;
};

} // namespace lua
