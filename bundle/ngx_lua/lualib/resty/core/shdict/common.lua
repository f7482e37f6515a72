-- What the methods of shared dictionaries share: the C functions, the checks of their first two
-- arguments, and the place where C code leaves a value.
local ffi = require "ffi"

local C = ffi.C
local error = error
local ffi_str = ffi.string
local tostring = tostring
local type = type

ffi.cdef [[
void *ngx_lua_ffi_shdict_udata_to_zone(void *zone_udata);

typedef struct {
    unsigned char *data;
    size_t         capacity;
    size_t         len;
    double         number;
    int            flags;
    uint8_t        type;
    bool           stale;
} ngx_lua_shdict_found_t;

int ngx_lua_ffi_shdict_lookup(void *zone_udata, const unsigned char *key, size_t key_len,
    int get_stale, ngx_lua_shdict_found_t *found);

int ngx_lua_ffi_shdict_store(void *zone, int op, const unsigned char *key, size_t key_len,
    int value_type, const unsigned char *str_value_buf, size_t str_value_len, double num_value,
    long exptime, int user_flags, char **errmsg, int *forcible);

int ngx_lua_ffi_shdict_incr(void *zone, const unsigned char *key, size_t key_len, double *value,
    char **err, int has_init, double init, long init_ttl, int *forcible);

int ngx_lua_ffi_shdict_flush_all(void *zone);
long ngx_lua_ffi_shdict_flush_expired(void *zone, size_t max);
long ngx_lua_ffi_shdict_get_ttl(void *zone, const unsigned char *key, size_t key_len);
int ngx_lua_ffi_shdict_set_expire(void *zone, const unsigned char *key, size_t key_len,
    long exptime);
size_t ngx_lua_ffi_shdict_capacity(void *zone);
size_t ngx_lua_ffi_shdict_free_space(void *zone);
long ngx_lua_ffi_shdict_get_keys(void *zone, size_t max, unsigned char **keys);

int ngx_lua_ffi_shdict_push(void *zone, const unsigned char *key, size_t key_len, int front,
    int value_type, const unsigned char *str, size_t len, double number, uint32_t *length,
    char **err);
int ngx_lua_ffi_shdict_pop(void *zone, const unsigned char *key, size_t key_len, int front,
    ngx_lua_shdict_found_t *found, char **err);
int ngx_lua_ffi_shdict_llen(void *zone, const unsigned char *key, size_t key_len,
    uint32_t *length, char **err);

void free(void *ptr);
]]

local MAX_KEY_LEN = 65535

local TYPE_BOOLEAN, TYPE_NUMBER, TYPE_STRING = 1, 3, 4

-- Longer strings than `buf` come in memory of their own, which is ours to free.
local BUF_SIZE = 4096
local buf = ffi.new("unsigned char[?]", BUF_SIZE)
local found = ffi.new("ngx_lua_shdict_found_t", { data = buf, capacity = BUF_SIZE })
local errmsg = ffi.new("char *[1]")

local M = {
    buf = buf, -- found.data points there: it has to live
    found = found,
    errmsg = errmsg,
}


-- The zone of a dictionary; level 3 is the caller of the method.
function M.check_zone(dict)
    if type(dict) == "table" then
        local udata = dict[1]

        if type(udata) == "userdata" then
            local zone = C.ngx_lua_ffi_shdict_udata_to_zone(udata)

            if zone ~= nil then
                return zone
            end
        end
    end

    error('bad "zone" argument', 3)
end


function M.check_key(key)
    if type(key) ~= "string" then
        if key == nil then
            return nil, "nil key"
        end

        key = tostring(key)
    end

    local len = #key
    if len == 0 then
        return nil, "empty key"
    end

    if len > MAX_KEY_LEN then
        return nil, "key too long"
    end

    return key
end


function M.last_error()
    return ffi_str(errmsg[0])
end


local function found_string()
    local len = found.len
    if len <= BUF_SIZE then
        return ffi_str(buf, len)
    end

    local str = ffi_str(found.data, len)
    C.free(found.data)
    found.data = buf

    return str
end


-- The value that `found` has; kind is its type.
function M.found_value(kind)
    if kind == TYPE_STRING then
        return found_string()
    end

    if kind == TYPE_NUMBER then
        return found.number
    end

    if kind == TYPE_BOOLEAN then
        return found.number ~= 0
    end

    return nil
end


return M
