-- The captures tables that ngx.re.match and its kin return.
--
-- All texts of one match are taken from the subject with offsets that the C side left in an int
-- array, -1 for a group that took no part. There is a builder for each number of groups, generated
-- with a table constructor of fixed size: a quarter cheaper in a trace than filling a table. Texts
-- are made with string.sub: unlike ffi.string, a trace drops it when the text is not used.
local ffi = require "ffi"
local new_tab = require "table.new"

local concat = table.concat
local sub = string.sub
local text = ffi.string

local MAX_GENERATED = 9

local M = {}
local builders = {}


-- Puts the groups 0 to `groups` into `res`.
local function fill(res, subj, captures, groups)
    for i = 0, groups do
        local from = captures[2 * i]
        res[i] = from >= 0 and sub(subj, from + 1, captures[2 * i + 1])
    end

    return res
end

M.fill = fill


-- Source of a builder: function(subj, captures) -> { [0] = ..., ..., ... }. When all groups took
-- part the texts are made in one go, with neither a test nor a store between them: only so can a
-- trace drop those that nobody looks at.
local function source(groups)
    local all_matched = { "true" }
    local texts = { "sub(subj, captures[0] + 1, captures[1])" }
    local items = { "[0] = t0" }
    local or_false = { "[0] = " .. texts[1] }

    for i = 1, groups do
        local from, to = "captures[" .. 2 * i .. "]", "captures[" .. 2 * i + 1 .. "]"

        all_matched[i] = from .. " >= 0"
        texts[i + 1] = "sub(subj, " .. from .. " + 1, " .. to .. ")"
        items[i + 1] = "t" .. i
        or_false[i + 1] = from .. " >= 0 and " .. texts[i + 1]
    end

    return "local sub = ...\n"
           .. "return function(subj, captures)\n"
           .. "    if " .. concat(all_matched, " and ") .. " then\n"
           .. "        local " .. concat(items, ", "):gsub("%[0%] = ", "")
           .. " = " .. concat(texts, ", ") .. "\n"
           .. "        return { " .. concat(items, ", ") .. " }\n"
           .. "    end\n"
           .. "    return { " .. concat(or_false, ", ") .. " }\n"
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
        build = assert(loadstring(source(groups), "=regex_captures"))(sub)
        builders[groups] = build
    end

    return build
end


-- Named groups of a pattern: { name, number, name, number, ... }, or false if there are none. With
-- duplicate names allowed ("D") each name is there once, with an array of its groups' numbers.
function M.names(re, duplicates)
    local count, size = re.name_count, re.name_entry_size
    if count == 0 then
        return false
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
