// reqsock:peek(size): bytes from the start of the preread buffer, without consuming them. nginx
// fills the buffer, a bit more each time the preread handler says that it needs more; so a peek
// that has to wait makes the handler say so.
#pragma once

#include "lua_engine/wait.hpp"
#include "ngx/stream.hpp"

namespace lua::stream {

class StreamHost;

class PrereadPeek final : public Wait {
public:
    explicit PrereadPeek(StreamHost& host) noexcept : host_(host) {}

    // Lets the running task wait for `size` bytes.
    void start(size_t size, Task& task) noexcept;

    // True while a peek waits: the preread handler needs more.
    [[nodiscard]] bool wants_data() const noexcept { return pending(); }

    // Called by the preread handler, with what nginx has read so far in the connection's buffer.
    // Completes the wait if that is enough.
    void look() noexcept;

private:
    void cancel() noexcept override {}

    StreamHost& host_;
    size_t size_ = 0;
};

} // namespace lua::stream
