-- ngx.print, say, flush, eof: the response body, or what goes to the client.
-- ngx.send_headers, in http.
--
-- The arguments of print and say go to C as an array of cells, without being joined or converted
-- to strings first. The functions with `...` only count their arguments and call ones of fixed
-- arity: those the JIT compiler can take as roots.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

local cast = ffi.cast
local check_boolean = require("resty.core.check").boolean
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local floor = math.floor
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local getinfo = debug.getinfo
local null = ngx.null
local pairs = pairs
local select = select
local type = type
local yield = coroutine._yield

local IS_HTTP = ngx.config.subsystem == "http"

local FFI_AGAIN = base.FFI_AGAIN
local FFI_DECLINED = base.FFI_DECLINED
local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

-- The output may run filters written in Lua, which must not happen below an FFI call: then the FFI
-- functions do nothing, and their native twins are to be called.
local CALL_NATIVE = 1
local twins = IS_HTTP and require "ngx_lua.native" or {}

ffi.cdef [[
    typedef struct {
        union {
            const char *s;
            double      n;
        };
        int32_t len;
        int32_t kind;
    } ngx_lua_out_cell_t;
]]

native.declare [[
    int @output(@request *r, const ngx_lua_out_cell_t *cells, int n, int newline, char **err);
    int @flush(@request *r, int wait, char **err);
    int @eof(@request *r, char **err);
]]

local ffi_output = native.bind("output")
local ffi_flush = native.bind("flush")
local ffi_eof = native.bind("eof")

local STRING = 0
local NUMBER = 1

local FIRST_CELLS = 64

local cells_type = ffi.typeof("ngx_lua_out_cell_t[?]")
local cell_ptr_type = ffi.typeof("ngx_lua_out_cell_t *")

local cells = ffi_new(cells_type, FIRST_CELLS)
local cells_size = FIRST_CELLS


local function grow(used)
    local bigger = ffi_new(cells_type, cells_size * 2)
    ffi.copy(bigger, cells, used * ffi.sizeof("ngx_lua_out_cell_t"))
    cells = bigger
    cells_size = cells_size * 2
end


-- The cell keeps no reference: the caller does until the output call is over.
local function put_string(i, s)
    local cell = cells[i]
    cell.s = s
    cell.len = #s
    cell.kind = STRING
end


-- Text of the values that have one besides strings and numbers.
local function name_of(value)
    if value == nil then
        return "nil"
    end

    if value == true then
        return "true"
    end

    if value == false then
        return "false"
    end

    -- Other light userdata print as nothing.
    return value == null and "null" or ""
end


local function is_light_userdata(value)
    -- Full userdata can be told by their metatable; there is nothing else that Lua code could ask.
    return type(value) == "userdata" and (value == null or debug.getmetatable(value) == nil)
end


-- Largest index of an array that may have holes; nil if `tab` is no array.
local function array_length(tab)
    local max = 0

    for key in pairs(tab) do
        if type(key) ~= "number" or key <= 0 or floor(key) ~= key then
            return nil
        end

        if key > max then
            max = key
        end
    end

    return max
end


-- Flattens a table into cells from `i` on. Returns the next free one, or nil and what is wrong.
local function put_table(i, tab)
    local length = array_length(tab)

    if not length then
        return nil, "non-array table found"
    end

    for j = 1, length do
        local value = tab[j]
        local kind = type(value)

        if i >= cells_size then
            grow(i)
        end

        if kind == "string" then
            put_string(i, value)
            i = i + 1

        elseif kind == "number" then
            cells[i].n = value
            cells[i].kind = NUMBER
            i = i + 1

        elseif kind == "table" then
            local err
            i, err = put_table(i, value)

            if not i then
                return nil, err
            end

        elseif kind == "nil" or kind == "boolean" or is_light_userdata(value) then
            put_string(i, name_of(value))
            i = i + 1

        else
            return nil, "bad data type " .. kind .. " found"
        end
    end

    return i
end


-- Puts what is neither string nor number. As put_table.
local function put_other(i, value)
    local kind = type(value)

    if kind == "table" then
        return put_table(i, value)
    end

    if kind == "nil" or kind == "boolean" or is_light_userdata(value) then
        put_string(i, name_of(value))
        return i + 1
    end

    return nil, "string, number, boolean, nil, ngx.null, or array table expected, but got " .. kind
end


-- Puts one argument into cell `i`. As put_table.
local function put(i, value)
    if i >= cells_size then
        grow(i)
    end

    if type(value) == "string" then
        put_string(i, value)
        return i + 1
    end

    if type(value) == "number" then
        cells[i].n = value
        cells[i].kind = NUMBER
        return i + 1
    end

    return put_other(i, value)
