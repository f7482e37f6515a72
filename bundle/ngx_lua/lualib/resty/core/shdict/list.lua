-- Lists in shared dictionaries. The number of arguments given matters (it is checked, and an explicit
-- nil is another thing than none), hence varargs.
local ffi = require "ffi"
local common = require "resty.core.shdict.common"

local C = ffi.C
local check_key = common.check_key
local check_zone = common.check_zone
local error = error
local errmsg = common.errmsg
local found, found_value = common.found, common.found_value
local last_error = common.last_error
local select = select
local type = type

local TYPE_NUMBER, TYPE_STRING = 3, 4

local LEFT, RIGHT = 1, 0

local length = ffi.new("uint32_t[1]")

local M = {}


-- The first two arguments of a list method; level 3 is the method's caller.
local function check_list_args(name, expected, ...)
    local given = select("#", ...)
    if given ~= expected then
        error("expecting " .. expected .. " arguments, but only seen " .. given, 3)
    end

    local key = select(2, ...)
    local key_type = type(key)
    if key_type ~= "string" and key_type ~= "number" and key_type ~= "nil" then
        error("bad argument #1 to '" .. name .. "' (string expected, got " .. key_type .. ")", 3)
    end

    return check_key(key)
end


local function push(zone, key, front, value)
    local kind, str, len, num = TYPE_STRING, nil, 0, 0
    local lua_type = type(value)

    if lua_type == "string" then
        str, len = value, #value

    elseif lua_type == "number" then
        kind, num = TYPE_NUMBER, value

    else
        return nil, "bad value type"
    end

    local rc = C.ngx_lua_ffi_shdict_push(zone, key, #key, front, kind, str, len, num, length, errmsg)
    if rc ~= 0 then
        return nil, last_error()
    end

    return length[0]
end


local function pop(zone, key, front)
    local kind = C.ngx_lua_ffi_shdict_pop(zone, key, #key, front, found, errmsg)
    if kind < 0 then
        return nil, last_error()
    end

    return found_value(kind)
end


function M.lpush(...)
    local zone = check_zone((...))
    local key, err = check_list_args("lpush", 3, ...)
    if not key then
        return nil, err
    end

    return push(zone, key, LEFT, (select(3, ...)))
end


function M.rpush(...)
    local zone = check_zone((...))
    local key, err = check_list_args("rpush", 3, ...)
    if not key then
        return nil, err
    end

    return push(zone, key, RIGHT, (select(3, ...)))
end


function M.lpop(...)
    local zone = check_zone((...))
    local key, err = check_list_args("lpop", 2, ...)
    if not key then
        return nil, err
    end

    return pop(zone, key, LEFT)
end


function M.rpop(...)
    local zone = check_zone((...))
    local key, err = check_list_args("rpop", 2, ...)
    if not key then
        return nil, err
    end

    return pop(zone, key, RIGHT)
end


function M.llen(...)
    local zone = check_zone((...))
    local key, err = check_list_args("llen", 2, ...)
    if not key then
        return nil, err
    end

    if C.ngx_lua_ffi_shdict_llen(zone, key, #key, length, errmsg) ~= 0 then
        return nil, last_error()
    end

    return length[0]
end


return M
