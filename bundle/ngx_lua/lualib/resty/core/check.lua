-- Argument errors that read like those of Lua's own C functions: the name under which the caller
-- knows the function, the caller's position. Call these from an API function directly (not as a
-- tail call), whose caller is to blame.
local getinfo = debug.getinfo
local error = error
local tonumber = tonumber
local tostring = tostring
local type = type

local M = {}


-- Levels, seen from here: 1 this function, 2 one of the checks, 3 the API function, 4 its caller.
local function raise(index, message)
    local name = getinfo(3, "n").name or "?"
    error("bad argument #" .. index .. " to '" .. name .. "' (" .. message .. ")", 4)
end


function M.bad_argument(index, message)
    raise(index, message)
end


-- A string, or a number as a string.
function M.string(value, index)
    if type(value) == "string" then
        return value
    end

    if type(value) ~= "number" then
        raise(index, "string expected, got " .. type(value))
    end

    return tostring(value)
end


-- A number, or a string that reads as one.
function M.number(value, index)
    local number = tonumber(value)

    if not number then
        raise(index, "number expected, got " .. type(value))
    end

    return number
end


function M.boolean(value, index)
    if type(value) ~= "boolean" then
        raise(index, "boolean expected, got " .. type(value))
    end

    return value
end


return M
