// Writing to a child's stdin.
#pragma once

#include "lua_process/byte_queue.hpp"
#include "lua_process/pipe_end.hpp"

#include <string_view>

namespace lua::pipe {

class Writer final : public PipeEnd {
public:
    Writer() noexcept : PipeEnd(Direction::write) {}

    // Over when all of data is in the pipe; what must wait for that is copied.
    [[nodiscard]] Outcome write(Host& host, std::string_view data, ngx_msec_t timeout) noexcept;

    // The outcome of the operation that is over.
    [[nodiscard]] Outcome fetch() noexcept;

    // All bytes of the last operation.
    [[nodiscard]] size_t total() const noexcept { return total_; }

private:
    bool advance() noexcept override;
    void cancel() noexcept override;

    ByteQueue unwritten_;
    std::string_view rest_; // what is still to be written
    size_t total_ = 0;
};

} // namespace lua::pipe
