-- The data of send(): strings, numbers, and arrays of them, as an array of cells that C sends
-- piece by piece.
local ffi = require "ffi"
-- Declares the cells.
require "resty.core.output"

local ffi_copy = ffi.copy
local ffi_new = ffi.new
local nkeys = require "table.nkeys"
local type = type

local STRING = 0
local NUMBER = 1
local FIRST_SIZE = 64

local M = {}

local size = FIRST_SIZE
local cells = ffi_new("ngx_lua_out_cell_t[?]", size)


local function grow(used)
    local bigger = ffi_new("ngx_lua_out_cell_t[?]", size * 2)
    ffi_copy(bigger, cells, used * ffi.sizeof("ngx_lua_out_cell_t"))
    cells = bigger
    size = size * 2
end


-- Puts a string or number into cell `i`. The cell keeps no reference: the caller does.
local function put(i, value, kind)
    if i >= size then
        grow(i)
    end

    local cell = cells[i]

    if kind == "string" then
        cell.s = value
        cell.len = #value
        cell.kind = STRING
        return
    end

    cell.n = value
    cell.kind = NUMBER
end


-- Why a table whose keys are not 1 to #table cannot be sent.
local function complaint(tab)
    for key in next, tab do
        if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then
            return "non-array table found"
        end
    end

    return "bad data type nil found"
end


-- Puts the elements into the cells from `i` on. Returns the next free one, or nil and an error.
local function put_table(i, tab)
    local length = #tab

    for j = 1, length do
        local value = tab[j]
        local kind = type(value)

        if kind == "string" or kind == "number" then
            put(i, value, kind)
            i = i + 1

        elseif kind == "table" then
            local err
            i, err = put_table(i, value)

            if not i then
                return nil, err
            end

        else
            return nil, "bad data type " .. kind .. " found"
        end
    end

    if nkeys(tab) ~= length then
        return nil, complaint(tab)
    end

    return i
end


-- Returns the cells and their number, or nil and an error. They are good until the next call.
function M.cells_of(data)
    local kind = type(data)

    if kind == "string" or kind == "number" then
        put(0, data, kind)
        return cells, 1
    end

    if kind == "table" then
        local n, err = put_table(0, data)

        if not n then
            return nil, err
        end

        return cells, n
    end

    if kind == "nil" then
        put(0, "nil", "string")
        return cells, 1
    end

    if kind == "boolean" then
        put(0, data and "true" or "false", "string")
        return cells, 1
    end

    return nil, "string, number, boolean, nil, or array table expected, got " .. kind
end


return M
