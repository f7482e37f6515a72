#include "lua_engine/run.hpp"

#include "lua_engine/host.hpp"
#include "lua_engine/vm.hpp"
#include "lua_engine/wait.hpp"

namespace lua {
namespace {

Current current_state;

void move_values(Task& from, Task& to, int n) noexcept {
    if (n > 0) {
        lua_checkstack(to.L, n);
        lua_xmove(from.L, to.L, n);
    }
}

} // namespace

Current& current() noexcept {
    return current_state;
}

void Wait::begin(Task& task) noexcept {
    Run::cancel_wait(task); // of an operation that Lua could not yield for
    task_ = &task;
    task.wait = this;
}

void Wait::complete(int nresults) noexcept {
    Task& task = *task_;
    offer(nresults);
    task_ = nullptr;
    task.wait = nullptr;
}

void Wait::offer(int nresults) noexcept {
    Task& task = *task_;
    task.nresults = nresults;
    task.run->make_woken(task);
    task.run->host().wake();
}

// --- tasks ---

Task* Run::add_task(lua_State* L, Task::Kind kind) noexcept {
    Task* task = TaskSlab::take();
    if (task == nullptr) {
        return nullptr;
    }
    task->L = L;
    task->run = this;
    task->kind = kind;
    task->next = tasks_;
    if (tasks_ != nullptr) {
        tasks_->prev = task;
    }
    tasks_ = task;
    return task;
}

lua_State* Run::begin() noexcept {
    end_ = End::none;
    ask_ = Ask::nothing;
    entry_failed_ = false;
    abandoned_ = false;
    live_threads_ = 0;

    Vm::Coroutine coroutine = host_.vm().take_coroutine();
    if (coroutine.L == nullptr) {
        return nullptr;
    }
    entry_ = add_task(coroutine.L, Task::Kind::entry);
    if (entry_ == nullptr) {
        host_.vm().give_back(coroutine, true);
        return nullptr;
    }
    entry_->anchor = coroutine.anchor;
    lua_setexdata(coroutine.L, host_.exdata());
    return coroutine.L;
}

void Run::discard() noexcept {
    entry_->state = Task::State::dead;
    finish();
}

Task* Run::new_coroutine(lua_State* creator) noexcept {
    lua_State* L = lua_newthread(creator);
    Task* task = add_task(L, Task::Kind::coroutine);
    if (task != nullptr) {
        task->state = Task::State::suspended;
        TaskMap::put(task);
    }
    return task;
}

Task* Run::reserve_thread(Task& parent) noexcept {
    Vm::Coroutine coroutine = host_.vm().take_coroutine();
    if (coroutine.L == nullptr) {
        return nullptr;
    }
    Task* task = add_task(coroutine.L, Task::Kind::thread);
    if (task == nullptr) {
        host_.vm().give_back(coroutine, true);
        return nullptr;
    }
    task->anchor = coroutine.anchor;
    task->parent = &parent;
    lua_setexdata(task->L, host_.exdata());
    TaskMap::put(task);
    task->state = Task::State::suspended;
    return task;
}

void Run::wake_reserved(Task& thread) noexcept {
    live_threads_++;
    make_woken(thread);
    host_.wake();
}

Task* Run::new_thread(Task& parent) noexcept {
    Task* task = reserve_thread(parent);
    if (task != nullptr) {
        host_.vm().push_coroutine(parent.L, task->anchor);
        task->state = Task::State::ready;
        live_threads_++;
    }
    return task;
}

// Frees the task record. A thread's coroutine goes back to the pool only now, at the end of the
// run: until then the handler may still hold it, and must not find another thread behind it.
void Run::release(Task& task) noexcept {
    cancel_wait(task);
    if (&task != entry_) {
        TaskMap::remove(&task);
    }
    if (task.anchor != 0) {
        bool clean = task.state == Task::State::dead && !task.failed;
        host_.vm().give_back({task.L, task.anchor}, clean);
    }
    TaskSlab::give_back(&task);
}

void Run::finish() noexcept {
    Task* task = tasks_;
    tasks_ = nullptr;
    while (task != nullptr) {
        Task* next = task->next;
        release(*task);
        task = next;
    }
    entry_ = nullptr;
    ready_ = {};
    woken_ = {};
    live_threads_ = 0;
}

void Run::abort() noexcept {
    if (active()) {
        finish();
    }
}

bool Run::blocks_abort() const noexcept {
    for (Task* task = tasks_; task != nullptr; task = task->next) {
        if (task->wait != nullptr && task->wait->blocks_abort()) {
            return true;
        }
    }
    return false;
}

// A thread may be inside coroutines that it resumed: then the innermost one holds the Wait.
bool Run::runs_inside(const Task* task, const Task& thread) noexcept {
    while (task != nullptr && task != &thread && task->kind == Task::Kind::coroutine) {
        task = task->parent;
    }
    return task == &thread;
}

bool Run::blocks_abort(const Task& thread) const noexcept {
    for (Task* task = tasks_; task != nullptr; task = task->next) {
        if (task->wait != nullptr && task->wait->blocks_abort() && runs_inside(task, thread)) {
            return true;
        }
    }
    return false;
}

void Run::cancel_wait(Task& task) noexcept {
    if (task.wait != nullptr) {
        Wait* wait = task.wait;
        task.wait = nullptr;
        wait->task_ = nullptr;
        wait->cancel();
    }
}

void Run::kill(Task& thread) noexcept {
    for (Task* task = tasks_; task != nullptr; task = task->next) {
        if (task != &thread && task->state != Task::State::dead && runs_inside(task, thread)) {
            cancel_wait(*task);
            task->state = Task::State::dead;
            task->failed = true;
        }
    }
    cancel_wait(thread);
    thread.failed = true; // its coroutine must be reset before it is used again
    if (thread.state != Task::State::zombie) {
        live_threads_--;
    }
    thread.state = Task::State::dead;
    orphan_children(thread);
}

void Run::bury(Task& thread) noexcept {
    thread.state = Task::State::dead;
    lua_settop(thread.L, 0);
}

void Run::orphan_children(Task& task) noexcept {
    for (Task* child = tasks_; child != nullptr; child = child->next) {
        if (child->parent != &task) {
            continue;
        }
        child->parent = nullptr;
        child->waited_for = false;
        if (child->state == Task::State::zombie) {
            bury(*child);
        }
    }
}

// --- the ready list ---

void Run::append(List& list, Task& task) noexcept {
    task.state = Task::State::ready;
    if (task.in_ready_list) {
        return;
    }
    task.in_ready_list = true;
    task.next_ready = nullptr;
    (list.first == nullptr ? list.first : list.last->next_ready) = &task;
    list.last = &task;
}

Task* Run::take_from(List& list) noexcept {
    while (list.first != nullptr) {
        Task* task = list.first;
        list.first = task->next_ready;
        task->in_ready_list = false;
        if (task->state == Task::State::ready) { // else killed meanwhile
            return task;
        }
    }
    return nullptr;
}

Task* Run::next_ready() noexcept {
    Task* task = take_from(ready_);
    return task != nullptr ? task : take_from(woken_);
}

// --- running ---

Step Run::start(int nargs) noexcept {
    entry_->nresults = nargs;
    return drive(entry_);
}

Step Run::resume_ready() noexcept {
    return drive(next_ready());
}

int Run::enter(Task& task) noexcept {
    CurrentScope scope{host_.vm(), &host_, &task};
    if (task.wait != nullptr) { // has offered something
        Wait* wait = task.wait;
        task.wait = nullptr;
        wait->task_ = nullptr;
        wait->taken();
    }
    task.state = Task::State::running;
    int nresults = task.nresults;
    task.nresults = 0;
    return lua_resume(task.L, nresults);
}

Step Run::drive(Task* task) noexcept {
    while (task != nullptr) {
        int rc = enter(*task);
        if (end_ != End::none && rc == LUA_YIELD) {
            finish();
            return Step::ended;
        }
        task = rc == LUA_YIELD ? on_yield(*task) : rc == 0 ? on_return(*task) : on_error(*task, rc);
        if (entry_failed_) {
            abandoned_ = blocks_abort();
            finish();
            return Step::failed;
        }
    }
    if (entry_->state == Task::State::dead && live_threads_ == 0) {
        finish();
        return Step::done;
    }
    return Step::waiting;
}

Task* Run::on_yield(Task& task) noexcept {
    Ask what = ask_;
    ask_ = Ask::nothing;
    if (what != Ask::nothing) {
        cancel_wait(task);
    }

    switch (what) {
    case Ask::resume:
        return resume_child(task);
    case Ask::spawn:
        task.nresults = lua_gettop(task.L); // the thread, for the spawner
        make_ready(task);
        return ask_target_;
    case Ask::yield:
        break;
    case Ask::wait_for_threads:
        lua_settop(task.L, 0);
        task.state = Task::State::waiting;
        return next_ready();
    case Ask::nothing:
        if (task.wait == nullptr) {
            break; // coroutine._yield without any operation
        }
        lua_settop(task.L, 0);
        task.state = Task::State::waiting;
        static_cast<void>(host_.guard());
        return next_ready();
    }
    return task.kind == Task::Kind::coroutine ? yield_to_parent(task) : give_way(task);
}

// The yielded values are the coroutine and the arguments for it. The coroutine stays on the stack:
// that keeps it from the garbage collector while it runs.
Task* Run::resume_child(Task& task) noexcept {
    Task& child = *ask_target_;
    int nargs = lua_gettop(task.L) - 1;

    move_values(task, child, nargs);
    child.nresults = nargs;
    child.parent = &task;
    task.state = Task::State::normal;
    return &child;
}

Task* Run::yield_to_parent(Task& task) noexcept {
    Task& parent = *task.parent;
    int n = lua_gettop(task.L);

    task.state = Task::State::suspended;
    lua_checkstack(parent.L, n + 1);
    if (!task.wraps) {
        lua_pushboolean(parent.L, 1);
    }
    move_values(task, parent, n);
    parent.nresults = task.wraps ? n : n + 1;
    return &parent;
}

Task* Run::give_way(Task& task) noexcept {
    lua_settop(task.L, 0);
    Task* other = next_ready();
    if (other == nullptr) {
        return &task;
    }
    make_ready(task);
    return other;
}

Task* Run::on_return(Task& task) noexcept {
    cancel_wait(task);
    switch (task.kind) {
    case Task::Kind::coroutine: {
        Task* parent = yield_to_parent(task);
        task.state = Task::State::dead;
        return parent;
    }
    case Task::Kind::thread:
        return thread_over(task, true);
    case Task::Kind::entry:
        break;
    }
    lua_settop(task.L, 0);
    task.state = Task::State::dead;
    if (task.prev != nullptr) { // made tasks
        orphan_children(task);
    }
    return next_ready();
}

// The results, or the error values, lie on the thread's stack.
Task* Run::thread_over(Task& task, bool ok) noexcept {
    Task* parent = task.parent;
    live_threads_--;
    task.failed = !ok;
    orphan_children(task);

    if (parent == nullptr) {
        bury(task);
        return next_ready();
    }
    if (!task.waited_for) {
        task.state = Task::State::zombie;
        return next_ready();
    }

    int n = lua_gettop(task.L);
    lua_checkstack(parent->L, n + 1);
    lua_pushboolean(parent->L, ok ? 1 : 0);
    move_values(task, *parent, n);
    parent->nresults = n + 1;
    parent->waits_for_thread = false;
    task.state = Task::State::dead;
    for (Task* sibling = tasks_; sibling != nullptr; sibling = sibling->next) {
        if (sibling->parent == parent) {
            sibling->waited_for = false;
        }
    }
    make_ready(*parent);
    return next_ready();
}

} // namespace lua
