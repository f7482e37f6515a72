// The buffers in which ngx.print and ngx.say gather until they are passed on, as a chain. The
// memory comes from a pool and is used again once nginx has sent it.
#pragma once

#include "lua_text/ffi_types.hpp"
#include "ngx/nginx.hpp"

namespace lua {

class OutputChain {
public:
    // tag: tells the buffers from those of other modules.
    explicit OutputChain(ngx_buf_tag_t tag) noexcept : tag_(tag) {}
    OutputChain(const OutputChain&) = delete;
    OutputChain& operator=(const OutputChain&) = delete;

    // Appends the cells, and a newline if asked; false when memory is short.
    [[nodiscard]] bool write(ngx_pool_t* pool, ngx_log_t* log, const OutCell* cells, int n,
                             bool newline) noexcept;

    // The last buffer of the chain, made without bytes if there is none; null when memory is short.
    [[nodiscard]] ngx_buf_t* last(ngx_pool_t* pool, ngx_log_t* log) noexcept;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] size_t size() const noexcept { return size_; }

    // Hands the chain over.
    [[nodiscard]] ngx_chain_t* take() noexcept;

    // The chain that was taken has been passed on: keeps what was sent for use again.
    void passed(ngx_pool_t* pool, ngx_chain_t* chain) noexcept;

    // Forgets what has gathered.
    void drop() noexcept;

private:
    [[nodiscard]] u_char* reserve(ngx_pool_t* pool, ngx_log_t* log, size_t size) noexcept;
    [[nodiscard]] ngx_chain_t* take_link(ngx_pool_t* pool, ngx_log_t* log, size_t size) noexcept;

    ngx_buf_tag_t tag_;
    ngx_chain_t* first_ = nullptr;
    ngx_chain_t* last_ = nullptr;
    ngx_chain_t* free_ = nullptr;
    ngx_chain_t* busy_ = nullptr;
    size_t size_ = 0;
    size_t next_capacity_ = 1024;
};

} // namespace lua
