// Dates and times, of the clock that nginx keeps.
#include "set_misc.hpp"

#include <ctime>

namespace set_misc {

namespace {

// Formats tm as strftime does; a result that is empty or too long is an error.
ngx_int_t formatted(ngx_http_request_t* r, ngx_str_t* res, const Value& v, const struct tm& tm) {
    constexpr size_t kRoom = 256;

    if (v.len == 0) {
        return NGX_OK;
    }

    const ngx_str_t format = ngx::copy(r->pool, view(v)); // with the NUL that strftime wants
    u_char* p = allocate(r, res, kRoom);
    if (p == nullptr || format.data == nullptr) {
        return NGX_ERROR;
    }

    res->len = std::strftime(reinterpret_cast<char*>(p), kRoom,
                             reinterpret_cast<const char*>(format.data), &tm);
    return res->len == 0 ? NGX_ERROR : NGX_OK;
}

} // namespace

ngx_int_t local_today(ngx_http_request_t* r, ngx_str_t* res, Value*) {
    u_char* p = allocate(r, res, sizeof("9999-12-31"));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    ngx_tm_t tm;
    ngx_gmtime(ngx_time() + ngx_cached_time->gmtoff * 60, &tm);
    return finish(res,
                  ngx_sprintf(p, "%04d-%02d-%02d", tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday));
}

ngx_int_t formatted_gmt_time(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const time_t now = ngx_time();
    struct tm tm;
    gmtime_r(&now, &tm);
    return formatted(r, res, *v, tm);
}

ngx_int_t formatted_local_time(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const time_t now = ngx_time();
    struct tm tm;
    localtime_r(&now, &tm);
    return formatted(r, res, *v, tm);
}

} // namespace set_misc
