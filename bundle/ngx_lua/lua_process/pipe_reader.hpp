// Reading a child's stdout or stderr: by line, by size, what is there, or all of it.
#pragma once

#include "lua_process/byte_queue.hpp"
#include "lua_process/pipe_end.hpp"

namespace lua::pipe {

class Reader final : public PipeEnd {
public:
    // The numbers are part of the FFI.
    enum class Mode : uint8_t { all, bytes, line, any };

    Reader(const char* stream, size_t buffer_size) noexcept
        : PipeEnd(Direction::read), stream_(stream), buffer_size_(buffer_size) {}

    [[nodiscard]] Outcome read(Host& host, Mode mode, size_t length, ngx_msec_t timeout) noexcept;

    // What the operation that is over has read. If *size bytes are enough, copies it to *buf and
    // forgets it; else sets *buf to null. *size becomes its size.
    [[nodiscard]] Outcome fetch(u_char** buf, size_t* size) noexcept;

    void close_and_forget() noexcept;

private:
    bool advance() noexcept override;
    void on_timeout() noexcept override;
    void cancel() noexcept override;

    [[nodiscard]] bool find_result() noexcept;
    [[nodiscard]] bool find_line() noexcept;
    bool result(size_t size, size_t behind, ngx_int_t code, const char* error) noexcept;
    bool end_of_file() noexcept;

    ByteQueue unread_;
    const char* stream_; // "stdout", "stderr"
    size_t buffer_size_;
    size_t length_ = 0;
    size_t searched_ = 0; // bytes of unread_ known to have no LF
    size_t result_size_ = 0;
    size_t result_end_ = 0; // the result and the line end behind it
    Mode mode_ = Mode::all;
};

} // namespace lua::pipe
