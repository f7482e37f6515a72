// Reading the head of Redis' replies to [AUTH,] SELECT and GET, sent together. Knows nothing of
// nginx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redis {

struct ReplyHead {
    enum class Kind {
        more,
        value,
        miss,
        error, // a line that begins with "-"
        bad_length,
        invalid,
    };

    Kind kind;
    std::string_view line; // the last one that was read, without its end
    int64_t length;        // of a value
    size_t size;           // of all lines
};

// The bytes so far; `statuses` lines with +OK come first.
ReplyHead parse_head(std::string_view bytes, unsigned statuses);

} // namespace redis
