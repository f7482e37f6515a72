-- resty.http_headers: a table of header fields. Names are found whatever their case, and keep the
-- spelling in which they were first written.
local lower = string.lower
local pairs = pairs
local rawget = rawget
local rawset = rawset
local setmetatable = setmetatable
local type = type

local M = { _VERSION = "0.17.2" }


local function fold(name)
    return type(name) == "string" and lower(name) or name
end


-- headers: a table of fields to begin with.
function M.new(headers)
    -- By name in lower case, the name as it was written.
    local spellings = {}

    local mt = {
        __index = function(self, name)
            local spelling = spellings[fold(name)]
            if spelling == nil then
                return nil
            end

            return rawget(self, spelling)
        end,

        __newindex = function(self, name, value)
            local folded = fold(name)
            local spelling = spellings[folded]

            if spelling == nil then
                spelling = name
                spellings[folded] = name
            end

            rawset(self, spelling, value)
        end,
    }

    local self = setmetatable({}, mt)
    if headers then
        for name, value in pairs(headers) do
            self[name] = value
        end
    end

    return self
end


return M
