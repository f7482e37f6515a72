-- Makes RDS streams (the format of database modules' results) for tests:
--   rds.send{ errcode=, errstr=, affected=, id=, columns={{"name", std_type}...}, rows={{...}...} }
-- Fields are strings, false is NULL. ?cut=N sends only the first N bytes.
local ffi = require "ffi"

local M = {}

local NULL = "\255\255\255\255"


local function raw(ctype, value)
    return ffi.string(ffi.new(ctype .. "[1]", value), ffi.sizeof(ctype))
end


local function text(ctype, s)
    return raw(ctype, #s) .. s
end


function M.stream(result)
    local columns = result.columns or {}
    local out = {
        raw("uint8_t", ffi.abi("be") and 1 or 0), raw("uint32_t", result.version or 3), "\0",
        raw("uint16_t", result.errcode or 0), raw("uint16_t", 0), text("uint16_t", result.errstr or ""),
        raw("uint64_t", result.affected or 0), raw("uint64_t", result.id or 0), raw("uint16_t", #columns),
    }
    for _, column in ipairs(columns) do
        out[#out + 1] = raw("uint16_t", column[2]) .. raw("uint16_t", 0) .. text("uint16_t", column[1])
    end
    for _, row in ipairs(result.rows or {}) do
        out[#out + 1] = "\1"
        for _, field in ipairs(row) do
            out[#out + 1] = field and text("uint32_t", field) or NULL
        end
    end
    if #columns > 0 then
        out[#out + 1] = "\0"
    end
    return table.concat(out)
end


function M.send(result)
    local stream = M.stream(result)
    stream = stream:sub(1, tonumber(ngx.var.arg_cut) or -1) .. (result.trailer or "")
    ngx.header.content_type = "application/x-resty-dbd-stream"
    ngx.print(stream)
end


return M
