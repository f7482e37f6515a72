// Which of the master's children are workers: shared memory with a word for each slot of
// ngx_processes, where each child says what it is when it begins.
//
// nginx tells a process of siblings that are born later (by messages of the master), but not what
// they are. The table is made by the first configuration and inherited by all children.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::process {

class ProcessTable {
public:
    // In the master, or in the only process.
    static ngx_int_t create(ngx_cycle_t* cycle) noexcept;

    // A child begins.
    static void enter() noexcept;

    // Whether the process in that slot has said that it is something else than a worker.
    [[nodiscard]] static bool is_no_worker(ngx_int_t slot, ngx_pid_t pid) noexcept;
};

} // namespace lua::process
