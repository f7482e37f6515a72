-- What the two cache classes have in common: everything but the index that finds a key's slot.
--
-- An index is a table of functions on the cache object: create(self), find(self, key) -> slot or
-- nil, insert(self, key, slot), remove(self, slot), clear(self). It keeps self.keys[slot], too.
local queue = require "resty.lrucache.queue"
local new_tab = require "table.new"

local floor = math.floor
local huge = math.huge
local now = ngx.now
local to_front = queue.to_front

local USED = queue.USED
local NEVER = huge

if jit.version:find(" 2.0", 1, true) then
    ngx.log(ngx.ALERT, "use of lua-resty-lrucache with LuaJIT 2.0 is not recommended; ",
            "use LuaJIT 2.1+ instead")
end


local function get_keys(self, max_count, res)
    local nodes, keys = self.nodes, self.keys
    local n = 0

    if not max_count or max_count == 0 then
        max_count = self.used
    end

    res = res or new_tab(floor(max_count < self.used and max_count or self.used), 0)

    local slot = nodes[USED].next
    while slot ~= USED and n < max_count do
        n = n + 1
        res[n] = keys[slot]
        slot = nodes[slot].next
    end

    res[n + 1] = nil
    return res
end


local function reader(index)
    local find = index.find

    return function(self, key)
        local slot = find(self, key)
        if not slot then
            return nil
        end

        local nodes = self.nodes
        to_front(nodes, slot, USED)

        local value = self.values[slot]
        local node = nodes[slot]
        local expire = node.expire

        if expire ~= NEVER and expire < now() then
            return nil, value, node.flags
        end

        return value, nil, node.flags
    end
end


local function writer(index)
    local find, insert, remove = index.find, index.insert, index.remove

    return function(self, key, value, ttl, flags)
        local expire = ttl and now() + ttl or NEVER
        local nodes = self.nodes
        local slot = find(self, key)

        if not slot then
            slot = nodes[self.free].next

            if slot == self.free then
                slot = nodes[USED].prev
                remove(self, slot)
                self.used = self.used - 1
                self.values[slot] = nil
                to_front(nodes, slot, self.free)
            end

            insert(self, key, slot)
            self.used = self.used + 1
        end

        to_front(nodes, slot, USED)
        self.values[slot] = value

        local node = nodes[slot]
        node.expire = expire

        if type(flags) == "number" and flags >= 0 then
            node.flags = flags % 0x100000000
        else
            node.flags = 0
        end
    end
end


local function deleter(index)
    local find, remove = index.find, index.remove

    return function(self, key)
        local slot = find(self, key)
        if not slot then
            return false
        end

        remove(self, slot)
        self.used = self.used - 1
        self.values[slot] = nil
        to_front(self.nodes, slot, self.free)
        return true
    end
end


local function constructor(index, mt)
    local create = index.create

    return function(max_items, load_factor)
        if max_items < 1 then
            return nil, "size too small"
        end

        local slots = floor(max_items)
        local nodes, free = queue.new(slots)
        local self = setmetatable({
            nodes = nodes,
            free = free,
            max_items = max_items,
            used = 0,
            keys = new_tab(slots, 0),
            values = new_tab(slots, 0),
        }, mt)

        create(self, slots, load_factor)
        return self
    end
end


-- Makes the module table of a class.
return function(index, version)
    local M = { _VERSION = version }
    local clear = index.clear

    M.new = constructor(index, { __index = M })
    M.get = reader(index)
    M.set = writer(index)
    M.delete = deleter(index)
    M.get_keys = get_keys


    function M.count(self)
        return self.used
    end


    function M.capacity(self)
        return self.max_items
    end


    function M.flush_all(self)
        queue.free_all(self.nodes, self.free)
        self.used = 0
        self.values = {}
        clear(self)
    end


    return M
end
