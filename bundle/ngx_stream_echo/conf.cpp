// The directives of ngx_stream_echo_module.
#include "ngx/count.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"
#include "stream_echo.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace ngx::stream_echo {
namespace {

constexpr size_t kMaxText = size_t{1} << 30;

char* fail() {
    return static_cast<char*>(NGX_CONF_ERROR);
}

// A directive's arguments behind its options.
struct Args {
    ngx_str_t name;
    std::span<ngx_str_t> values;
    bool no_newline = false; // -n
};

// Options are the leading arguments that begin with `-`, up to `--`. False: logged.
bool read_args(ngx_conf_t* cf, bool knows_n, Args& args) {
    std::span<ngx_str_t> all{static_cast<ngx_str_t*>(cf->args->elts), cf->args->nelts};
    args.name = all[0];
    size_t i = 1;
    for (; i < all.size(); i++) {
        std::string_view option = view(all[i]);
        if (option.size() < 2 || option[0] != '-') {
            break;
        }
        if (option == "--") {
            i++;
            break;
        }
        if (!knows_n || option != "-n") {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "stream echo sees unknown option \"%V\" in \"%V\"", &all[i],
                               &args.name);
            return false;
        }
        args.no_newline = true;
    }
    args.values = all.subspan(i);
    return true;
}

bool wants(ngx_conf_t* cf, const Args& args, size_t n) {
    if (args.values.size() == n) {
        return true;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "stream echo requires %s value argument%s in \"%V\" but got %uz",
                       n == 1 ? "one" : "two", n == 1 ? "" : "s", &args.name, args.values.size());
    return false;
}

// Makes the session handler of the server run the command, behind those before it.
char* add(ngx_conf_t* cf, void* conf, const Command& command) {
    auto* core = static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module));
    core->handler = run_session;
    static_cast<ServConf*>(conf)->commands.push_back(command);
    return NGX_CONF_OK;
}

char* set_echo(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    Args args;
    if (!read_args(cf, true, args)) {
        return fail();
    }
    size_t len = args.values.size() + 1;
    for (const ngx_str_t& value : args.values) {
        len += value.len;
    }
    auto* text = static_cast<u_char*>(ngx_pnalloc(cf->pool, len));
    if (text == nullptr) {
        return fail();
    }
    u_char* p = text;
    for (const ngx_str_t& value : args.values) {
        p = ngx_cpymem(p, value.data, value.len);
        if (&value != &args.values.back()) {
            *p++ = ' ';
        }
    }
    if (!args.no_newline) {
        *p++ = '\n';
    }
    return add(cf, conf, {.op = Op::echo, .text = {static_cast<size_t>(p - text), text}});
}

char* set_duplicate(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    Args args;
    if (!read_args(cf, false, args) || !wants(cf, args, 2)) {
        return fail();
    }
    std::optional<size_t> count = parse_count(view(args.values[0]));
    if (!count) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "stream echo: bad \"n\" argument, \"%V\", in \"%V\"", &args.values[0],
                           &args.name);
        return fail();
    }
    const ngx_str_t& piece = args.values[1];
    if (piece.len != 0 && *count > kMaxText / piece.len) {
        return const_cast<char*>("makes too long a text");
    }
    size_t len = piece.len * *count;
    auto* text = static_cast<u_char*>(ngx_pnalloc(cf->pool, len));
    if (text == nullptr) {
        return fail();
    }
    u_char* p = text;
    for (size_t i = 0; i < *count && piece.len != 0; i++) {
        p = ngx_cpymem(p, piece.data, piece.len);
    }
    return add(cf, conf, {.op = Op::echo, .text = {len, text}});
}

char* set_sleep(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    Args args;
    if (!read_args(cf, false, args) || !wants(cf, args, 1)) {
        return fail();
    }
    ngx_str_t& text = args.values[0];
    ngx_int_t delay = ngx_atofp(text.data, text.len, 3);
    if (delay == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "stream echo: bad \"delay\" argument, \"%V\", in \"%V\"", &text,
                           &args.name);
        return fail();
    }
    return add(cf, conf, {.op = Op::sleep, .delay = static_cast<ngx_msec_t>(delay)});
}

