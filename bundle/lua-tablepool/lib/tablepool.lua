-- tablepool: tables to use again, in named pools that all code of a worker shares. A released table
-- belongs to the pool: whoever released it must not touch it again.
local clear_tab = require "table.clear"
local new_tab = require "table.new"

local error = error
local setmetatable = setmetatable

local MAX_TABLES = 200
-- A pool starts anew after so many releases: tables that once were large do not stay forever.
local MAX_RELEASES = 20000

local pools = new_tab(0, 4)

local M = {}


-- A table of the pool `tag`, or a new one of the given size.
function M.fetch(tag, narr, nrec)
    local pool = pools[tag]
    local count = pool and pool.count or 0

    if count == 0 then
        return new_tab(narr, nrec)
    end

    local tb = pool[count]
    pool[count] = nil
    pool.count = count - 1

    return tb
end


-- noclear: the table keeps its content and metatable.
function M.release(tag, tb, noclear)
    if not tb then
        error("object empty", 2)
    end

    local pool = pools[tag]
    if not pool then
        pool = new_tab(8, 2)
        pool.count = 0
        pool.releases = 0
        pools[tag] = pool
    end

    if not noclear then
        setmetatable(tb, nil)
        clear_tab(tb)
    end

    pool.releases = pool.releases + 1
    if pool.releases > MAX_RELEASES then
        pools[tag] = nil
        return
    end

    local count = pool.count
    if count < MAX_TABLES then
        count = count + 1
        pool[count] = tb
        pool.count = count
    end
end


return M
