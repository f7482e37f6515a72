// Tasks of one host that wait for the same thing, as for output to leave: all are woken together,
// with 1, or with nil and an error. A member of what they wait for; the waits lie in the host's
// pool.
#pragma once

#include "ngx/nginx.hpp"

namespace lua {

struct Task;

class WaitList {
public:
    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;

    // Makes task wait; false when memory is short.
    [[nodiscard]] bool add(Task& task, ngx_pool_t* pool) noexcept;

    // Ends all waits: with 1 if error is null.
    void wake(const char* error) noexcept;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

private:
    class Member;

    Member* first_ = nullptr;
};

} // namespace lua
