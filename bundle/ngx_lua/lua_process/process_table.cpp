#include "lua_process/process_table.hpp"

#include <atomic>

namespace lua::process {
namespace {

using Word = std::atomic<int>; // a worker's pid; the negative pid of another child; 0

Word* table = nullptr;

} // namespace

ngx_int_t ProcessTable::create(ngx_cycle_t* cycle) noexcept {
    if (table != nullptr) {
        return NGX_OK;
    }
    ngx_shm_t memory{};
    memory.size = NGX_MAX_PROCESSES * sizeof(Word);
    memory.name = ngx_string("lua process table");
    memory.log = cycle->log;
    if (ngx_shm_alloc(&memory) != NGX_OK) {
        return NGX_ERROR;
    }
    table = reinterpret_cast<Word*>(memory.addr); // zero bytes
    return NGX_OK;
}

void ProcessTable::enter() noexcept {
    const bool is_child = ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_HELPER;
    if (table != nullptr && is_child) {
        table[ngx_process_slot].store(ngx_process == NGX_PROCESS_WORKER ? ngx_pid : -ngx_pid);
    }
}

bool ProcessTable::is_no_worker(ngx_int_t slot, ngx_pid_t pid) noexcept {
    return table != nullptr && table[slot].load() == -pid;
}

} // namespace lua::process
