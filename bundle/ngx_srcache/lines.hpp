// The head of a cached response: lines that come in pieces, and what a line says. Knows nothing of
// nginx.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace srcache {

// Puts lines together that pieces may cut anywhere.
class LineReader {
public:
    enum class Step { more, line, overflow };

    LineReader() = default;
    explicit LineReader(std::span<char> buffer) : buffer_(buffer) {}

    // The next line, without its end, in `line`, which is valid until the next call; `piece` loses
    // what has been read. With its end a line has at most `limit` bytes, which the buffer holds.
    Step next(std::string_view& piece, std::string_view& line, size_t limit);

private:
    std::span<char> buffer_;
    size_t size_ = 0; // of what earlier pieces left in the buffer
};

struct StatusLine {
    unsigned status;
    std::string_view text; // "200 OK"
};

// "HTTP/1.1 200 OK"; false if it is another thing.
bool parse_status_line(std::string_view line, StatusLine& out);

struct HeaderLine {
    std::string_view name;
    std::string_view value; // without blanks around it
};

bool parse_header_line(std::string_view line, HeaderLine& out);

} // namespace srcache
