// The dictionary's functions as LuaJIT's FFI calls them (ngx_lua_ffi_shdict_*). Results are 0, or
// NGX_ERROR / NGX_DECLINED with a static text in *err. Times are relative milliseconds here,
// absolute ones in the store.
#include "lua_shdict/zone.hpp"

#include "ngx/export.hpp"
#include "ngx/log.hpp"

#include <cstdlib>

namespace lua::shdict {

namespace {

constexpr int kOpAdd = 1;
constexpr int kOpReplace = 2;
constexpr int kOpSafe = 4;

uint64_t now_ms() {
    const ngx_time_t* now = ngx_timeofday();
    return static_cast<uint64_t>(now->sec) * 1000 + now->msec;
}

uint64_t expiry(long after, uint64_t now) {
    return after > 0 ? now + static_cast<uint64_t>(after) : kNever;
}

std::string_view bytes(const u_char* data, size_t len) {
    return {reinterpret_cast<const char*>(data), len};
}

const char* text(Status status) {
    switch (status) {
    case Status::not_found:
        return "not found";
    case Status::exists:
        return "exists";
    case Status::no_memory:
        return "no memory";
    case Status::is_list:
        return "value is a list";
    case Status::not_list:
        return "value not a list";
    case Status::not_number:
        return "not a number";
    case Status::ok:
        break;
    }
    return nullptr;
}

int result(Status status, char** err) {
    if (status == Status::ok) {
        return NGX_OK;
    }
    *err = const_cast<char*>(text(status));
    return status == Status::not_found || status == Status::exists ? NGX_DECLINED : NGX_ERROR;
}

// Hands a value over as the ABI has it: strings and booleans through the buffer.
void give(const Found& found, int* value_type, u_char** buf, size_t* len, double* number) {
    *value_type = static_cast<int>(found.type);
    *number = found.number;
    *buf = reinterpret_cast<u_char*>(found.data);
    if (found.type == Type::string) {
        *len = found.len;
    } else if (found.type == Type::boolean) {
        **buf = found.number != 0 ? 1 : 0;
        *len = 1;
    }
}

Value value_of(int type, const u_char* str, size_t len, double number) {
    const auto kind = static_cast<Type>(type);
    return {kind, number, kind == Type::string ? bytes(str, len) : std::string_view()};
}

void debug_fetch(ngx_shm_zone_t* zone, u_char* key, size_t len) {
    NGX_LUA_DEBUG(ngx_cycle->log, "fetching key \"%*s\" in shared dict \"%V\"", len, key,
                  &zone->shm.name);
}

Store::End end_of(int front) {
    return front != 0 ? Store::End::front : Store::End::back;
}

} // namespace

} // namespace lua::shdict

using namespace lua::shdict;

NGX_LUA_FFI ngx_shm_zone_t* ngx_lua_ffi_shdict_udata_to_zone(void* userdata) noexcept {
    return userdata_to_zone(userdata);
}

