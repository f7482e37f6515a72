// ngx.req.socket: the client's connection as a socket of Lua code, either the rest of the request
// body or, raw, all that comes and goes. The socket itself is lua_net's; here is what ties it to
// the request.
#pragma once

namespace lua::http {

class HttpHost;

// The handler waits, maybe for the socket: sees to it that the socket learns of events. To be
// called before watch_client().
void watch_request_socket(HttpHost& host) noexcept;

// The client's connection can be written; true if that was for the socket.
[[nodiscard]] bool pass_write_event(HttpHost& host) noexcept;

// The handler ends the request: if its body was read to the end, the connection may serve the next.
void leave_request_socket(HttpHost& host) noexcept;

} // namespace lua::http
