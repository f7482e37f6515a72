#include "lua_text/exports.hpp"

#include "ngx/nginx.hpp"

namespace {

unsigned char* write_date(unsigned char* buf, const ngx_tm_t& tm) noexcept {
    return ngx_sprintf(buf, "%04d-%02d-%02d", tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday);
}

void write_date_time(unsigned char* buf, const ngx_tm_t& tm) noexcept {
    ngx_sprintf(write_date(buf, tm), " %02d:%02d:%02d", tm.ngx_tm_hour, tm.ngx_tm_min,
                tm.ngx_tm_sec);
}

// nginx caches the zone's offset (minutes) beside the time: no call of localtime().
ngx_tm_t local_time() noexcept {
    const ngx_time_t* const now = ngx_timeofday();
    ngx_tm_t tm;
    ngx_gmtime(now->sec + now->gmtoff * 60, &tm);
    return tm;
}

} // namespace

double ngx_lua_ffi_now() noexcept {
    const ngx_time_t* const now = ngx_timeofday();
    return static_cast<double>(now->sec) + static_cast<double>(now->msec) / 1000.0;
}

long ngx_lua_ffi_time() noexcept {
    return static_cast<long>(ngx_time());
}

long ngx_lua_ffi_monotonic_msec() noexcept {
    return static_cast<long>(ngx_current_msec);
}

void ngx_lua_ffi_update_time() noexcept {
    ngx_time_update();
}

void ngx_lua_ffi_today(unsigned char* buf) noexcept {
    write_date(buf, local_time());
}

void ngx_lua_ffi_localtime(unsigned char* buf) noexcept {
    write_date_time(buf, local_time());
}

void ngx_lua_ffi_utctime(unsigned char* buf) noexcept {
    ngx_tm_t tm;
    ngx_gmtime(ngx_time(), &tm);
    write_date_time(buf, tm);
}

int ngx_lua_ffi_cookie_time(unsigned char* buf, long t) noexcept {
    return static_cast<int>(ngx_http_cookie_time(buf, t) - buf);
}

void ngx_lua_ffi_http_time(unsigned char* buf, long t) noexcept {
    ngx_http_time(buf, t);
}

void ngx_lua_ffi_parse_http_time(const unsigned char* src, size_t len, long* time) noexcept {
    *time = ngx_parse_http_time(const_cast<u_char*>(src), len);
}
