// A copy of a body that passes in pieces: a chain of buffers in the request's pool.
#pragma once

#include "ngx/http.hpp"

#include <string_view>

namespace srcache {

class Body {
public:
    // How large it will probably be, so that one buffer suffices.
    void expect(off_t size) { expected_ = size; }

    // False when memory is short.
    [[nodiscard]] bool append(ngx_pool_t* pool, std::string_view bytes);

    // Appends what the chain has in memory.
    [[nodiscard]] bool append(ngx_pool_t* pool, const ngx_chain_t* in);

    ngx_chain_t* chain() const { return first_; }
    ngx_chain_t* last() const { return last_; }
    off_t size() const { return size_; }

private:
    bool add_buffer(ngx_pool_t* pool, size_t size);

    ngx_chain_t* first_ = nullptr;
    ngx_chain_t* last_ = nullptr;
    off_t size_ = 0;
    off_t expected_ = 0;
};

} // namespace srcache
