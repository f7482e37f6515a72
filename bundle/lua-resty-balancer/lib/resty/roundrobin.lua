-- resty.roundrobin: nodes in turn, by weight. Of the passes over all nodes that make a cycle, the
-- first serves only the heaviest; each later one those, too, that reach a lower threshold.
local new_class = require "resty.balancer.class"

local error = error
local pairs = pairs
local random = math.random

local M = {}


local function gcd(a, b)
    while b ~= 0 do
        a, b = b, a % b
    end

    return a
end


-- Arrays to go through, instead of the table of nodes.
local function arrange(self)
    local ids, weights = {}, {}
    local step, heaviest = 0, 0

    for id, weight in pairs(self.nodes) do
        if weight > 0 then
            ids[#ids + 1] = id
            weights[#ids] = weight
            step = gcd(weight, step)
            heaviest = weight > heaviest and weight or heaviest
        end
    end

    if #ids == 0 then
        error("empty nodes")
    end

    self.ids = ids
    self.weights = weights
    self.step = step
    self.heaviest = heaviest
end


function M.build(self)
    arrange(self)
    self.position = random(#self.ids)
    self.threshold = self.heaviest
end


function M.update(self, id, weight)
    self.nodes[id] = weight
    arrange(self)

    if self.position > #self.ids then
        self.position = #self.ids
    end

    if self.threshold > self.heaviest then
        self.threshold = self.heaviest
    end
end


function M.find(self)
    local ids, weights = self.ids, self.weights
    local position, threshold = self.position, self.threshold
    local count = #ids

    repeat
        position = position + 1
        if position > count then
            position = 1
            threshold = threshold - self.step

            if threshold <= 0 then
                threshold = self.heaviest
            end
        end
    until weights[position] >= threshold

    self.position = position
    self.threshold = threshold
    return ids[position]
end


M.next = M.find

return new_class(M)
