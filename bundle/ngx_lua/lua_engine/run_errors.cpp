// What happens when a task raises an error: who hears of it, and what is logged.
#include "lua_engine/host.hpp"
#include "lua_engine/run.hpp"
#include "lua_engine/traceback.hpp"
#include "lua_engine/vm.hpp"

#include "lua_text/bounded_text.hpp"

#include <string_view>

namespace lua {
namespace {

constexpr size_t kMaxTracedCoroutines = 5;

const char* error_class(int rc) noexcept {
    switch (rc) {
    case LUA_ERRRUN:
        return "runtime error";
    case LUA_ERRSYNTAX:
        return "syntax error";
    case LUA_ERRERR:
        return "error handler error";
    default:
        return "unknown error";
    }
}

// The message on top of a failed coroutine's stack. lua_tolstring converts a number in place, which
// allocates; an error object of another type has no text.
std::string_view error_text(lua_State* L) noexcept {
    return lua_isstring(L, -1) ? to_view(L, -1) : std::string_view{"unknown reason"};
}

// Leaves the values that ngx.thread.wait gives after `false`: for error("text") the text as it was
// given, then the message with its position; else just the error object.
void keep_error_values(lua_State* L) noexcept {
    int top = lua_gettop(L);
    lua_Debug frame{};
    bool from_error_call = top >= 2 && lua_getstack(L, 0, &frame) == 1 &&
                           lua_getinfo(L, "S", &frame) != 0 && *frame.what == 'C' &&
                           lua_type(L, 1) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING &&
                           to_view(L, -1).ends_with(to_view(L, 1));
    if (from_error_call) {
        lua_replace(L, 2);
        lua_settop(L, 2);
    } else {
        lua_replace(L, 1);
        lua_settop(L, 1);
    }
}

} // namespace

void Run::log_abort(Task& task, int rc, const char* what) noexcept {
    lua_State* chain[kMaxTracedCoroutines];
    size_t n = 0;
    for (Task* t = &task; t != nullptr && n < kMaxTracedCoroutines; t = t->parent) {
        if (t->state == Task::State::dead) {
            break;
        }
        chain[n++] = t->L;
        if (t->kind == Task::Kind::entry) {
            break;
        }
    }
    std::string_view message = error_text(task.L);
    static char memory[NGX_MAX_ERROR_STR]; // nginx cuts longer lines anyway
    text::BoundedText trace{memory};
    append_traceback(trace, {chain, n});
    ngx_log_error(NGX_LOG_ERR, host_.log(), 0, "%slua %s thread aborted: %s: %*s\n%*s",
                  task.kind == Task::Kind::entry ? "" : host_.vm().recipe().log_prefix, what,
                  error_class(rc), message.size(), message.data(), trace.view().size(),
                  trace.view().data());
}

Task* Run::on_error(Task& task, int rc) noexcept {
    cancel_wait(task);
    ask_ = Ask::nothing;
    end_ = End::none; // an error after ngx.exit cannot be: exit yields

    // An error in a wrapped coroutine goes on through the parents up to the first that catches it.
    Task* top = &task;
    while (top->kind == Task::Kind::coroutine && top->wraps) {
        top = top->parent;
    }

    if (top->kind == Task::Kind::coroutine) { // under coroutine.resume
        Task& parent = *top->parent;
        lua_checkstack(parent.L, 2);
        lua_pushboolean(parent.L, 0);
        lua_xmove(task.L, parent.L, 1);
        parent.nresults = 2;
        for (Task* t = &task; t != &parent; t = t->parent) {
            t->state = Task::State::dead;
            t->failed = true;
        }
        return &parent;
    }

    bool is_entry = top->kind == Task::Kind::entry;
    log_abort(task, rc, is_entry ? "entry" : "user");
    if (is_entry) {
        entry_failed_ = true;
        top->failed = true;
        return nullptr;
    }

    if (top == &task) {
        keep_error_values(task.L);
    } else {
        lua_settop(top->L, 0);
        lua_xmove(task.L, top->L, 1);
        for (Task* t = &task; t != top; t = t->parent) {
            t->state = Task::State::dead;
            t->failed = true;
        }
    }
    return thread_over(*top, false);
}

} // namespace lua
