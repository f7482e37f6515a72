#include "lua_regex/engine_hook.hpp"

#include "lua_engine/host.hpp"
#include "lua_regex/regex.hpp"
#include "ngx/log.hpp"

#include <algorithm>
#include <climits>

namespace lua::regex {

namespace {

static_assert(static_cast<int>(LogLevel::error) == NGX_LOG_ERR);
static_assert(static_cast<int>(LogLevel::info) == NGX_LOG_INFO);
static_assert(static_cast<int>(LogLevel::debug) == NGX_LOG_DEBUG);

void write_log(LogLevel level, std::string_view text) noexcept {
    const Host* host = current().host;
    ngx_log_t* log = host != nullptr ? host->log() : ngx_cycle->log;

    if (level == LogLevel::debug) {
        NGX_LUA_DEBUG(log, "%*s", text.size(), text.data());
    } else {
        ngx_log_error(static_cast<ngx_uint_t>(level), log, 0, "%*s", text.size(), text.data());
    }
}

} // namespace

void use_settings(ngx_int_t match_limit, ngx_int_t cache_max_entries) noexcept {
    configure({
        .match_limit = static_cast<int>(std::clamp<ngx_int_t>(match_limit, 0, INT_MAX)),
        .cache_max_entries =
            static_cast<uint32_t>(std::clamp<ngx_int_t>(cache_max_entries, 0, INT_MAX)),
        .log = write_log,
    });
}

} // namespace lua::regex
