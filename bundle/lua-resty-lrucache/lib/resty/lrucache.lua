-- resty.lrucache: a bounded cache of Lua values inside one worker. Keys are Lua values, found
-- through a Lua table; resty.lrucache.pureffi suits keys that come and go all the time better.
local new_class = require "resty.lrucache.class"
local new_tab = require "table.new"

local index = {}


function index.create(self, slots)
    self.hasht = new_tab(0, slots)
end


function index.find(self, key)
    return self.hasht[key]
end


function index.insert(self, key, slot)
    self.hasht[key] = slot -- raises for a nil or NaN key; the slot is still free then
    self.keys[slot] = key
end


function index.remove(self, slot)
    local keys = self.keys

    self.hasht[keys[slot]] = nil
    keys[slot] = nil
end


function index.clear(self)
    self.hasht = {}
    self.keys = {}
end


return new_class(index, "0.14")
