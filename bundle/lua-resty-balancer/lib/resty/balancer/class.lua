-- What the balancer classes have in common: they keep a table of nodes, {id = weight}.
--
-- A class has build(self): nodes are new; and update(self, id, weight): one node has another weight
-- (nil: it is gone), which self.nodes does not know of yet.
local utils = require "resty.balancer.utils"

local setmetatable = setmetatable
local tonumber = tonumber


return function(M)
    local mt = { __index = M }

    M.version = "0.03"


    function M.new(_, nodes)
        local self = setmetatable({ nodes = utils.copy(nodes) }, mt)
        self:build()
        return self
    end


    function M.reinit(self, nodes)
        self.nodes = utils.copy(nodes)
        self:build()
    end


    function M.set(self, id, weight)
        weight = tonumber(weight)

        if self.nodes[id] == weight then
            return true
        end

        self:update(id, weight)
    end


    function M.delete(self, id)
        if self.nodes[id] then
            self:update(id, nil)
        end
    end


    function M.incr(self, id, weight)
        self:set(id, (self.nodes[id] or 0) + (tonumber(weight) or 1))
    end


    function M.decr(self, id, weight)
        local old = self.nodes[id]
        if not old then
            return
        end

        local new = old - (tonumber(weight) or 1)
        if new <= 0 then
            self:delete(id)
        else
            self:set(id, new)
        end
    end


    return M
end
