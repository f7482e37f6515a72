-- resty.swrr: nodes in turn, by weight, spread evenly: the smooth weighted round robin of nginx.
local new_class = require "resty.balancer.class"

local pairs = pairs
local random = math.random

local M = {}


-- Each node as {id =, weight =, credit =}: credit grows by the weight in each step.
local function arrange(self, credits)
    local list = {}
    local total = 0

    for id, weight in pairs(self.nodes) do
        list[#list + 1] = { id = id, weight = weight, credit = credits[id] or 0 }
        total = total + weight
    end

    self.list = list
    self.total = total
end


function M.build(self)
    arrange(self, {})

    for _ = 1, random(0, #self.list) do
        self:find()
    end
end


function M.update(self, id, weight)
    local credits = {}

    for _, node in pairs(self.list) do
        credits[node.id] = node.credit
    end

    self.nodes[id] = weight
    arrange(self, credits)
end


function M.find(self)
    local list = self.list
    local best

    for i = 1, #list do
        local node = list[i]

        node.credit = node.credit + node.weight
        if not best or node.credit > best.credit then
            best = node
        end
    end

    if not best then
        return nil
    end

    best.credit = best.credit - self.total
    return best.id
end


M.next = M.find

return new_class(M)
