#include "lua_process/errlog.hpp"

#include "lua_engine/host.hpp"

#include "lua_engine/host.hpp"
#include "lua_process/log_hook.hpp"
#include "lua_process/log_ring.hpp"
#include "ngx/export.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace lua::errlog {

namespace {

struct Capture {
    explicit Capture(std::span<char> memory) : ring(memory) {}
    ~Capture();

    LogRing ring;
    ngx_uint_t level = NGX_LOG_DEBUG;
};

// Where lines go now. While a configuration is being loaded this is already the new one's, so that
// init_by_lua reaches it; the destructor goes back if the load fails.
Capture* running = nullptr;

Capture::~Capture() {
    if (running == this) {
        auto* before = static_cast<Capture*>(log_hook(ngx_cycle).data);
        running = before == this ? nullptr : before;
    }
}

bool valid_level(int level) {
    return level >= NGX_LOG_STDERR && level <= NGX_LOG_DEBUG;
}

double cached_time() {
    const ngx_time_t* now = ngx_timeofday();
    return static_cast<double>(now->sec) + static_cast<double>(now->msec) / 1000.0;
}

// While a configuration is being loaded only what Lua code logs is kept, not nginx's own notices.
bool wanted(ngx_uint_t level) {
    const bool loaded = log_hook(ngx_cycle).data == running;
    return level <= running->level && (loaded || lua::current().vm != nullptr);
}

ngx_int_t on_line(ngx_log_t*, ngx_uint_t level, u_char* line, size_t length) noexcept {
    if (running != nullptr && wanted(level)) {
        running->ring.push(static_cast<int>(level), cached_time(), ngx::view(line, line + length));
    }
    return NGX_OK;
}

char* start_capture(ngx_conf_t* cf, size_t size) {
    const std::span<char> memory = ngx::make_array<char>(cf->pool, size);
    auto* capture = ngx::make<Capture>(cf->pool, memory);
    if (memory.empty() || capture == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    running = capture;
    set_log_hook(cf->cycle, {on_line, capture});
    // The lines of this load itself go through the cycle that is in force until it ends.
    if (log_hook(ngx_cycle).handler == nullptr) {
        set_log_hook(ngx_cycle, {on_line, nullptr});
    }
    return NGX_CONF_OK;
}

// Null if lines are being captured, else why not.
const char* not_capturing() {
    if (running != nullptr) {
        return nullptr;
    }
    return kHasLogHook ? "directive \"lua_capture_error_log\" is not set"
                       : "missing the capture error log patch for nginx";
}

char* message(const char* text) {
    return const_cast<char*>(text);
}

// Writes to an FFI caller's buffer of *size bytes and stores the written length there.
template <typename... Args>
int fail(u_char* buffer, size_t* size, const char* format, Args... args) {
    const u_char* end = ngx_slprintf(buffer, buffer + *size, format, args...);
    *size = static_cast<size_t>(end - buffer);
    return NGX_ERROR;
}

} // namespace

char* directive(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    if (!kHasLogHook) {
        return message("not found: missing the capture error log patch for nginx");
    }
    const LineHandler hooked = log_hook(cf->cycle).handler;
    if (hooked != nullptr) {
        return message(hooked == on_line ? "is duplicate"
                                         : "capture error log handler has been hooked");
    }

    auto* value = static_cast<ngx_str_t*>(cf->args->elts);
    const ssize_t size = ngx_parse_size(&value[1]);
    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid capture error log size \"%V\"",
                           &value[1]);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (size < NGX_MAX_ERROR_STR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid capture error log size \"%V\", minimum size is %d", &value[1],
                           NGX_MAX_ERROR_STR);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    return start_capture(cf, static_cast<size_t>(size));
}

int raw_log(ngx_log_t* log, int level, std::string_view message) noexcept {
    if (!valid_level(level)) {
        return NGX_ERROR;
    }
    ngx_log_error(static_cast<ngx_uint_t>(level), log, 0, "%*s", message.size(), message.data());
    return NGX_OK;
}

int filter_level(const ngx_log_t* log) noexcept {
    return static_cast<int>(std::min<ngx_uint_t>(log->log_level, NGX_LOG_DEBUG));
}

} // namespace lua::errlog

namespace {

ngx_log_t* running_log() {
    const lua::Host* host = lua::current().host;
    return host != nullptr ? host->log() : ngx_cycle->log;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_errlog_set_filter_level(int level, u_char* err,
                                                    size_t* errlen) noexcept {
    using namespace lua::errlog;
    if (const char* reason = not_capturing()) {
        return fail(err, errlen, "%s", reason);
    }
    if (!valid_level(level)) {
        return fail(err, errlen, "bad log level: %d", level);
    }
    running->level = static_cast<ngx_uint_t>(level);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_errlog_get_msg(char** log, int* level, u_char* err, size_t* errlen,
                                           double* time) noexcept {
    using namespace lua::errlog;
    if (const char* reason = not_capturing()) {
        return fail(err, errlen, "%s", reason);
    }
    const auto record = running->ring.pop();
    if (!record) {
        return NGX_DECLINED;
    }
    *log = const_cast<char*>(record->text.data());
    *level = record->level;
    *time = record->time;
    return static_cast<int>(record->text.size());
}

// Messages of handlers go to their connection's log; r itself is not looked at.
NGX_LUA_FFI int ngx_lua_ffi_errlog_get_sys_filter_level(void* /*r*/) noexcept {
    return lua::errlog::filter_level(running_log());
}

NGX_LUA_FFI int ngx_lua_ffi_raw_log(void* /*r*/, int level, u_char* message,
                                    size_t length) noexcept {
    return lua::errlog::raw_log(running_log(), level, ngx::view(message, message + length));
}
