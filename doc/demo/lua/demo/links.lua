-- The links: storage in shared dictionaries, the same for all workers. No HTTP in here.

local cjson = require "cjson.safe"

local links = ngx.shared.links
local hits = ngx.shared.hits
local counters = ngx.shared.counters


local MAX_URL_LENGTH = 2000
local DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


local M = {}


-- Letters and digits for a number: 46655 -> "zzz".
local function to_base36(number)
    local text = ""
    repeat
        local digit = number % 36
        text = DIGITS:sub(digit + 1, digit + 1) .. text
        number = (number - digit) / 36
    until number == 0
    return text
end


-- A number that no other worker gets, as a slug.
local function next_slug()
    local number, err = counters:incr("last_slug", 1, 36 * 36 - 1)
    if not number then
        return nil, "failed to number the link: " .. err
    end
    return to_base36(number)
end


local function check(slug, url)
    if type(url) ~= "string" or #url > MAX_URL_LENGTH
        or not ngx.re.find(url, [[^https?://[^\s/]+\S*$]], "ijo") then
        return nil, "url must be an http or https address"
    end
    if slug ~= nil and (type(slug) ~= "string"
                        or not ngx.re.find(slug, [[^[a-z0-9][a-z0-9-]{2,31}$]], "jo")) then
        return nil, "slug must be 3 to 32 of a-z, 0-9 and -"
    end
    return true
end


local function describe(slug, json)
    local link = cjson.decode(json)
    link.slug = slug
    link.hits = hits:get(slug) or 0
    return link
end


-- Returns the new link; or nil, what is wrong, and the HTTP status that fits.
function M.create(slug, url)
    local ok, err = check(slug, url)
    if not ok then
        return nil, err, ngx.HTTP_BAD_REQUEST
    end

    if slug == nil then
        slug, err = next_slug()
        if not slug then
            return nil, err, ngx.HTTP_INTERNAL_SERVER_ERROR
        end
    end

    local json = cjson.encode({ url = url, created = ngx.time() })
    -- safe_add fails if the slug exists, and rather than evicting an older link.
    ok, err = links:safe_add(slug, json)
    if not ok then
        if err == "exists" then
            return nil, "this slug is taken", ngx.HTTP_CONFLICT
        end
        return nil, "failed to store the link: " .. err, ngx.HTTP_INSUFFICIENT_STORAGE
    end
    return describe(slug, json)
end


-- Returns the link, or nil.
function M.get(slug)
    local json = links:get(slug)
    if not json then
        return nil
    end
    return describe(slug, json)
end


-- Newest first. get_keys locks the dictionary while it copies the keys: fine for a hundred of them,
-- not for a million.
function M.list(max)
    local all = {}
    for _, slug in ipairs(links:get_keys(max)) do
        local link = M.get(slug)
        -- Another worker may have deleted it since get_keys.
        if link then
            all[#all + 1] = link
        end
    end

    table.sort(all, function(a, b)
        if a.created ~= b.created then
            return a.created > b.created
        end
        return a.slug < b.slug
    end)
    return all
end


-- Returns whether there was such a link.
function M.delete(slug)
    if not links:get(slug) then
        return false
    end
    links:delete(slug)
    hits:delete(slug)
    return true
end


-- Counts a visit and returns the address, or nil.
function M.visit(slug)
    local json = links:get(slug)
    if not json then
        return nil
    end
    hits:incr(slug, 1, 0)
    return cjson.decode(json).url
end


-- Something to look at in a fresh demo; keeps what a reload has left.
function M.add_example(slug, url)
    M.create(slug, url)
end


return M
