// Reading memcached's replies (the text protocol). Both functions get all bytes that have come so
// far and say what they are; neither keeps anything. Knows nothing of nginx.
#pragma once

#include "command.hpp"

#include <cstddef>

namespace memc {

// The reply to any command but get. It is complete, and nothing of it is left out, at `pos`;
// where it is invalid, `pos` is the first byte that cannot be.
struct SimpleReply {
    enum class State { more, ready, invalid };

    State state;
    size_t pos;
    unsigned status; // HTTP's
};

SimpleReply parse_simple_reply(Command command, std::string_view bytes);

// The first line of the reply to `get KEY`.
struct ValueLine {
    enum class Kind { more, value, miss, bad_key, bad_length, invalid };

    Kind kind;
    std::string_view line;  // without its end
    std::string_view flags; // of a value
    int64_t length;         // of a value
    size_t size;            // of the line, with its end
};

ValueLine parse_value_line(std::string_view bytes, std::string_view key);

// What follows a value.
inline constexpr std::string_view kValueTrailer = "\r\nEND\r\n";

} // namespace memc
