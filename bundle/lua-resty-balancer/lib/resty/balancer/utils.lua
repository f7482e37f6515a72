-- Helpers around tables of nodes, {id = weight}.
local new_tab = require "table.new"

local pairs = pairs
local tonumber = tonumber

local M = { new_tab = new_tab }


function M.nkeys(tb)
    local count = 0

    for _ in pairs(tb) do
        count = count + 1
    end

    return count
end


-- A copy with weights as numbers.
function M.copy(nodes)
    local result = new_tab(0, M.nkeys(nodes))

    for id, weight in pairs(nodes) do
        result[id] = tonumber(weight)
    end

    return result
end


return M
