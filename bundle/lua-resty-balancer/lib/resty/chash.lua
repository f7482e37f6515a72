-- resty.chash: consistent hashing. A key always belongs to the same node; when nodes come or go, few
-- keys move.
local ffi = require "ffi"
local new_class = require "resty.balancer.class"

local error = error
local ffi_copy = ffi.copy
local ffi_new = ffi.new
local ffi_sizeof = ffi.sizeof
local gmatch = string.gmatch
local gsub = string.gsub
local open = io.open
local pairs = pairs
local pcall = pcall
local tonumber = tonumber
local tostring = tostring
local type = type

local POINTS_PER_WEIGHT = 160
local LIBRARY = ffi.os == "OSX" and "librestychash.dylib" or "librestychash.so"

ffi.cdef [[
    typedef struct {
        uint32_t hash;
        uint32_t node;
    } resty_chash_point_t;

    uint32_t resty_chash_set(resty_chash_point_t *points, uint32_t count, uint32_t node,
                             const uint8_t *id, size_t id_len, uint32_t wanted);
    uint32_t resty_chash_find(const resty_chash_point_t *points, uint32_t count,
                              const uint8_t *key, size_t len);
]]

local points_type = ffi.typeof("resty_chash_point_t[?]")
local POINT_SIZE = ffi_sizeof("resty_chash_point_t")


local function load_library()
    for template in gmatch(package.cpath, "[^;]+") do
        local path = gsub(template, "[^/]*$", "") .. LIBRARY
        local file = open(path)

        if file then
            file:close()
            return ffi.load(path)
        end
    end

    error("can not load librestychash", 3)
end


local library = load_library()

local M = {}


-- Makes room for `count` points.
local function reserve(self, count)
    if count <= self.capacity then
        return
    end

    local ok, points = pcall(ffi_new, points_type, count)
    if not ok then
        error("no memory")
    end

    if self.npoints > 0 then
        ffi_copy(points, self.points, self.npoints * POINT_SIZE)
    end

    self.points = points
    self.capacity = count
end


-- The number that stands for a node in the ring: the first time it is seen, the next one.
local function node_number(self, id)
    local number = self.numbers[id]

    if not number then
        number = #self.ids + 1
        self.ids[number] = id
        self.numbers[id] = number
    end

    return number
end


local function place(self, id, weight)
    local wanted = weight * POINTS_PER_WEIGHT
    local name = tostring(id)

    reserve(self, self.npoints + wanted)
    self.npoints = library.resty_chash_set(self.points, self.npoints, node_number(self, id),
                                           name, #name, wanted)
end


function M.build(self)
    local total = 0

    for _, weight in pairs(self.nodes) do
        total = total + weight
    end

    self.ids = {}
    self.numbers = {}
    self.npoints = 0
    self.capacity = 0
    self.points = nil
    reserve(self, total * POINTS_PER_WEIGHT)

    for id, weight in pairs(self.nodes) do
        place(self, id, weight)
    end
end


function M.update(self, id, weight)
    place(self, id, weight or 0)
    self.nodes[id] = weight
end


-- Returns the id of the node that a key belongs to and the index of its place in the ring.
function M.find(self, key)
    if self.npoints == 0 then
        return nil
    end

    key = type(key) == "string" and key or tostring(key)

    local points = self.points
    local index = tonumber(library.resty_chash_find(points, self.npoints, key, #key))
    return self.ids[points[index].node], index
end


-- Returns what comes behind an index: a node to try after the one that was found.
function M.next(self, index)
    if self.npoints == 0 then
        return nil
    end

    index = (index + 1) % self.npoints
    return self.ids[self.points[index].node], index
end


return new_class(M)
