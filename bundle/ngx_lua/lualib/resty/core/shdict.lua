-- The methods of shared dictionaries (ngx.shared.NAME), all over FFI. A dictionary is a table with
-- its zone's userdata at [1]; the native side makes these tables, with one metatable for all.
local ffi = require "ffi"
local base = require "resty.core.base"
local common = require "resty.core.shdict.common"
local list = require "resty.core.shdict.list"
local new_tab = require "table.new"

local C = ffi.C
local cast = ffi.cast
local check_key, check_zone = common.check_key, common.check_zone
local errmsg, last_error = common.errmsg, common.last_error
local error = error
local floor = math.floor
local found, found_value = common.found, common.found_value
local ffi_str = ffi.string
local getmetatable = getmetatable
local ngx_shared = ngx.shared
local next = next
local select = select
local tonumber = tonumber
local type = type

local TYPE_NIL, TYPE_BOOLEAN, TYPE_NUMBER, TYPE_STRING, TYPE_LIST = 0, 1, 3, 4, 5

local SET, ADD, REPLACE, SAFE_SET, SAFE_ADD = 0, 1, 2, 4, 5

local DECLINED = -5

-- Out parameters.
local keys_p = ffi.new("unsigned char *[1]")
local number = ffi.new("double[1]")
local forcible = ffi.new("int[1]")

local u32_ptr = ffi.typeof("const uint32_t *")

local M = { version = base.version }
local methods = {}


