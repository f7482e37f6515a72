// Finds the end of a number of Redis replies (RESP2) in a stream of bytes, without keeping any. The
// pieces may be cut anywhere. Knows nothing of nginx.
#pragma once

#include "ngx/sized_body.hpp"

#include <cstddef>

namespace redis2 {

// Whether a reply can begin with this byte.
constexpr bool starts_reply(char c) {
    return c == '+' || c == '-' || c == ':' || c == '$' || c == '*';
}

class ReplyCounter {
public:
    explicit ReplyCounter(uint64_t replies = 0) : pending_(replies) {}

    // Takes a piece; `size` of the result is where the last reply ended, or what cannot be is.
    ngx::BodyPart take(std::string_view bytes);

private:
    enum class State : uint8_t {
        type,
        line,     // the text of a status, an error or an integer
        length,   // of a string or an array; no digit yet
        minus,    // of -1, the length of what is null
        digits,   // of a length
        null,     // behind -1
        line_end, // between CR and LF
        data,     // of a string
        data_cr,  // the CR LF behind it
        data_lf,
    };

    bool take_byte(char c);
    bool take_length(char c);
    bool end_line();
    bool end_value();
    bool expect(char c, char wanted, State next);

    State state_ = State::type;
    char type_ = 0;
    bool is_null_ = false;
    uint64_t length_ = 0;  // of a string or an array; what is left of a string's data
    uint64_t pending_ = 0; // values to come, of replies and of arrays in them
};

} // namespace redis2
