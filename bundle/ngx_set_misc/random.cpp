// Random numbers and strings, and the counter of set_rotate.
#include "set_misc.hpp"

#include <algorithm>

namespace set_misc {

namespace {

constexpr ngx_int_t kMaxLength = 64;

ngx_int_t number(const Value& v) {
    return ngx_atoi(v.data, v.len);
}

ngx_int_t set_number(ngx_http_request_t* r, ngx_str_t* res, ngx_int_t n) {
    u_char* p = allocate(r, res, NGX_INT_T_LEN);
    return p == nullptr ? NGX_ERROR : finish(res, ngx_sprintf(p, "%i", n));
}

// Fills the room with bytes of the system's generator; logs what fails.
bool read_random(ngx_http_request_t* r, u_char* p, size_t n) {
    ngx_log_t* log = r->connection->log;

    const int fd = ngx_open_file("/dev/urandom", NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      "set_secure_random: could not open /dev/urandom");
        return false;
    }

    const ssize_t got = ngx_read_fd(fd, p, n);
    ngx_close_file(fd);

    if (got != static_cast<ssize_t>(n)) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      "set_secure_random: could not read all %uz byte(s) from /dev/urandom", n);
        return false;
    }
    return true;
}

ngx_int_t random_text(ngx_http_request_t* r, ngx_str_t* res, Value* v, std::string_view alphabet) {
    const ngx_int_t length = number(*v);
    if (length < 1 || length > kMaxLength) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "set_random: bad \"length\" argument: %v",
                      v);
        return NGX_ERROR;
    }

    const auto n = static_cast<size_t>(length);
    u_char* p = allocate(r, res, n);
    if (p == nullptr || !read_random(r, p, n)) {
        return NGX_ERROR;
    }

    std::transform(p, p + n, p,
                   [&](u_char c) { return static_cast<u_char>(alphabet[c % alphabet.size()]); });
    return finish(res, p + n);
}

} // namespace

ngx_int_t random_number(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    static constexpr const char* kNames[] = {"from", "to"};
    ngx_int_t bounds[2];

    for (size_t i = 0; i < 2; i++) {
        bounds[i] = number(v[i]);
        if (bounds[i] == NGX_ERROR) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "set_random: bad \"%s\" argument: %v",
                          kNames[i], &v[i]);
            return NGX_ERROR;
        }
    }

    const auto [from, to] = std::minmax(bounds[0], bounds[1]);
    return set_number(r, res, from + ngx_random() % (to - from + 1));
}

ngx_int_t rotate(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    static constexpr const char* kNames[] = {"from", "to"};
    ngx_int_t bounds[2];

    for (size_t i = 0; i < 2; i++) {
        bounds[i] = number(v[i + 1]);
        if (bounds[i] == NGX_ERROR) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "set_rotate: bad \"%s\" argument value: \"%v\"", kNames[i], &v[i + 1]);
            return NGX_ERROR;
        }
    }

    const auto [from, to] = std::minmax(bounds[0], bounds[1]);
    LocConf& conf = loc_conf(r);

    ngx_int_t current = number(v[0]);
    if (current == NGX_ERROR) {
        if (v[0].len != 0) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "set_rotate: bad current value: \"%v\"", &v[0]);
        }
        current = conf.rotated == NGX_CONF_UNSET ? from - 1 : conf.rotated;
    }

    current++;
    if (current < from || current > to) {
        current = from;
    }

    conf.rotated = current;
    return set_number(r, res, current);
}

ngx_int_t secure_random_alphanum(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return random_text(r, res, v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

ngx_int_t secure_random_lcalpha(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return random_text(r, res, v, "abcdefghijklmnopqrstuvwxyz");
}

} // namespace set_misc
