// Goes through replies in redis' wire format (RESP2), one after another, and pushes each one's
// value onto the Lua stack.
//
// A Reader lives on the stack of the function that parses and looks at the caller's string. After a
// malformed reply it stays where that begins.
#pragma once

#include <optional>
#include <string_view>

extern "C" {
#include <lua.h>
}

namespace redis {

enum class ReplyType { bad, status, error, integer, bulk, multi_bulk };

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    // Pushes the value of the next reply; for a bad one, what is wrong.
    ReplyType push_reply(lua_State* L);

private:
    ReplyType push_bad(lua_State* L, const char* what);
    ReplyType push_line(lua_State* L, ReplyType type, const char* what);
    ReplyType push_integer(lua_State* L);
    ReplyType push_bulk(lua_State* L);
    ReplyType push_multi_bulk(lua_State* L);
    bool push_element(lua_State* L);

    std::optional<std::string_view> read_line();
    std::optional<long> read_size();
    bool push_payload(lua_State* L);

    std::string_view rest_;
};

} // namespace redis
