// The content handler: what the command is, and whether it may run.
#include "memc.hpp"

#include "protocol.hpp"

#include "ngx/pool.hpp"

#include <charconv>

namespace memc {

namespace {

// Of exptime and flags: 32 bits.
constexpr size_t kMaxDigits = 10;

bool is_number(std::string_view text) {
    return text.size() <= kMaxDigits && text.find_first_not_of("0123456789") == text.npos;
}

bool is_delta(std::string_view text) {
    uint64_t delta;
    const char* end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, delta);
    return error == std::errc() && parsed == end;
}

std::optional<Command> command_of_method(ngx_http_request_t* r) {
    switch (r->method) {
    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        return Command::get;
    case NGX_HTTP_POST:
        return Command::add;
    case NGX_HTTP_PUT:
        return Command::set;
    case NGX_HTTP_DELETE:
        return Command::remove;
    default:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "ngx_memc: $memc_cmd variable not found for HTTP %V requests",
                      &r->method_name);
        return std::nullopt;
    }
}

std::optional<Command> command(ngx_http_request_t* r) {
    ngx_http_variable_value_t* v = variable(r, main_conf(r).cmd);
    if (v == nullptr || v->not_found || v->len == 0) {
        return command_of_method(r);
    }

    const std::optional<Command> found = find_command(view(*v));
    if (!found) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "ngx_memc: unknown $memc_cmd \"%v\"", v);
    }
    return found;
}

// A number that may be missing.
bool check_number(ngx_http_request_t* r, ngx_int_t index, const char* name) {
    ngx_http_variable_value_t* v = variable(r, index);
    if (v == nullptr || (!v->not_found && !is_number(view(*v)))) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "variable \"%s\" takes invalid value: %v",
                      name, v == nullptr ? &ngx_http_variable_null_value : v);
        return false;
    }
    return true;
}

bool check_delta(ngx_http_request_t* r, Command command) {
    ngx_http_variable_value_t* v = variable(r, main_conf(r).value);
    if (v == nullptr || v->not_found || v->len == 0) {
        const ngx_str_t text = ngx::str(name(command));
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the \"$memc_value\" variable is required for command \"%V\"", &text);
        return false;
    }
    if (!is_delta(view(*v))) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "variable \"$memc_value\" is invalid for incr/decr: %v", v);
        return false;
    }
    return true;
}

bool check_arguments(ngx_http_request_t* r, Command command) {
    const MainConf& conf = main_conf(r);
    return (!has_exptime(command) || check_number(r, conf.exptime, "$memc_exptime")) &&
           (!is_storage(command) || check_number(r, conf.flags, "$memc_flags")) &&
           (!is_arithmetic(command) || check_delta(r, command));
}

} // namespace

ngx_int_t content_handler(ngx_http_request_t* r) noexcept {
    const std::optional<Command> cmd = command(r);
    if (!cmd) {
        return NGX_HTTP_BAD_REQUEST;
    }

    LocConf& conf = loc_conf(r);
    if (conf.commands_allowed != 0 && (conf.commands_allowed & bit(*cmd)) == 0) {
        const ngx_str_t text = ngx::str(name(*cmd));
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "ngx_memc: memcached command \"%V\" not allowed", &text);
        return NGX_HTTP_FORBIDDEN;
    }

    if (!check_arguments(r, *cmd)) {
        return NGX_HTTP_BAD_REQUEST;
    }
    return run(r, *cmd);
}

} // namespace memc