char* set_read_bytes(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    Args args;
    if (!read_args(cf, false, args) || !wants(cf, args, 1)) {
        return fail();
    }
    ssize_t size = ngx_parse_size(&args.values[0]);
    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "stream echo sees bad size \"%V\" in \"%V\"",
                           &args.values[0], &args.name);
        return fail();
    }
    return add(cf, conf, {.op = Op::read_bytes, .size = static_cast<size_t>(size)});
}

template <Op op>
char* set_plain(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return add(cf, conf, {.op = op});
}

ngx_conf_enum_t log_levels[] = {
    {ngx_string("info"), NGX_LOG_INFO},
    {ngx_string("notice"), NGX_LOG_NOTICE},
    {ngx_string("warn"), NGX_LOG_WARN},
    {ngx_string("error"), NGX_LOG_ERR},
    {ngx_null_string, 0},
};

ngx_conf_enum_t lingering_kinds[] = {
    {ngx_string("off"), kLingeringOff},
    {ngx_string("on"), kLingeringOn},
    {ngx_string("always"), kLingeringAlways},
    {ngx_null_string, 0},
};

constexpr ngx_uint_t kServer = NGX_STREAM_SRV_CONF;
constexpr ngx_uint_t kAnywhere = NGX_STREAM_MAIN_CONF | NGX_STREAM_SRV_CONF;
constexpr ngx_uint_t level = NGX_STREAM_SRV_CONF_OFFSET;

} // namespace

ngx_command_t commands[] = {
    ngx::custom<set_echo>("echo", kServer | NGX_CONF_ANY, level),
    ngx::custom<set_duplicate>("echo_duplicate", kServer | NGX_CONF_ANY, level),
    ngx::custom<set_plain<Op::flush_wait>>("echo_flush_wait", kServer | NGX_CONF_NOARGS, level),
    ngx::custom<set_sleep>("echo_sleep", kServer | NGX_CONF_ANY, level),
    ngx::custom<set_read_bytes>("echo_read_bytes", kServer | NGX_CONF_ANY, level),
    ngx::custom<set_plain<Op::read_line>>("echo_read_line", kServer | NGX_CONF_NOARGS, level),
    ngx::custom<set_plain<Op::request_data>>("echo_request_data", kServer | NGX_CONF_NOARGS, level),
    ngx::custom<set_plain<Op::discard_request>>("echo_discard_request", kServer | NGX_CONF_NOARGS,
                                                level),
    ngx::msec<&ServConf::send_timeout>("echo_send_timeout", kAnywhere, level),
    ngx::msec<&ServConf::read_timeout>("echo_read_timeout", kAnywhere, level),
    ngx::size<&ServConf::read_buffer_size>("echo_read_buffer_size", kAnywhere, level),
    ngx::choice<&ServConf::client_error_log_level>("echo_client_error_log_level", kAnywhere, level,
                                                   log_levels),
    ngx::choice<&ServConf::lingering_close>("echo_lingering_close", kAnywhere, level,
                                            lingering_kinds),
    ngx::msec<&ServConf::lingering_time>("echo_lingering_time", kAnywhere, level),
    ngx::msec<&ServConf::lingering_timeout>("echo_lingering_timeout", kAnywhere, level),
    ngx::end_of_commands,
};

void* create_serv_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<ServConf>(cf->pool);
}

char* merge_serv_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<ServConf*>(parent);
    auto& conf = *static_cast<ServConf*>(child);

    ngx::merge(conf.send_timeout, prev.send_timeout, 60000);
    ngx::merge(conf.read_timeout, prev.read_timeout, 60000);
    ngx::merge(conf.read_buffer_size, prev.read_buffer_size, 1024);
    ngx::merge(conf.client_error_log_level, prev.client_error_log_level, NGX_LOG_INFO);
    ngx::merge(conf.lingering_close, prev.lingering_close, kLingeringOn);
    ngx::merge(conf.lingering_time, prev.lingering_time, 30000);
    ngx::merge(conf.lingering_timeout, prev.lingering_timeout, 5000);
    return NGX_CONF_OK;
}

} // namespace ngx::stream_echo
