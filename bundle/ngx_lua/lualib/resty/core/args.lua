-- ngx.encode_args, decode_args, quote_sql_str, and what the functions on query strings and form
-- bodies share.
local ffi = require "ffi"
local base = require "resty.core.base"
local check = require "resty.core.check"
local strbuf = require "string.buffer"

local C = ffi.C
local check_number = check.number
local check_string = check.string
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local new_tab = base.new_tab
local pairs = pairs
local select = select
local tonumber = tonumber
local tostring = tostring
local type = type

ffi.cdef [[
    typedef struct {
        ngx_lua_ffi_str_t key;
        ngx_lua_ffi_str_t value;
    } ngx_lua_ffi_table_elt_t;

    int ngx_lua_ffi_count_args(const unsigned char *src, size_t *len, int max);
    int ngx_lua_ffi_decode_args(const unsigned char *src, size_t len, unsigned char *buf,
                                ngx_lua_ffi_table_elt_t *out, int count);
    void ngx_lua_ffi_note_args_limit(int count);
    size_t ngx_lua_ffi_uri_escaped_length(const unsigned char *src, size_t len, int type);
    void ngx_lua_ffi_escape_uri(const unsigned char *src, size_t len, unsigned char *dst,
                                int type);
    size_t ngx_lua_ffi_quoted_sql_length(const unsigned char *src, size_t len);
    void ngx_lua_ffi_quote_sql_str(const unsigned char *src, size_t len, unsigned char *dst);
]]

local URI_COMPONENT = 2
-- A value of this length stands for an argument without '='.
local NO_VALUE = -1
local DEFAULT_MAX = 100

local M = {}

local default_elts = ffi_new("ngx_lua_ffi_table_elt_t[?]", DEFAULT_MAX)


-- An array of `count` elements; the common size is shared.
function M.get_elts(count)
    if count <= DEFAULT_MAX then
        return default_elts
    end

    return ffi_new("ngx_lua_ffi_table_elt_t[?]", count)
end


local get_elts = M.get_elts


-- Adds a value under `key`; a second one turns the entry into an array.
local function add(tab, key, value)
    local existing = tab[key]

    if existing == nil then
        tab[key] = value

    elseif type(existing) == "table" then
        existing[#existing + 1] = value

    else
        tab[key] = { existing, value }
    end
end


-- Adds the first `count` elements to `tab`.
function M.add_elts(tab, elts, count)
    for i = 0, count - 1 do
        local elt = elts[i]
        local len = elt.value.len
        add(tab, ffi_string(elt.key.data, elt.key.len),
            len == NO_VALUE or ffi_string(elt.value.data, len))
    end

    return tab
end


-- Decodes `len` bytes of arguments, at most `max` segments (negative: 100, 0: all) of them. Returns
-- the table, and "truncated" if that cut something off.
function M.decode(src, len, max)
    local counted_len = get_size_ptr()
    counted_len[0] = len
    local count = C.ngx_lua_ffi_count_args(src, counted_len, max)
    local counted = tonumber(counted_len[0])
    local elts = get_elts(count)
    local stored = C.ngx_lua_ffi_decode_args(src, counted, get_string_buf(counted), elts, count)
    local tab = M.add_elts(new_tab(0, stored), elts, stored)

    if counted < len then
        C.ngx_lua_ffi_note_args_limit(count)
        return tab, "truncated"
    end

    return tab
end


local function put_escaped(buf, s)
    local len = #s
    local size = tonumber(C.ngx_lua_ffi_uri_escaped_length(s, len, URI_COMPONENT))

    if size == len then
        buf:put(s)
        return
    end

    local dst = get_string_buf(size)
    C.ngx_lua_ffi_escape_uri(s, len, dst, URI_COMPONENT)
    buf:putcdata(dst, size)
end


-- Level of the function that the user has called: put, encode, that one's caller.
local USER_LEVEL = 4


local function put_arg(buf, key, value)
    if value == false then
        return
    end

    if #buf > 0 then
        buf:put("&")
    end

    put_escaped(buf, key)

    if value == true then
        return
    end

    buf:put("=")

    if type(value) == "string" then
        put_escaped(buf, value)

    elseif type(value) == "number" then
        put_escaped(buf, tostring(value))

    else
        error("attempt to use " .. type(value) .. " as query arg value", USER_LEVEL)
    end
end


local args_buf = strbuf.new()


-- Returns `args` as a query string. To be called (not as a tail call) by the function that the user
-- has called: errors go to that one's caller.
function M.encode(args)
    local buf = args_buf:reset()

    for key, value in pairs(args) do
        if type(key) ~= "string" then
            error("attempt to use a non-string key in the \"args\" option table", USER_LEVEL - 1)
        end

        if type(value) == "table" then
            for _, item in pairs(value) do
                put_arg(buf, key, item)
            end

        else
            put_arg(buf, key, value)
        end
    end

    local text = buf:get()
    return text
end


local function encode_args(args)
    if type(args) ~= "table" then
        check.bad_argument(1, "table expected, got " .. type(args))
    end

    local result = M.encode(args)
    return result
end


function ngx.encode_args(...)
    local n = select("#", ...)

    if n ~= 1 then
        error("expecting 1 argument but seen " .. n, 2)
    end

    return encode_args((...))
end


local function decode_args(s, max)
    s = check_string(s, 1)
    max = check_number(max, 2)

    if max < 0 then
        max = 0
    end

    return M.decode(s, #s, max)
end


function ngx.decode_args(...)
    local n = select("#", ...)

    if n == 1 then
        return decode_args((...), DEFAULT_MAX)
    end

    if n ~= 2 then
        error("expecting 1 or 2 arguments but seen " .. n, 2)
    end

    return decode_args(...)
end


local function quote_sql_str(s)
    s = check_string(s, 1)

    local len = #s
    local size = tonumber(C.ngx_lua_ffi_quoted_sql_length(s, len))
    local dst = get_string_buf(size)
    C.ngx_lua_ffi_quote_sql_str(s, len, dst)
    local result = ffi_string(dst, size)
    return result
end


function ngx.quote_sql_str(...)
    if select("#", ...) ~= 1 then
        error("expecting one argument", 2)
    end

    return quote_sql_str((...))
end


return M
