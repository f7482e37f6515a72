#include "reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace redis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
// Not more than that is believed of a reply's length before its elements are there.
constexpr long kMostPreallocated = 1024;

void push(lua_State* L, std::string_view text) {
    lua_pushlstring(L, text.data(), text.size());
}

} // namespace

ReplyType Reader::push_reply(lua_State* L) {
    if (rest_.empty()) {
        lua_pushliteral(L, "empty reply");
        return ReplyType::bad;
    }
    const std::string_view start = rest_;
    const char prefix = rest_.front();
    rest_.remove_prefix(1);

    ReplyType type = ReplyType::bad;
    switch (prefix) {
    case '+':
        type = push_line(L, ReplyType::status, "bad status reply");
        break;
    case '-':
        type = push_line(L, ReplyType::error, "bad error reply");
        break;
    case ':':
        type = push_integer(L);
        break;
    case '$':
        type = push_bulk(L);
        break;
    case '*':
        type = push_multi_bulk(L);
        break;
    default:
        type = push_bad(L, "invalid reply");
        break;
    }
    if (type == ReplyType::bad) {
        rest_ = start;
    }
    return type;
}

ReplyType Reader::push_bad(lua_State* L, const char* what) {
    lua_pushstring(L, what);
    return ReplyType::bad;
}

// What lies before the next CRLF, which is skipped. A CR of its own is text.
std::optional<std::string_view> Reader::read_line() {
    const size_t end = rest_.find(kLineEnd);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + kLineEnd.size());
    return line;
}

// The number in front of a bulk or multi bulk reply.
std::optional<long> Reader::read_size() {
    const std::optional<std::string_view> line = read_line();
    if (!line) {
        return std::nullopt;
    }
    long size = 0;
    const char* const end = line->data() + line->size();
    const auto [stop, error] = std::from_chars(line->data(), end, size);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return size;
}

ReplyType Reader::push_line(lua_State* L, ReplyType type, const char* what) {
    const std::optional<std::string_view> line = read_line();
    if (!line) {
        return push_bad(L, what);
    }
    push(L, *line);
    return type;
}

ReplyType Reader::push_integer(lua_State* L) {
    const std::optional<std::string_view> line = read_line();
    if (!line) {
        return push_bad(L, "bad integer reply");
    }
    long long value = 0; // stays 0 if there are no digits
    std::from_chars(line->data(), line->data() + line->size(), value);
    lua_pushnumber(L, static_cast<lua_Number>(value));
    return ReplyType::integer;
}

// Pushes the string or nil behind a `$`, or nothing.
bool Reader::push_payload(lua_State* L) {
    const std::optional<long> size = read_size();
    if (!size) {
        return false;
    }
    if (*size < 0) {
        lua_pushnil(L);
        return true;
    }
    const auto length = static_cast<size_t>(*size);
    if (rest_.size() < kLineEnd.size() || length > rest_.size() - kLineEnd.size() ||
        rest_.substr(length, kLineEnd.size()) != kLineEnd) {
        return false;
    }
    push(L, rest_.substr(0, length));
    rest_.remove_prefix(length + kLineEnd.size());
    return true;
}

ReplyType Reader::push_bulk(lua_State* L) {
    return push_payload(L) ? ReplyType::bulk : push_bad(L, "bad bulk reply");
}

// An element of a multi bulk reply: a string, whatever it is, or nil. Pushes nothing on failure.
bool Reader::push_element(lua_State* L) {
    if (rest_.empty()) {
        return false;
    }
    const char prefix = rest_.front();
    rest_.remove_prefix(1);
    if (prefix == '$') {
        return push_payload(L);
    }
    if (prefix != ':' && prefix != '+' && prefix != '-') {
        return false;
    }
    const std::optional<std::string_view> line = read_line();
    if (!line) {
        return false;
    }
    push(L, *line);
    return true;
}

ReplyType Reader::push_multi_bulk(lua_State* L) {
    constexpr const char* kBad = "bad multi bulk reply";
    const std::optional<long> count = read_size();
    if (!count) {
        return push_bad(L, kBad);
    }
    if (*count < 0) {
        lua_pushnil(L);
        return ReplyType::multi_bulk;
    }
    lua_createtable(L, static_cast<int>(std::min(*count, kMostPreallocated)), 0);
    for (long i = 1; i <= *count; ++i) {
        if (!push_element(L)) {
            lua_pop(L, 1);
            return push_bad(L, kBad);
        }
        lua_rawseti(L, -2, static_cast<int>(i));
    }
    return ReplyType::multi_bulk;
}

} // namespace redis
