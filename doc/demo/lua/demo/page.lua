-- Fills in {{placeholders}} of the page on its way out.

local M = {}


local VALUES = {
    nginx_version = function() return ngx.var.nginx_version end,
    lua_version = function() return jit.version end,
    workers = function() return ngx.worker.count() end,
}


-- Everything between {{ and }} in text. A placeholder that is cut in two by the border of two pieces
-- of the body stays as it is: the page is far smaller than nginx's output buffers.
function M.fill_in(text)
    return (text:gsub("{{([%w_]+)}}", function(name)
        local value = VALUES[name]
        return value and tostring(value()) or nil
    end))
end


return M
