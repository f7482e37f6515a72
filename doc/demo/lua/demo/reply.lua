-- Answers in JSON, good and bad ones.

local cjson = require "cjson.safe"


local MEANING = {
    [400] = "bad request",
    [403] = "forbidden",
    [404] = "not found",
    [405] = "method not allowed",
    [413] = "request body too large",
    [414] = "address too long",
    [429] = "too many requests",
    [503] = "service unavailable",
}


local M = {}


function M.json(status, body)
    ngx.status = status
    ngx.header.content_type = "application/json"
    ngx.say(cjson.encode(body))
end


-- Answers with an error and ends the request; does not return.
function M.fail(status, message)
    M.json(status, { error = message, request_id = ngx.var.request_id })
    ngx.exit(status)
end


-- What error_page shows, for nginx's own errors and for those of Lua code. ngx.status is the status
-- of the failed request. What went wrong is for the error log only.
function M.error_page()
    local status = ngx.status
    if status >= 500 then
        ngx.log(ngx.ERR, "answering ", status, " to request ", ngx.var.request_id)
    end
    M.json(status, {
        error = MEANING[status] or "internal error",
        request_id = ngx.var.request_id,
    })
end


return M
