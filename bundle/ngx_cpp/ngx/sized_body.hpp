// A reply's body of known length and the literal text that has to follow it ("\r\nEND\r\n"), read
// in pieces of any size. Knows nothing of nginx: unit tests and fuzzers use it alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace ngx {

// What one more piece of a reply meant: its first `size` bytes belong to the body.
struct BodyPart {
    enum class State {
        more,    // the reply goes on
        end,     // it ended with the last byte of the piece
        surplus, // it ended before: what follows is nobody's
        invalid, // the bytes after `size` are no reply
    };

    State state;
    size_t size;
};

class SizedBody {
public:
    SizedBody() = default;
    SizedBody(int64_t length, std::string_view trailer) : left_(length), trailer_(trailer) {}

    BodyPart take(std::string_view bytes) {
        const auto size = static_cast<size_t>(
            std::min<uint64_t>(static_cast<uint64_t>(left_), static_cast<uint64_t>(bytes.size())));
        left_ -= static_cast<int64_t>(size);
        bytes.remove_prefix(size);

        const size_t n = std::min(bytes.size(), trailer_.size());
        if (bytes.substr(0, n) != trailer_.substr(0, n)) {
            return {BodyPart::State::invalid, size};
        }
        trailer_.remove_prefix(n);

        if (left_ != 0 || !trailer_.empty()) {
            return {BodyPart::State::more, size};
        }
        return {bytes.size() > n ? BodyPart::State::surplus : BodyPart::State::end, size};
    }

private:
    int64_t left_ = 0;
    std::string_view trailer_;
};

} // namespace ngx
