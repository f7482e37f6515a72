// lua_check_client_abort for a stream session: a client that closes its connection while a handler
// waits, for whatever it is. The callback of ngx.on_abort runs, or the session ends with 499. Data
// that nobody has read yet hides the end.
#pragma once

namespace lua::stream {

class StreamHost;

// The handler waits.
void watch_client(StreamHost& host) noexcept;

// Something happened on the client's connection; true if the session is over.
bool look_at_client(StreamHost& host) noexcept;

} // namespace lua::stream
