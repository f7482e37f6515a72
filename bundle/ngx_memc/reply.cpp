#include "reply.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace memc {

namespace {

// What may stand between a line's fixed beginning and its end.
enum class Tail { none, text, number };

struct Line {
    std::string_view start;
    Tail tail;
    unsigned status; // 0: more lines follow
};

constexpr unsigned kOk = 200, kCreated = 201, kNotFound = 404, kBadGateway = 502;

constexpr Line kErrors[] = {
    {"ERROR", Tail::none, kBadGateway},
    {"CLIENT_ERROR ", Tail::text, kBadGateway},
    {"SERVER_ERROR ", Tail::text, kBadGateway},
};
constexpr Line kStorage[] = {
    {"STORED", Tail::none, kCreated},
    {"NOT_STORED", Tail::none, kOk},
    {"EXISTS", Tail::none, kOk},
    {"NOT_FOUND", Tail::none, kNotFound},
};
constexpr Line kDelete[] = {
    {"DELETED", Tail::none, kOk},
    {"NOT_FOUND", Tail::none, kNotFound},
};
constexpr Line kArithmetic[] = {
    {"", Tail::number, kCreated},
    {"NOT_FOUND", Tail::none, kNotFound},
};
constexpr Line kFlush[] = {{"OK", Tail::none, kOk}};
constexpr Line kVersion[] = {{"VERSION ", Tail::text, kOk}};
constexpr Line kStats[] = {{"STAT ", Tail::text, 0}, {"END", Tail::none, kOk}};

std::span<const Line> lines(Command command) {
    switch (command) {
    case Command::remove:
        return kDelete;
    case Command::incr:
    case Command::decr:
        return kArithmetic;
    case Command::flush_all:
        return kFlush;
    case Command::version:
        return kVersion;
    case Command::stats:
        return kStats;
    default:
        return kStorage;
    }
}

constexpr std::string_view kDigits = "0123456789";

// Where the tail ends that starts at `pos`.
size_t skip_tail(Tail tail, std::string_view bytes, size_t pos) {
    size_t end = pos;
    if (tail == Tail::text) {
        end = bytes.find_first_of("\r\n", pos);
    } else if (tail == Tail::number) {
        // Old servers leave the blanks of a longer number behind a shorter one.
        end = std::min(bytes.find_first_not_of(kDigits, pos), bytes.size());
        if (end > pos) {
            end = bytes.find_first_not_of(' ', end);
        }
    }
    return std::min(end, bytes.size());
}

size_t common_prefix(std::string_view a, std::string_view b) {
    return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// How far `bytes` fit the line; beyond the end of `bytes`, it goes on.
SimpleReply match(const Line& line, std::string_view bytes) {
    constexpr std::string_view kEnd = "\r\n";

    size_t pos = common_prefix(bytes, line.start);
    bool fits = pos == line.start.size();
    if (fits) {
        const size_t tail = pos;
        pos = skip_tail(line.tail, bytes, pos);
        fits = line.tail != Tail::number || pos > tail;
    }
    if (fits) {
        const size_t end = common_prefix(bytes.substr(pos), kEnd);
        pos += end;
        fits = end == kEnd.size();
    }

    using State = SimpleReply::State;
    const State state = fits ? State::ready : pos == bytes.size() ? State::more : State::invalid;
    return {state, pos, line.status};
}

// The best of what the candidates make of the first line.
SimpleReply match_line(Command command, std::string_view bytes) {
    SimpleReply best{SimpleReply::State::invalid, 0, 0};

    for (const std::span<const Line> candidates :
         {lines(command), std::span<const Line>(kErrors)}) {
        for (const Line& line : candidates) {
            const SimpleReply reply = match(line, bytes);
            if (reply.state == SimpleReply::State::ready) {
                return reply;
            }
            if (reply.state == SimpleReply::State::more || reply.pos > best.pos) {
                best = reply;
            }
        }
    }
    return best;
}

// The line's next word, which a blank ends; null data if none does.
std::string_view next_word(std::string_view& rest) {
    const size_t blank = rest.find(' ');
    if (blank == rest.npos) {
        return {};
    }
    const std::string_view word = rest.substr(0, blank);
    rest.remove_prefix(blank + 1);
    return word;
}

} // namespace

SimpleReply parse_simple_reply(Command command, std::string_view bytes) {
    size_t start = 0;
    for (;;) {
        SimpleReply reply = match_line(command, bytes.substr(start));
        reply.pos += start;
        if (reply.state != SimpleReply::State::ready || reply.status != 0) {
            return reply;
        }
        start = reply.pos;
    }
}

ValueLine parse_value_line(std::string_view bytes, std::string_view key) {
    using Kind = ValueLine::Kind;
    constexpr std::string_view kValue = "VALUE ";

    const size_t lf = bytes.find('\n');
    if (lf == bytes.npos) {
        return {.kind = Kind::more};
    }

    ValueLine value{.kind = Kind::invalid, .line = bytes.substr(0, lf), .size = lf + 1};
    if (!value.line.ends_with('\r')) {
        return value;
    }
    value.line.remove_suffix(1);

    if (value.line == "END") {
        value.kind = Kind::miss;
        return value;
    }
    if (!value.line.starts_with(kValue)) {
        return value;
    }

    std::string_view rest = value.line.substr(kValue.size());
    if (!rest.starts_with(key)) {
        value.kind = Kind::bad_key;
        return value;
    }
    rest.remove_prefix(key.size());
    if (!rest.starts_with(' ')) {
        return value;
    }
    rest.remove_prefix(1);

    value.flags = next_word(rest);
    if (value.flags.data() == nullptr) {
        return value;
    }

    const char* end = rest.data() + rest.size();
    const auto [parsed, error] = std::from_chars(rest.data(), end, value.length);
    const bool is_length = error == std::errc() && parsed == end && rest.front() != '-';
    value.kind = is_length ? Kind::value : Kind::bad_length;
    return value;
}

} // namespace memc
