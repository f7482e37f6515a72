// Fuzz target: memcached's replies. The first byte chooses the command; a reply that is complete is
// so at the same place whatever follows, nothing shorter is, and a value's body is what lies
// between the line and the trailer, however its pieces are cut.
//
// links: bundle/ngx_memc/reply.cpp
#include "../../bundle/ngx_memc/reply.hpp"
#include "ngx/sized_body.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

void check_simple(memc::Command command, std::string_view bytes) {
    using State = memc::SimpleReply::State;

    const memc::SimpleReply whole = memc::parse_simple_reply(command, bytes);
    require(whole.pos <= bytes.size());
    if (whole.state == State::more) {
        require(whole.pos == bytes.size());
        return;
    }
    if (whole.state == State::invalid) {
        require(whole.pos < bytes.size() || bytes.empty());
        return;
    }

    require(bytes.substr(0, whole.pos).ends_with("\r\n"));
    const memc::SimpleReply exact = memc::parse_simple_reply(command, bytes.substr(0, whole.pos));
    require(exact.state == State::ready && exact.pos == whole.pos && exact.status == whole.status);
    require(memc::parse_simple_reply(command, bytes.substr(0, whole.pos - 1)).state == State::more);
}

struct Read {
    std::string body;
    ngx::BodyPart::State state = ngx::BodyPart::State::more;
};

Read read(int64_t length, std::string_view bytes, size_t step) {
    ngx::SizedBody reader(length, memc::kValueTrailer);
    Read result;
    while (!bytes.empty() && result.state == ngx::BodyPart::State::more) {
        const std::string_view piece = bytes.substr(0, step);
        const ngx::BodyPart part = reader.take(piece);
        require(part.size <= piece.size());
        result.body += piece.substr(0, part.size);
        result.state = part.state;
        bytes.remove_prefix(piece.size());
    }
    return result;
}

void check_value(std::string_view bytes) {
    const memc::ValueLine line = memc::parse_value_line(bytes, "k");
    if (line.kind != memc::ValueLine::Kind::value) {
        return;
    }
    require(line.length >= 0 && line.size <= bytes.size());

    const std::string_view rest = bytes.substr(line.size);
    const Read whole = read(line.length, rest, rest.size());
    for (const size_t step : {size_t{1}, size_t{3}}) {
        const Read pieces = read(line.length, rest, step);
        require(pieces.body == whole.body);
        require((pieces.state == ngx::BodyPart::State::more) ==
                (whole.state == ngx::BodyPart::State::more));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    check_simple(static_cast<memc::Command>(1 + data[0] % 11), bytes);
    check_value(bytes);
    return 0;
}
