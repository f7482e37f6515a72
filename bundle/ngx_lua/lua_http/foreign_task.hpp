// A coroutine as other nginx modules see it (ngx_http_lua_co_ctx_t of api/ngx_http_lua_api.h): the
// running task, and the Wait that it begins when the module sets a cleanup handler. Lies in the
// request's pool; the handle of a task stays the same as long as the module asks for no other's.
#pragma once

#include "lua_engine/task.hpp"
#include "lua_engine/wait.hpp"
#include "ngx/http.hpp"

namespace lua::http {

class ForeignTask final : public Wait {
public:
    explicit ForeignTask(Task& task) noexcept : of_(&task) {}

    void wait(ngx_http_cleanup_pt cleanup, void* data) noexcept;
    [[nodiscard]] bool resume(int nresults) noexcept;
    void clean_up() noexcept;

    [[nodiscard]] bool is_of(const Task& task) const noexcept { return of_ == &task; }
    [[nodiscard]] lua_State* state() const noexcept { return of_->L; }
    [[nodiscard]] void* data() const noexcept { return data_; }

private:
    void cancel() noexcept override { clean_up(); }

    Task* of_;
    ngx_http_cleanup_pt cleanup_ = nullptr;
    void* data_ = nullptr;
};

} // namespace lua::http
