// Fuzz target: Redis' replies. The first byte is the number of replies; where they end, or what is
// wrong, must not depend on how the bytes are cut.
//
// links: bundle/ngx_redis2/reply_counter.cpp bundle/ngx_redis/reply.cpp
#include "../../bundle/ngx_redis/reply.hpp"
#include "../../bundle/ngx_redis2/reply_counter.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using State = ngx::BodyPart::State;

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

struct Read {
    size_t size = 0;
    State state = State::more;
};

Read count(uint64_t replies, std::string_view bytes, size_t step) {
    redis2::ReplyCounter counter(replies);
    Read result;
    while (!bytes.empty() && result.state == State::more) {
        const std::string_view piece = bytes.substr(0, step);
        const ngx::BodyPart part = counter.take(piece);
        require(part.size <= piece.size());
        result.size += part.size;
        result.state = part.state;
        bytes.remove_prefix(piece.size());
    }
    return result;
}

void check_counter(uint64_t replies, std::string_view bytes) {
    const Read whole = count(replies, bytes, bytes.size());
    for (const size_t step : {size_t{1}, size_t{2}, size_t{7}}) {
        const Read pieces = count(replies, bytes, step);
        require(pieces.size == whole.size);
        require((pieces.state == State::more) == (whole.state == State::more));
        require((pieces.state == State::invalid) == (whole.state == State::invalid));
    }
}

void check_head(unsigned statuses, std::string_view bytes) {
    using Kind = redis::ReplyHead::Kind;

    const redis::ReplyHead head = redis::parse_head(bytes, statuses);
    require(head.size <= bytes.size());
    if (head.kind != Kind::more) {
        require(redis::parse_head(bytes.substr(0, head.size), statuses).kind == head.kind);
        require(redis::parse_head(bytes.substr(0, head.size - 1), statuses).kind == Kind::more);
    }
    require(head.kind != Kind::value || head.length >= 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_counter(1 + data[0] % 5, bytes);
    check_head(1 + data[0] % 2, bytes);
    return 0;
}
