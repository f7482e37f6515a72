-- Who was used least recently? A queue over slots 1..size, kept in one array of FFI nodes.
--
-- Two rings share the array: slots in use (most recent first, sentinel node 0) and free slots
-- (sentinel node size + 1). Each slot is in one of them; moving it costs six stores. A node also
-- has room for what a cache keeps for each entry: expiry time and user flags. What else belongs to
-- a slot lies in the owner's own arrays.
local ffi = require "ffi"

local floor = math.floor
local nodes_type = ffi.typeof([[
    struct {
        double   expire;
        uint32_t flags;
        int32_t  prev;
        int32_t  next;
    } [?]
]])

local USED = 0

local M = { USED = USED }


-- Returns the nodes and the index of the free ring's sentinel.
function M.new(size)
    local free = floor(size) + 1
    local nodes = ffi.new(nodes_type, free + 1)

    for slot = 1, free do
        nodes[slot].prev = slot - 1
        nodes[slot - 1].next = slot
    end

    nodes[free].next = 1
    nodes[1].prev = free
    nodes[USED].prev = USED
    nodes[USED].next = USED

    return nodes, free
end


-- Moves a slot from wherever it is to the front of a ring.
function M.to_front(nodes, slot, ring)
    local first = nodes[ring].next
    if first == slot then
        return
    end

    local node = nodes[slot]
    local prev, next = node.prev, node.next

    nodes[prev].next = next
    nodes[next].prev = prev

    node.prev = ring
    node.next = first
    nodes[first].prev = slot
    nodes[ring].next = slot
end


-- Frees all slots at once, whatever their number.
function M.free_all(nodes, free)
    local first = nodes[USED].next
    if first == USED then
        return
    end

    local last = nodes[USED].prev
    local after = nodes[free].next

    nodes[free].next = first
    nodes[first].prev = free
    nodes[last].next = after
    nodes[after].prev = last

    nodes[USED].prev = USED
    nodes[USED].next = USED
end


return M