// What our own Lua half reads with: `found` is its own, with data and capacity set. Returns the
// value's type, NGX_ERROR (no memory) or NGX_DECLINED (not a dictionary's userdata).
NGX_LUA_FFI int ngx_lua_ffi_shdict_lookup(void* userdata, u_char* key, size_t key_len,
                                          int get_stale, Found* found) noexcept {
    ngx_shm_zone_t* zone = userdata_to_zone(userdata);
    if (zone == nullptr) {
        return NGX_DECLINED;
    }
    debug_fetch(zone, key, key_len);
    found->type = Type::nil;
    found->flags = 0;
    const auto stale = get_stale != 0 ? Store::Stale::show : Store::Stale::hide;
    const Status status = dict_of(zone).store.get(bytes(key, key_len), now_ms(), stale, *found);
    return status == Status::no_memory ? NGX_ERROR : static_cast<int>(found->type);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_get(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                       int* value_type, u_char** str_value_buf,
                                       size_t* str_value_len, double* num_value, int* user_flags,
                                       int get_stale, int* is_stale, char** err) noexcept {
    debug_fetch(zone, key, key_len);
    Found found(reinterpret_cast<char*>(*str_value_buf), *str_value_len);
    const auto stale = get_stale != 0 ? Store::Stale::show : Store::Stale::hide;
    const Status status = dict_of(zone).store.get(bytes(key, key_len), now_ms(), stale, found);
    give(found, value_type, str_value_buf, str_value_len, num_value);
    *user_flags = static_cast<int>(found.flags);
    *is_stale = found.stale ? 1 : 0;
    return result(status, err);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_store(ngx_shm_zone_t* zone, int op, u_char* key, size_t key_len,
                                         int value_type, u_char* str_value_buf,
                                         size_t str_value_len, double num_value, long exptime,
                                         int user_flags, char** errmsg, int* forcible) noexcept {
    const uint64_t now = now_ms();
    auto write = Store::Write::set;
    if ((op & kOpAdd) != 0) {
        write = Store::Write::add;
    } else if ((op & kOpReplace) != 0) {
        write = Store::Write::replace;
    }
    const Value value = value_of(value_type, str_value_buf, str_value_len, num_value);
    const Attributes attributes{static_cast<uint32_t>(user_flags), expiry(exptime, now)};
    const auto evict = (op & kOpSafe) != 0 ? Store::Evict::no : Store::Evict::yes;
    const Outcome outcome =
        dict_of(zone).store.set(bytes(key, key_len), value, attributes, now, write, evict);
    *forcible = outcome.forcible ? 1 : 0;
    return result(outcome.status, errmsg);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_incr(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                        double* value, char** err, int has_init, double init,
                                        long init_ttl, int* forcible) noexcept {
    const uint64_t now = now_ms();
    const Store::Init start{init, expiry(init_ttl, now)};
    const Outcome outcome = dict_of(zone).store.incr(bytes(key, key_len), *value,
                                                     has_init != 0 ? &start : nullptr, now);
    *forcible = outcome.forcible ? 1 : 0;
    return result(outcome.status, err) == NGX_OK ? NGX_OK : NGX_ERROR;
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_flush_all(ngx_shm_zone_t* zone) noexcept {
    dict_of(zone).store.flush_all();
    return NGX_OK;
}

NGX_LUA_FFI long ngx_lua_ffi_shdict_flush_expired(ngx_shm_zone_t* zone, size_t max) noexcept {
    return static_cast<long>(dict_of(zone).store.flush_expired(max, now_ms()));
}

NGX_LUA_FFI long ngx_lua_ffi_shdict_get_ttl(ngx_shm_zone_t* zone, u_char* key,
                                            size_t key_len) noexcept {
    uint64_t expires = kNever;
    if (dict_of(zone).store.expires_at(bytes(key, key_len), expires) != Status::ok) {
        return NGX_DECLINED;
    }
    if (expires == kNever) {
        return 0;
    }
    const auto left = static_cast<long>(expires - now_ms());
    // Expired for exactly 5 ms would read "not found"; now (0) would read "never".
    return left == NGX_DECLINED || left == 0 ? left - 1 : left;
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_set_expire(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                              long exptime) noexcept {
    const uint64_t expires = expiry(exptime, now_ms());
    const Status status = dict_of(zone).store.set_expires(bytes(key, key_len), expires);
    return status == Status::ok ? NGX_OK : NGX_DECLINED;
}

NGX_LUA_FFI size_t ngx_lua_ffi_shdict_capacity(ngx_shm_zone_t* zone) noexcept {
    return zone->shm.size;
}

NGX_LUA_FFI size_t ngx_lua_ffi_shdict_free_space(ngx_shm_zone_t* zone) noexcept {
    return dict_of(zone).store.free_bytes();
}

// The number of keys, packed as Store::Keys says; *keys is for free(). NGX_ERROR: no memory.
NGX_LUA_FFI long ngx_lua_ffi_shdict_get_keys(ngx_shm_zone_t* zone, size_t max,
                                             u_char** keys) noexcept {
    Store::Keys found;
    if (dict_of(zone).store.keys(max, now_ms(), found) != Status::ok) {
        return NGX_ERROR;
    }
    *keys = reinterpret_cast<u_char*>(found.data);
    return static_cast<long>(found.count);
}

// --- lists: front is 1 for the left end ---

NGX_LUA_FFI int ngx_lua_ffi_shdict_push(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                        int front, int value_type, u_char* str, size_t len,
                                        double number, uint32_t* length, char** err) noexcept {
    const Value value = value_of(value_type, str, len, number);
    return result(
        dict_of(zone).store.push(bytes(key, key_len), value, end_of(front), now_ms(), *length),
        err);
}

// Returns the value's type, or NGX_ERROR.
NGX_LUA_FFI int ngx_lua_ffi_shdict_pop(ngx_shm_zone_t* zone, u_char* key, size_t key_len, int front,
                                       Found* found, char** err) noexcept {
    found->type = Type::nil;
    const Status status =
        dict_of(zone).store.pop(bytes(key, key_len), end_of(front), now_ms(), *found);
    return status == Status::ok ? static_cast<int>(found->type) : result(status, err);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_llen(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                        uint32_t* length, char** err) noexcept {
    return result(dict_of(zone).store.length(bytes(key, key_len), now_ms(), *length), err);
}

// --- the same with one argument, for platforms whose calling convention LuaJIT gets wrong with
// many of them (macOS on ARM) ---

struct ngx_lua_shdict_get_params_t {
    ngx_shm_zone_t* zone;
    u_char* key;
    size_t key_len;
    int* value_type;
    u_char** str_value_buf;
    size_t* str_value_len;
    double* num_value;
    int* user_flags;
    int get_stale;
    int* is_stale;
    char** errmsg;
};

struct ngx_lua_shdict_store_params_t {
    ngx_shm_zone_t* zone;
    int op;
    u_char* key;
    size_t key_len;
    int value_type;
    u_char* str_value_buf;
    size_t str_value_len;
    double num_value;
    long exptime;
    int user_flags;
    char** errmsg;
    int* forcible;
};

struct ngx_lua_shdict_incr_params_t {
    ngx_shm_zone_t* zone;
    u_char* key;
    size_t key_len;
    double* num_value;
    char** errmsg;
    int has_init;
    double init;
    long init_ttl;
    int* forcible;
};

NGX_LUA_FFI int ngx_lua_ffi_shdict_get_macos(ngx_lua_shdict_get_params_t* p) noexcept {
    return ngx_lua_ffi_shdict_get(p->zone, p->key, p->key_len, p->value_type, p->str_value_buf,
                                  p->str_value_len, p->num_value, p->user_flags, p->get_stale,
                                  p->is_stale, p->errmsg);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_store_macos(ngx_lua_shdict_store_params_t* p) noexcept {
    return ngx_lua_ffi_shdict_store(p->zone, p->op, p->key, p->key_len, p->value_type,
                                    p->str_value_buf, p->str_value_len, p->num_value, p->exptime,
                                    p->user_flags, p->errmsg, p->forcible);
}

NGX_LUA_FFI int ngx_lua_ffi_shdict_incr_macos(ngx_lua_shdict_incr_params_t* p) noexcept {
    return ngx_lua_ffi_shdict_incr(p->zone, p->key, p->key_len, p->num_value, p->errmsg,
                                   p->has_init, p->init, p->init_ttl, p->forcible);
}

// --- C interface for other nginx modules ---

// As ngx_http_lua_api.h declares it. A string is copied to the memory that value.s names, cut off
// where that ends.
struct ngx_lua_value_t {
    uint8_t type;
    union {
        int b;
        lua_Number n;
        ngx_str_t s;
    } value;
};

NGX_LUA_FFI ngx_int_t ngx_lua_shared_dict_get(ngx_shm_zone_t* zone, u_char* key, size_t key_len,
                                              ngx_lua_value_t* value) noexcept {
    const ngx_str_t room = value->value.s;
    Found found(reinterpret_cast<char*>(room.data), room.len);
    const Status status =
        dict_of(zone).store.get(bytes(key, key_len), now_ms(), Store::Stale::hide, found);
    value->type = static_cast<uint8_t>(found.type);
    switch (found.type) {
    case Type::nil:
        return status == Status::ok ? NGX_DECLINED : NGX_ERROR;
    case Type::list:
        return NGX_ERROR;
    case Type::boolean:
        value->value.b = found.number != 0 ? 1 : 0;
        break;
    case Type::number:
        value->value.n = found.number;
        break;
    case Type::string:
        value->value.s.len = ngx_min(found.len, room.len);
        if (found.len > room.len) {
            ngx_memcpy(room.data, found.data, room.len);
            free(found.data);
        }
        break;
    }
    return NGX_OK;
}
