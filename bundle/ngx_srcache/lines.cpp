#include "lines.hpp"

#include <algorithm>
#include <cstring>

namespace srcache {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes digits from the front; false if there is none.
bool skip_digits(std::string_view& rest) {
    const auto end = std::ranges::find_if_not(rest, is_digit);
    const auto n = static_cast<size_t>(end - rest.begin());
    rest.remove_prefix(n);
    return n != 0;
}

bool skip(std::string_view& rest, std::string_view wanted) {
    if (!rest.starts_with(wanted)) {
        return false;
    }
    rest.remove_prefix(wanted.size());
    return true;
}

std::string_view without_end(std::string_view line) {
    line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
    return line;
}

} // namespace

LineReader::Step LineReader::next(std::string_view& piece, std::string_view& line, size_t limit) {
    const size_t lf = piece.find('\n');
    const size_t n = lf == piece.npos ? piece.size() : lf + 1;
    if (size_ + n > std::min(limit, buffer_.size())) {
        return Step::overflow;
    }

    const std::string_view part = piece.substr(0, n);
    piece.remove_prefix(n);

    if (lf != piece.npos && size_ == 0) {
        line = without_end(part);
        return Step::line;
    }

    std::memcpy(buffer_.data() + size_, part.data(), n);
    size_ += n;
    if (lf == std::string_view::npos) {
        return Step::more;
    }
    line = without_end({buffer_.data(), size_});
    size_ = 0;
    return Step::line;
}

bool parse_status_line(std::string_view line, StatusLine& out) {
    constexpr size_t kDigits = 3;

    std::string_view rest = line;
    if (!skip(rest, "HTTP/") || !skip_digits(rest) || !skip(rest, ".") || !skip_digits(rest) ||
        !skip(rest, " ")) {
        return false;
    }

    out.text = rest;
    if (!skip_digits(rest) || out.text.size() - rest.size() != kDigits ||
        (!rest.empty() && rest.front() != ' ')) {
        return false;
    }

    out.status = 0;
    for (const char c : out.text.substr(0, kDigits)) {
        out.status = out.status * 10 + static_cast<unsigned>(c - '0');
    }
    return out.status >= 100;
}

bool parse_header_line(std::string_view line, HeaderLine& out) {
    const size_t colon = line.find(':');
    if (colon == 0 || colon == line.npos || line.find('\0') != line.npos) {
        return false;
    }

    out.name = line.substr(0, colon);
    const auto is_no_name_byte = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    };
    if (std::ranges::any_of(out.name, is_no_name_byte)) {
        return false;
    }

    out.value = line.substr(colon + 1);
    out.value.remove_prefix(std::min(out.value.find_first_not_of(' '), out.value.size()));
    out.value = out.value.substr(0, out.value.find_last_not_of(' ') + 1);
    return true;
}

} // namespace srcache
