// The request line and header lines as the client sent them.
//
// nginx parses the header in place: it puts a NUL over the ":" behind each name and over the byte
// behind each value, and when a buffer is full it copies the incomplete line to the next one. The
// function here undoes both. It knows no nginx types (unit tests link it alone);
// ngx/raw_request.hpp applies it to a request.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace ngx {

namespace detail {

template <typename IsLine>
class RawHeader {
public:
    RawHeader(char* out, IsLine is_line) : out_(out), is_line_(is_line) {}

    // The first line of the first piece, which nginx leaves as it is.
    void copy_request_line(std::string_view& piece) {
        rest_ = piece;
        copy_untouched_line();
        crlf_ = piece.substr(0, piece.size() - rest_.size()).ends_with("\r\n");
        piece = rest_;
    }

    // Copies the complete lines of `piece`; false if the empty line, the end of the header, was one
    // of them.
    bool copy_lines(std::string_view piece, bool is_last) {
        rest_ = piece;
        is_last_ = is_last;

        while (!rest_.empty()) {
            if (is_empty_line(rest_)) {
                copy_untouched_line();
                return false;
            }
            if (!(parsed() ? copy_parsed_line() : copy_untouched_line())) {
                break; // the next piece repeats this line
            }
        }
        return true;
    }

    char* end() const { return out_; }

private:
    static bool is_empty_line(std::string_view s) {
        return s.starts_with('\n') || s.starts_with("\r\n");
    }

    // The line has been parsed and accepted: its name ends with a NUL, not with ":".
    bool parsed() const {
        const size_t i = rest_.find_first_of(std::string_view("\0:\n", 3));
        return i != rest_.npos && rest_[i] == '\0';
    }

    // The line as it stands; false if it is not complete here.
    bool copy_untouched_line() {
        const size_t lf = rest_.find('\n');
        if (lf == rest_.npos) {
            return false;
        }
        put(lf + 1);
        return true;
    }

    bool copy_parsed_line() {
        put(rest_.find('\0'));
        const bool is_value_end = rest_.substr(1).starts_with('\n'); // a name without ":"
        if (!is_value_end) {
            replace(':');
            put(rest_.find('\0'));
        }
        if (rest_.empty()) {
            return false;
        }

        const char end = byte_behind_value();
        replace(end);
        return end == '\n' || copy_untouched_line();
    }

    // What the NUL at the start of rest_, behind a value, was: the CR or LF of the line's end, or
    // the first of some blanks. It is the LF if the line end that follows is already the empty
    // line's.
    char byte_behind_value() const {
        const std::string_view next = rest_.substr(1);
        if (next.starts_with(' ')) {
            return ' ';
        }
        if (next.starts_with("\r\n")) {
            return header_goes_on(next.substr(2)) ? ' ' : '\n';
        }
        if (next.starts_with('\n')) {
            const std::string_view then = next.substr(1);
            const bool cr = (crlf_ && !then.empty()) || is_empty_line(then) || header_goes_on(then);
            return cr ? '\r' : '\n';
        }
        return '\n';
    }

    bool header_goes_on(std::string_view s) const {
        return s.empty() ? !is_last_ : is_line_(s.data());
    }

    void put(size_t n) {
        n = std::min(n, rest_.size());
        std::memcpy(out_, rest_.data(), n);
        out_ += n;
        rest_.remove_prefix(n);
    }

    void replace(char c) {
        *out_++ = c;
        rest_.remove_prefix(1);
    }

    char* out_;
    IsLine is_line_;
    std::string_view rest_;
    bool is_last_ = false;
    bool crlf_ = false; // the request line ends so; other lines may differ
};

} // namespace detail

// Restores the header that lies in `pieces`, the buffers in the order of their use; the first piece
// starts with the request line, the last may go on behind the header. is_line(p) says whether a
// header line that nginx accepted starts at p. Writes at most as many bytes to `out` as there are
// in all pieces; returns their number.
template <typename IsLine>
size_t restore_header(std::span<const std::string_view> pieces, char* out, IsLine is_line) {
    detail::RawHeader<IsLine> header(out, is_line);

    for (size_t i = 0; i < pieces.size(); i++) {
        std::string_view piece = pieces[i];
        if (i == 0) {
            header.copy_request_line(piece);
        }
        if (!header.copy_lines(piece, i + 1 == pieces.size())) {
            break;
        }
    }

    return static_cast<size_t>(header.end() - out);
}

} // namespace ngx