end


-- The functions below end an API function: each is called last, as a tail call, so that level 2 is
-- the user's code and their own name the one under which the user knows the API function.

local function bad_argument(index, message)
    local name = getinfo(1, "n").name or "?"
    error("bad argument #" .. index .. " to '" .. name .. "' (" .. message .. ")", 2)
end


local function conclude(rc, err)
    if rc == FFI_OK then
        return 1
    end

    if rc == FFI_DECLINED then
        return nil, err
    end

    if rc == FFI_AGAIN then
        return yield()
    end

    error(err, 2)
end


local function text_of(err)
    return err[0] ~= nil and ffi_string(err[0]) or nil
end


-- Passes `n` cells on. Returns a result code and the error. No tail call: the frame of the caller
-- keeps the strings that the cells point to.
local function output(n, newline)
    local r = get_request()

    if not r then
        return FFI_ERROR, "no request object found"
    end

    local err = get_errmsg_ptr()
    local rc = ffi_output(r, cells, n, newline, err)

    if rc == FFI_OK then
        return rc
    end

    if rc == CALL_NATIVE then
        return twins.output(cast(cell_ptr_type, cells), n, newline == 1)
    end

    return rc, text_of(err)
end


local function output_none(newline)
    return conclude(output(0, newline))
end


local function output_one(newline, a)
    local n, message = put(0, a)

    if not n then
        return bad_argument(1, message)
    end

    local rc, err = output(n, newline)
    return conclude(rc, err)
end


-- For 2 to 8 arguments, without a loop: a trace that comes from the caller's code would end at the
-- loop's own trace, and grow a chain of side traces there.
local function output_few(newline, count, a, b, c, d, e, f, g, h)
    local i = 1
    local n, message = put(0, a)

    if n then
        i = 2
        n, message = put(n, b)
    end

    if n and count > 2 then
        i = 3
        n, message = put(n, c)
    end

    if n and count > 3 then
        i = 4
        n, message = put(n, d)
    end

    if n and count > 4 then
        i = 5
        n, message = put(n, e)
    end

    if n and count > 5 then
        i = 6
        n, message = put(n, f)
    end

    if n and count > 6 then
        i = 7
        n, message = put(n, g)
    end

    if n and count > 7 then
        i = 8
        n, message = put(n, h)
    end

    if not n then
        return bad_argument(i, message)
    end

    local rc, err = output(n, newline)
    return conclude(rc, err)
end


local function output_list(newline, count, list)
    local n = 0

    for i = 1, count do
        local message
        n, message = put(n, list[i])

        if not n then
            return bad_argument(i, message)
        end
    end

    local rc, err = output(n, newline)
    return conclude(rc, err)
end


local function output_any(newline, count, ...)
    if count == 0 then
        return output_none(newline)
    end

    if count <= 8 then
        return output_few(newline, count, ...)
    end

    return output_list(newline, count, { ... })
end


function ngx.print(...)
    local count = select("#", ...)

    if count == 1 then
        return output_one(0, (...))
    end

    return output_any(0, count, ...)
end


function ngx.say(...)
    local count = select("#", ...)

    if count == 1 then
        return output_one(1, (...))
    end

    return output_any(1, count, ...)
end


-- Calls an FFI function without arguments, or its native twin.
local function call(ffi_function, native_function)
    local r = get_request()

    if not r then
        return FFI_ERROR, "no request object found"
    end

    local err = get_errmsg_ptr()
    local rc = ffi_function(r, err)

    if rc == CALL_NATIVE then
        return native_function()
    end

    return rc, text_of(err)
end


function ngx.eof(...)
    if select("#", ...) ~= 0 then
        error("no argument is expected", 2)
    end

    return conclude(call(ffi_eof, twins.eof))
end


local function flush(wait)
    local r = get_request()

    if not r then
        return FFI_ERROR, "no request object found"
    end

    local err = get_errmsg_ptr()
    local rc = ffi_flush(r, wait and 1 or 0, err)

    if rc == CALL_NATIVE then
        return twins.flush(wait)
    end

    return rc, text_of(err)
end


function ngx.flush(...)
    local n = select("#", ...)

    if n > 1 then
        error("attempt to pass " .. n .. " arguments, but accepted 0 or 1", 2)
    end

    local wait = false

    if n == 1 then
        wait = check_boolean((...), 1)
    end

    return conclude(flush(wait))
end


if IS_HTTP then
    native.declare "int @send_headers(@request *r, char **err);"
    local ffi_send_headers = native.bind("send_headers")

    function ngx.send_headers()
        return conclude(call(ffi_send_headers, twins.send_headers))
    end
end


return { version = base.version }
