-- IP addresses as text.
local concat = table.concat
local find = string.find
local gmatch = string.gmatch
local gsub = string.gsub
local rep = string.rep
local reverse = string.reverse
local sub = string.sub

local IPV6_GROUPS = 8

local M = {}


local function groups_of(text)
    local groups = {}

    for group in gmatch(text, "[^:]+") do
        groups[#groups + 1] = group
    end

    return groups
end


-- Where the longest run of zero groups begins, and how long it is.
local function longest_zeros(groups)
    local best_start, best_length = 0, 0
    local length = 0

    for i = 1, #groups do
        length = find(groups[i], "^0+$") and length + 1 or 0

        if length > best_length then
            best_start, best_length = i - length + 1, length
        end
    end

    return best_start, best_length
end


-- FF01:0:0:0:0:0:0:101 as FF01::101.
function M.compress_ipv6_addr(addr)
    local groups = groups_of(addr)
    local start, length = longest_zeros(groups)

    if length < 2 or find(addr, "::", 1, true) then
        return addr
    end

    return concat(groups, ":", 1, start - 1) .. "::" .. concat(groups, ":", start + length)
end


-- FF01::101 as FF01:0:0:0:0:0:0:101.
function M.expand_ipv6_addr(addr)
    local gap = find(addr, "::", 1, true)
    if not gap then
        return addr
    end

    local left, right = groups_of(sub(addr, 1, gap)), groups_of(sub(addr, gap + 2))

    while #left + #right < IPV6_GROUPS do
        left[#left + 1] = "0"
    end

    for i = 1, #right do
        left[#left + 1] = right[i]
    end

    return concat(left, ":")
end


-- The name whose PTR record tells an address's host.
function M.arpa_str(addr)
    if not find(addr, ":", 1, true) then
        local parts = {}
        for part in gmatch(addr, "[^.]+") do
            parts[#parts + 1] = part
        end

        return concat({ parts[4], parts[3], parts[2], parts[1], "in-addr.arpa" }, ".")
    end

    local groups = groups_of(M.expand_ipv6_addr(addr))
    for i = 1, #groups do
        groups[i] = rep("0", 4 - #groups[i]) .. groups[i]
    end

    return gsub(reverse(concat(groups)), ".", "%0.") .. "ip6.arpa"
end


return M
