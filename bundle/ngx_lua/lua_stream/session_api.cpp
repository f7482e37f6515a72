// ngx.status, ngx.req.start_time, ngx.req.get_original_addr of a stream session.
#include "lua_stream/stream_host.hpp"
#include "ngx/export.hpp"

namespace lua::stream {
namespace {

int fail(u_char* err, size_t* errlen, std::string_view text) {
    *errlen = text.copy(reinterpret_cast<char*>(err), *errlen);
    return NGX_ERROR;
}

bool serves_session() {
    return kRequestPhases.has(current().host->phase);
}

} // namespace

NGX_LUA_FFI int ngx_stream_lua_ffi_get_resp_status(void* /*r*/) noexcept {
    return serves_session() ? static_cast<int>(running_host().session.status) : -101;
}

NGX_LUA_FFI double ngx_stream_lua_ffi_req_start_time(void* /*r*/) noexcept {
    if (!serves_session()) {
        const ngx_time_t* now = ngx_timeofday();
        return static_cast<double>(now->sec) + static_cast<double>(now->msec) / 1000.0;
    }
    const ngx_stream_session_t& s = running_host().session;
    return static_cast<double>(s.start_sec) + static_cast<double>(s.start_msec) / 1000.0;
}

// The address that the client connected to before a firewall redirected it. *buf_size: capacity in,
// length out.
NGX_LUA_FFI int ngx_stream_lua_ffi_req_dst_addr(void* /*r*/, char* buf, int* buf_size, u_char* err,
                                                size_t* errlen) noexcept {
    if (!serves_session()) {
        return fail(err, errlen, kRefusedHere);
    }
#if (NGX_LINUX) && defined(SO_ORIGINAL_DST)
    ngx_connection_t& c = running_host().connection();
    sockaddr_storage address = {};
    socklen_t length = sizeof(address);
    bool is_ipv6 = c.local_sockaddr != nullptr && c.local_sockaddr->sa_family == AF_INET6;
    int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (getsockopt(c.fd, level, SO_ORIGINAL_DST, &address, &length) == -1) {
        return fail(err, errlen, "failed to get origin addr");
    }
    *buf_size = static_cast<int>(ngx_sock_ntop(reinterpret_cast<sockaddr*>(&address), length,
                                               reinterpret_cast<u_char*>(buf),
                                               static_cast<size_t>(*buf_size), 1));
    return NGX_OK;
#else
    static_cast<void>(buf);
    static_cast<void>(buf_size);
    return fail(err, errlen, "not supported on this platform");
#endif
}

} // namespace lua::stream
