#include "lua_stream/preread_peek.hpp"

#include "lua_stream/stream_host.hpp"

namespace lua::stream {

void PrereadPeek::start(size_t size, Task& task) noexcept {
    size_ = size;
    begin(task);
}

void PrereadPeek::look() noexcept {
    const ngx_buf_t* buffer = host_.connection().buffer;
    if (!pending() || buffer == nullptr ||
        static_cast<size_t>(buffer->last - buffer->pos) < size_) {
        return;
    }
    lua_pushlstring(task()->L, reinterpret_cast<const char*>(buffer->pos), size_);
    complete(1);
}

} // namespace lua::stream
