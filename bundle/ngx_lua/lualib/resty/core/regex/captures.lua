-- The captures tables that ngx.re.match and its kin return.
--
-- All texts of one match are taken from the subject with offsets that the C side left in an int
-- array, -1 for a group that took no part. There is a builder for each number of groups, generated
-- with a table constructor of fixed size: a quarter cheaper in a trace than filling a table.
local ffi = require "ffi"
local new_tab = require "table.new"

local text = ffi.string
local cast = ffi.cast
local concat = table.concat

local chars_type = ffi.typeof("const char *")

local MAX_GENERATED = 9

local M = {}
local builders = {}


-- Puts the groups 0 to `groups` into `res`.
local function fill(res, subj, captures, groups)
    local chars = cast(chars_type, subj)

    for i = 0, groups do
        local from = captures[2 * i]
        res[i] = from >= 0 and text(chars + from, captures[2 * i + 1] - from)
    end

    return res
end

M.fill = fill


-- Source of a builder: function(subj, captures) -> { [0] = ..., ..., ... }
local function source(groups)
    local items = { "[0] = text(chars + captures[0], captures[1] - captures[0])" }

    for i = 1, groups do
        items[i + 1] = ("captures[%d] >= 0 and text(chars + captures[%d], captures[%d] - captures[%d])")
                       :format(2 * i, 2 * i, 2 * i + 1, 2 * i)
    end

    return "local text, cast, chars_type = ...\n"
           .. "return function(subj, captures)\n"
           .. "    local chars = cast(chars_type, subj)\n"
           .. "    return { " .. concat(items, ",\n        ") .. " }\n"
           .. "end"
end


local function any_number(subj, captures, groups)
    return fill(new_tab(groups, 1), subj, captures, groups)
end


-- A function(subj, captures, groups) that makes the table of a match.
function M.builder(groups)
    if groups > MAX_GENERATED then
        return any_number
    end

    local build = builders[groups]
    if not build then
        build = assert(loadstring(source(groups), "=regex_captures"))(text, cast, chars_type)
        builders[groups] = build
    end

    return build
end


-- Named groups of a pattern: { name, number, name, number, ... }, or nil if there are none. With
-- duplicate names allowed ("D") each name is there once, with an array of its groups' numbers.
function M.names(re, duplicates)
    local count, size = re.name_count, re.name_entry_size
    if count == 0 then
        return nil
    end

    local names = { duplicates = duplicates }
    local numbers_of = {}

    for i = 0, count - 1 do
        local entry = re.name_table + i * size
        local number = entry[0] * 256 + entry[1]
        local name = text(entry + 2)

        if not duplicates then
            names[#names + 1] = name
            names[#names + 1] = number
        elseif numbers_of[name] then
            numbers_of[name][#numbers_of[name] + 1] = number
        else
            numbers_of[name] = { number }
            names[#names + 1] = name
            names[#names + 1] = numbers_of[name]
        end
    end

    return names
end


local function matched_texts(res, numbers)
    local texts

    for i = 1, #numbers do
        local value = res[numbers[i]]
        if value then
            texts = texts or {}
            texts[#texts + 1] = value
        end
    end

    return texts
end


-- Adds the named groups to a table that has the numbered ones.
function M.add_names(res, names)
    for i = 1, #names, 2 do
        if names.duplicates then
            res[names[i]] = matched_texts(res, names[i + 1])
        else
            res[names[i]] = res[names[i + 1]]
        end
    end
end


return M
