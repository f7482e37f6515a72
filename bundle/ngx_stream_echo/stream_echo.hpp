// ngx_stream_echo_module: a content handler for stream servers that is made of commands. The
// commands of a server run in the order of the configuration; then the session is closed.
#pragma once

#include "ngx/conf.hpp"
#include "ngx/stream.hpp"

#include <vector>

extern "C" ngx_module_t ngx_stream_echo_module;

namespace ngx::stream_echo {

enum class Op : uint8_t {
    echo,
    flush_wait,
    sleep,
    read_bytes,
    read_line,
    request_data,
    discard_request,
};

struct Command {
    Op op;
    ngx_str_t text = {};  // echo: what to send
    ngx_msec_t delay = 0; // sleep
    size_t size = 0;      // read_bytes
};

enum Lingering : ngx_uint_t { kLingeringOff, kLingeringOn, kLingeringAlways };

struct ServConf {
    std::vector<Command> commands; // not inherited

    ngx_msec_t send_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t read_timeout = ngx::unset<ngx_msec_t>;
    size_t read_buffer_size = ngx::unset<size_t>;
    ngx_uint_t client_error_log_level = ngx::unset<ngx_uint_t>;
    ngx_uint_t lingering_close = ngx::unset<ngx_uint_t>;
    ngx_msec_t lingering_time = ngx::unset<ngx_msec_t>;
    ngx_msec_t lingering_timeout = ngx::unset<ngx_msec_t>;
};

extern ngx_command_t commands[];

void* create_serv_conf(ngx_conf_t* cf) noexcept;
char* merge_serv_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

inline const ServConf& serv_conf(ngx_stream_session_t* s) {
    return *static_cast<ServConf*>(ngx_stream_get_module_srv_conf(s, ngx_stream_echo_module));
}

// The content handler.
void run_session(ngx_stream_session_t* s) noexcept;

} // namespace ngx::stream_echo
