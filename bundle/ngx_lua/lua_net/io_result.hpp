// What a socket operation hands to its Lua half through the FFI: a result code, and this. The bytes
// lie in the socket's memory and are good until the next operation on the same half.
#pragma once

#include <cstddef>

namespace lua::net {

struct IoResult {     // ngx_lua_io_result_t in Lua
    const char* data; // received bytes; null where there are none, not even an empty piece
    size_t size;      // their number; of send: bytes sent
    const char* err;  // NUL-terminated
};

// Result codes of socket functions.
inline constexpr int kDone = 0;
inline constexpr int kMisuse = -1;     // Lua raises err
inline constexpr int kYield = -2;      // Lua yields, then asks for the result
inline constexpr int kFailed = -5;     // nil, err (and data, where it is not null)
inline constexpr int kEndOfRecord = 1; // of receiveuntil's iterator: nil, nil, nil

} // namespace lua::net
