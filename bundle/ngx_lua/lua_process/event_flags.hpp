// Connections of ours that may still be open when a worker ends.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::pipe {

// nginx reports other open connections as leaks. A core without our patch has a flag with this
// effect for its own channel to the master.
inline void may_stay_open(ngx_event_t& read) noexcept {
#ifdef HAVE_SOCKET_CLOEXEC_PATCH
    read.skip_socket_leak_check = 1;
#else
    read.channel = 1;
#endif
}

} // namespace lua::pipe
