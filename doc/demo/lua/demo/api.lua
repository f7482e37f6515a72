-- The HTTP side: which request does what.

local cjson = require "cjson.safe"
local links = require "demo.links"
local reply = require "demo.reply"
local stats = require "demo.stats"

local pages = ngx.shared.pages


local LIST_MAX = 100
local KEEP_OVERVIEW = 1 -- seconds


local M = {}


-- The JSON object in the request body; ends the request if there is none.
local function read_object()
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    if not body then
        return reply.fail(ngx.HTTP_BAD_REQUEST, "a JSON object is expected")
    end

    local object, err = cjson.decode(body)
    if type(object) ~= "table" then
        return reply.fail(ngx.HTTP_BAD_REQUEST, "no JSON object: " .. (err or "wrong type"))
    end
    return object
end


local function create()
    local wanted = read_object()
    local link, err, status = links.create(wanted.slug, wanted.url)
    if not link then
        return reply.fail(status, err)
    end
    ngx.header["Location"] = "/api/links/" .. link.slug
    return reply.json(ngx.HTTP_CREATED, link)
end


local function list()
    local all = links.list(LIST_MAX)
    -- An empty Lua table could be an object or an array: say which.
    setmetatable(all, cjson.array_mt)
    return reply.json(ngx.HTTP_OK, { links = all })
end


local function get(slug)
    local link = links.get(slug)
    if not link then
        return reply.fail(ngx.HTTP_NOT_FOUND, "no such link")
    end
    return reply.json(ngx.HTTP_OK, link)
end


local function delete(slug)
    if not links.delete(slug) then
        return reply.fail(ngx.HTTP_NOT_FOUND, "no such link")
    end
    return ngx.exit(ngx.HTTP_NO_CONTENT)
end


local COLLECTION = { GET = list, POST = create }
local ITEM = { GET = get, DELETE = delete }


-- /api/links and /api/links/<slug>
function M.links()
    local m = ngx.re.match(ngx.var.uri, [[^/api/links(?:/([^/]+))?$]], "jo")
    if not m then
        return reply.fail(ngx.HTTP_NOT_FOUND, "no such resource")
    end

    local slug = m[1]
    local actions = slug and ITEM or COLLECTION
    local action = actions[ngx.req.get_method()]
    if not action then
        ngx.header["Allow"] = slug and "GET, DELETE" or "GET, POST"
        return reply.fail(ngx.HTTP_NOT_ALLOWED, "method not allowed")
    end
    return action(slug)
end


-- /api/stats
function M.stats()
    ngx.header["Cache-Control"] = "no-store"
    return reply.json(ngx.HTTP_OK, stats.snapshot())
end


function M.overview_from_cache()
    local page = pages:get("overview")
    if page then
        ngx.header["X-Cache"] = "hit"
        ngx.print(page)
        return ngx.exit(ngx.HTTP_OK)
    end
end


-- /api/overview: two subrequests, which run side by side.
function M.overview()
    local figures, list_page = ngx.location.capture_multi({
        { "/api/stats" },
        { "/api/links" },
    })
    if figures.status ~= ngx.HTTP_OK or list_page.status ~= ngx.HTTP_OK then
        return ngx.exit(ngx.HTTP_BAD_GATEWAY)
    end

    local page = '{"stats":' .. figures.body .. ',"list":' .. list_page.body .. "}\n"
    local ok, err = pages:set("overview", page, KEEP_OVERVIEW)
    if not ok then
        ngx.log(ngx.WARN, "failed to keep the overview: ", err)
    end
    ngx.header["X-Cache"] = "miss"
    ngx.print(page)
end


-- /go/<slug>
function M.go(slug)
    local url = links.visit(slug)
    if not url then
        return ngx.exit(ngx.HTTP_NOT_FOUND)
    end
    return ngx.redirect(url, ngx.HTTP_MOVED_TEMPORARILY)
end


return M