-- Looks a key up; returns the type of its value, which `found` has, or nil and an error. Level 3 is
-- the caller of the method.
local function lookup(dict, key, get_stale)
    local udata = type(dict) == "table" and dict[1]
    if type(udata) ~= "userdata" then
        error('bad "zone" argument', 3)
    end

    local err
    key, err = check_key(key)
    if not key then
        return nil, err
    end

    local kind = C.ngx_lua_ffi_shdict_lookup(udata, key, #key, get_stale, found)
    if kind >= 0 then
        return kind
    end

    if kind == DECLINED then
        error('bad "zone" argument', 3)
    end

    return nil, "no memory"
end


function methods.get(dict, key)
    local kind, err = lookup(dict, key, 0)
    if not kind then
        return nil, err
    end

    if kind == TYPE_LIST then
        return nil, "value is a list"
    end

    local flags = found.flags
    if flags ~= 0 then
        return found_value(kind), flags
    end

    return found_value(kind)
end


function methods.get_stale(dict, key)
    local kind, err = lookup(dict, key, 1)
    if not kind then
        return nil, err
    end

    if kind == TYPE_LIST then
        return nil, "value is a list"
    end

    if kind == TYPE_NIL then
        return nil
    end

    local flags = found.flags
    if flags == 0 then
        flags = nil
    end

    return found_value(kind), flags, found.stale
end


-- Called by tail calls, so that level 2 is the caller of the method.
local function store(dict, op, key, value, exptime, flags)
    local zone = check_zone(dict)

    if not exptime then
        exptime = 0
    elseif exptime < 0 then
        error('bad "exptime" argument', 2)
    end

    local err
    key, err = check_key(key)
    if not key then
        return nil, err
    end

    local kind, str, len, num = TYPE_NIL, nil, 0, 0
    local lua_type = type(value)

    if lua_type == "string" then
        kind, str, len = TYPE_STRING, value, #value

    elseif lua_type == "number" then
        kind, num = TYPE_NUMBER, value

    elseif lua_type == "boolean" then
        kind, num = TYPE_BOOLEAN, value and 1 or 0

    elseif lua_type ~= "nil" then
        return nil, "bad value type"

    elseif op ~= SET and op ~= SAFE_SET then
        return false, "attempt to add or replace nil values", false
    end

    local rc = C.ngx_lua_ffi_shdict_store(zone, op, key, #key, kind, str, len, num, exptime * 1000,
                                          flags or 0, errmsg, forcible)
    if rc == 0 then
        return true, nil, forcible[0] == 1
    end

    return false, last_error(), forcible[0] == 1
end


function methods.set(dict, key, value, exptime, flags)
    return store(dict, SET, key, value, exptime, flags)
end


function methods.safe_set(dict, key, value, exptime, flags)
    return store(dict, SAFE_SET, key, value, exptime, flags)
end


function methods.add(dict, key, value, exptime, flags)
    return store(dict, ADD, key, value, exptime, flags)
end


function methods.safe_add(dict, key, value, exptime, flags)
    return store(dict, SAFE_ADD, key, value, exptime, flags)
end


function methods.replace(dict, key, value, exptime, flags)
    return store(dict, REPLACE, key, value, exptime, flags)
end


function methods.delete(dict, key)
    return store(dict, SET, key, nil, 0, 0)
end


-- An optional number, or a string that is one; level 3 is the caller of incr.
local function check_number(value, name)
    if type(value) ~= "number" then
        local converted = tonumber(value)
        if not converted then
            error("bad " .. name .. " arg: number expected, got " .. type(value), 3)
        end

        return converted
    end

    return value
end


function methods.incr(dict, key, value, init, init_ttl)
    local zone = check_zone(dict)
    local err
    key, err = check_key(key)
    if not key then
        return nil, err
    end

    if type(value) ~= "number" then
        value = tonumber(value)
    end

    number[0] = value

    local has_init, ttl = 0, 0
    if init then
        init = check_number(init, "init")
        has_init = 1
    end

    if init_ttl ~= nil then
        ttl = check_number(init_ttl, "init_ttl")

        if ttl < 0 then
            error('bad "init_ttl" argument', 2)
        end

        if has_init == 0 then
            error('must provide "init" when providing "init_ttl"', 2)
        end
    end

    local rc = C.ngx_lua_ffi_shdict_incr(zone, key, #key, number, errmsg, has_init, init or 0,
                                         ttl * 1000, forcible)
    if rc ~= 0 then
        return nil, last_error()
    end

    if has_init == 0 then
        return number[0]
    end

    return number[0], nil, forcible[0] == 1
end


function methods.ttl(dict, key)
    local zone = check_zone(dict)
    local err
    key, err = check_key(key)
    if not key then
        return nil, err
    end

    local ms = tonumber(C.ngx_lua_ffi_shdict_get_ttl(zone, key, #key))
    if ms == DECLINED then
        return nil, "not found"
    end

    return ms / 1000
end


function methods.expire(dict, key, exptime)
    local zone = check_zone(dict)

    if not exptime then
        error('bad "exptime" argument', 2)
    end

    local err
    key, err = check_key(key)
    if not key then
        return nil, err
    end

    if C.ngx_lua_ffi_shdict_set_expire(zone, key, #key, exptime * 1000) ~= 0 then
        return nil, "not found"
    end

    return true
end


function methods.flush_all(dict)
    C.ngx_lua_ffi_shdict_flush_all(check_zone(dict))
end


function methods.capacity(dict)
    return tonumber(C.ngx_lua_ffi_shdict_capacity(check_zone(dict)))
end


function methods.free_space(dict)
    return tonumber(C.ngx_lua_ffi_shdict_free_space(check_zone(dict)))
end


-- The arguments of get_keys and flush_expired: a dictionary and an optional count. The number given
-- matters (an explicit nil is refused), hence varargs.
local function check_max(name, default, ...)
    local given = select("#", ...)
    if given ~= 1 and given ~= 2 then
        error("expecting 1 or 2 argument(s), but saw " .. given, 3)
    end

    if given == 1 then
        return default
    end

    local max = tonumber((select(2, ...)))
    if not max then
        error("bad argument #1 to '" .. name .. "' (number expected, got "
              .. type((select(2, ...))) .. ")", 3)
    end

    return max > 0 and floor(max) or 0
end


function methods.flush_expired(...)
    local max = check_max("flush_expired", 0, ...)
    local zone = check_zone((...))

    return tonumber(C.ngx_lua_ffi_shdict_flush_expired(zone, max))
end


function methods.get_keys(...)
    local max = check_max("get_keys", 1024, ...)
    local zone = check_zone((...))

    keys_p[0] = nil
    local count = tonumber(C.ngx_lua_ffi_shdict_get_keys(zone, max, keys_p))
    if count < 0 then
        return nil, "no memory"
    end

    -- Each key is its length (32 bits) and its bytes, padded to a multiple of 4.
    local packed = keys_p[0]
    local keys = new_tab(count, 0)
    local pos = packed

    for i = 1, count do
        local len = cast(u32_ptr, pos)[0]
        keys[i] = ffi_str(pos + 4, len)
        pos = pos + 4 + floor((len + 3) / 4) * 4
    end

    C.free(packed)

    return keys
end


-- All dictionaries share one metatable, which is its own __index.
local _, any_dict = next(ngx_shared)
if any_dict then
    local mt = getmetatable(any_dict)

    for _, set in ipairs({ methods, list }) do
        for name, method in next, set do
            mt[name] = method
        end
    end
end

return M
