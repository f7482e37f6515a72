// The memc module's types.
//
// A location with memc_pass takes what to do from variables ($memc_cmd, $memc_key ...), which `set`
// directives give their values before the content phase. The handler checks them (handler.cpp) and
// starts a Memcached (protocol.cpp), which writes the command and reads the reply.
#pragma once

#include "command.hpp"

#include "ngx/upstream_conf.hpp"

extern "C" {
extern ngx_module_t ngx_http_memc_module;
}

namespace memc {

struct MainConf {
    bool has_variables; // without memc_pass there are none
    // Their indexes.
    ngx_int_t key, cmd, value, flags, exptime;
};

struct LocConf : ngx::http::UpstreamConf {
    ngx_uint_t commands_allowed; // a bit each; 0: all
    ngx_flag_t flags_to_last_modified;
};

constexpr ngx_uint_t bit(Command command) {
    return ngx_uint_t{1} << static_cast<unsigned>(command);
}

inline MainConf& main_conf(ngx_http_request_t* r) {
    return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_memc_module));
}

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_memc_module));
}

inline std::string_view view(const ngx_http_variable_value_t& v) {
    return {reinterpret_cast<const char*>(v.data), v.len};
}

// memc_pass's variables: adds them to the configuration, once, and their indexes to conf.
bool add_variables(ngx_conf_t* cf, MainConf& conf);

// The variable's value, null when memory is short; "not found" is a value too.
inline ngx_http_variable_value_t* variable(ngx_http_request_t* r, ngx_int_t index) {
    return ngx_http_get_indexed_variable(r, static_cast<ngx_uint_t>(index));
}

// $memc_flags and $memc_exptime tell after a command what was used; text lives with the request.
void set_variable(ngx_http_request_t* r, ngx_int_t index, std::string_view text);

ngx_int_t content_handler(ngx_http_request_t* r) noexcept;

} // namespace memc
