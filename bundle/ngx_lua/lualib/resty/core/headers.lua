-- What request and response headers have in common: tables of headers whose keys may be asked for
-- in any case, lists of values on their way to C.
local ffi = require "ffi"
local args = require "resty.core.args"
local base = require "resty.core.base"

local ffi_new = ffi.new
local lower = string.lower
local new_tab = base.new_tab
local rawget = rawget
local setmetatable = setmetatable
local str_replace_char = require("resty.core.utils").str_replace_char
local tostring = tostring
local type = type

local M = {
    get_elts = args.get_elts,
    -- Stands for the limit of 100 headers in calls of the C functions that count them.
    DEFAULT_LIMIT = -1,
}


-- Keys are lower-case; others fall back to that, and to '-' for '_'.
local headers_mt = {
    __index = function (tb, key)
        if type(key) ~= "string" then
            return nil
        end

        key = lower(key)
        local result = rawget(tb, key) or rawget(tb, str_replace_char(key, "_", "-"))
        return result
    end,
}


-- A table of `count` headers; raw: as they came, without that fall-back.
function M.to_table(elts, count, raw, truncated)
    local tab = args.add_elts(new_tab(0, count), elts, count)

    if not raw then
        setmetatable(tab, headers_mt)
    end

    if truncated then
        return tab, "truncated"
    end

    return tab
end


-- An array of `count` strings for C. Values are made strings in their table, which so keeps them
-- from the garbage collector.
function M.strings(values, count)
    local strings = ffi_new("ngx_lua_ffi_str_t[?]", count)

    for i = 1, count do
        local value = values[i]

        if type(value) ~= "string" then
            value = tostring(value)
            values[i] = value
        end

        strings[i - 1].data = value
        strings[i - 1].len = #value
    end

    return strings
end


return M
