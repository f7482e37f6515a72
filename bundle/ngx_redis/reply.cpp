#include "reply.hpp"

#include <charconv>

namespace redis {

namespace {

bool parse_length(std::string_view digits, int64_t& length) {
    const char* end = digits.data() + digits.size();
    const auto [parsed, error] = std::from_chars(digits.data(), end, length);
    return error == std::errc() && parsed == end && !digits.starts_with('-');
}

ReplyHead::Kind kind_of_last(std::string_view line, int64_t& length) {
    if (!line.starts_with('$')) {
        return ReplyHead::Kind::invalid;
    }
    if (line == "$-1") {
        return ReplyHead::Kind::miss;
    }
    return parse_length(line.substr(1), length) ? ReplyHead::Kind::value
                                                : ReplyHead::Kind::bad_length;
}

} // namespace

ReplyHead parse_head(std::string_view bytes, unsigned statuses) {
    ReplyHead head{.kind = ReplyHead::Kind::more};

    for (;; statuses--) {
        const size_t lf = bytes.find('\n', head.size);
        if (lf == bytes.npos) {
            head.kind = ReplyHead::Kind::more;
            return head;
        }
        head.line = bytes.substr(head.size, lf - head.size);
        head.size = lf + 1;

        if (!head.line.ends_with('\r')) {
            head.kind = ReplyHead::Kind::invalid;
            return head;
        }
        head.line.remove_suffix(1);

        if (head.line.starts_with('-')) {
            head.kind = ReplyHead::Kind::error;
            return head;
        }
        if (statuses == 0) {
            head.kind = kind_of_last(head.line, head.length);
            return head;
        }
        if (head.line != "+OK") {
            head.kind = ReplyHead::Kind::invalid;
            return head;
        }
    }
}

} // namespace redis
