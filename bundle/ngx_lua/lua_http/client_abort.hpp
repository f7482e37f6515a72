// lua_check_client_abort and ngx.on_abort: a client that closes its connection while a handler
// waits, for whatever it is.
//
// Whenever a handler of the main request begins to wait and nobody else reads from the client,
// watch_client() has nginx report what happens on the connection's read side. If that is the end,
// the callback that the handler has registered runs as one of its light threads; without a callback
// the request is finalised with status 499, which kills the handler. Data (the next request of a
// client that pipelines, a body that nobody reads) is no end.
#pragma once

namespace lua::http {

class HttpHost;

// The handler waits.
void watch_client(HttpHost& host) noexcept;

// The handler is over.
void unwatch_client(HttpHost& host) noexcept;

} // namespace lua::http
