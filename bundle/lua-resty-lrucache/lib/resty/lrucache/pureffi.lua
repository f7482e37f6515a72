-- resty.lrucache.pureffi: the API of resty.lrucache over a hash table of FFI arrays, which neither
-- grows nor rehashes, however many different keys pass through. Keys are strings; others are turned
-- into strings.
local ffi = require "ffi"
local bit = require "bit"
local new_class = require "resty.lrucache.class"

local band, bxor, rshift = bit.band, bit.bxor, bit.rshift
local cast, fill, sizeof = ffi.cast, ffi.fill, ffi.sizeof
local max, min = math.max, math.min

local bytes_type = ffi.typeof("const char *")
local address_type = ffi.typeof("uintptr_t")
local slots_type = ffi.typeof("int32_t[?]")

local index = {}


-- LuaJIT keeps one copy of each string, at one address while anything refers to it. The cache does
-- as long as the key is in it: the address is as good as a hash of the contents, and comes free.
local function bucket_of(self, key)
    local address = tonumber(band(cast(address_type, cast(bytes_type, key)), 0x7fffffffULL))

    return band(bxor(rshift(address, 4), rshift(address, 15)), self.bucket_sz - 1)
end


function index.create(self, slots, load_factor)
    local wanted = slots / min(max(load_factor or 0.5, 0.1), 1)
    local size = 1

    while size < wanted do
        size = size * 2
    end

    self.bucket_sz = size
    self.buckets = ffi.new(slots_type, size) -- the first slot of a bucket, 0: none
    self.chain = ffi.new(slots_type, slots + 1) -- the next one of the same bucket
end


-- Apart from find(), which has no loop: with one inside, no loop around a call compiles as a whole.
local function find_in_chain(self, key, slot)
    local keys, chain = self.keys, self.chain

    while slot ~= 0 do
        if keys[slot] == key then
            return slot
        end
        slot = chain[slot]
    end

    return nil
end


function index.find(self, key)
    if type(key) ~= "string" then
        key = tostring(key)
    end

    local slot = self.buckets[bucket_of(self, key)]

    if slot == 0 then
        return nil
    end

    if self.keys[slot] == key then
        return slot
    end

    return find_in_chain(self, key, self.chain[slot])
end


function index.insert(self, key, slot)
    if type(key) ~= "string" then
        key = tostring(key)
    end

    local bucket = bucket_of(self, key)

    self.keys[slot] = key
    self.chain[slot] = self.buckets[bucket]
    self.buckets[bucket] = slot
end


function index.remove(self, slot)
    local keys, chain, buckets = self.keys, self.chain, self.buckets
    local bucket = bucket_of(self, keys[slot])
    local other = buckets[bucket]

    if other == slot then
        buckets[bucket] = chain[slot]
    else
        while chain[other] ~= slot do
            other = chain[other]
        end
        chain[other] = chain[slot]
    end

    keys[slot] = nil
end


function index.clear(self)
    fill(self.buckets, sizeof(self.buckets))
    self.keys = {}
end


return new_class(index, "0.13")
