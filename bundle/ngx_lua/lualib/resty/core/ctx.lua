-- ngx.ctx: a table that lives as long as the request. The tables lie in a registry table, the C
-- side keeps the reference and frees it.
--
-- During a TLS handshake there is a table of the connection. Requests of that connection start with
-- an empty table that falls back to it: they read what the handshake left, and write their own.
local ffi = require "ffi"
local base = require "resty.core.base"
local misc = require "resty.core.misc"
local native = require "resty.core.native"

local error = error
local ffi_new = ffi.new
local get_request = base.get_request
local new_tab = base.new_tab
local ref_in_table = base.ref_in_table
local setmetatable = setmetatable
local type = type

local FFI_NO_REQ_CTX = base.FFI_NO_REQ_CTX
local FFI_OK = base.FFI_OK

native.declare [[
    int @get_ctx_ref(@request *r, int *in_ssl_phase, int *ssl_ctx_ref);
    int @set_ctx_ref(@request *r, int ref);
]]

local get_ctx_ref = native.bind("get_ctx_ref")
local set_ctx_ref = native.bind("set_ctx_ref")

local in_ssl_phase = ffi_new("int[1]")
local ssl_ctx_ref = ffi_new("int[1]")

local registry = debug.getregistry()
local tables = registry.ngx_lua_ctx_tables

if not tables then
    tables = new_tab(4, 0)
    registry.ngx_lua_ctx_tables = tables
end

local M = { _VERSION = base.version }


local function request()
    return get_request() or error("no request found")
end


local function store(r, ctx)
    if set_ctx_ref(r, ref_in_table(tables, ctx)) ~= FFI_OK then
        error("no request ctx found")
    end

    return ctx
end


local function make(r, ctx)
    ctx = ctx or new_tab(0, 4)

    if in_ssl_phase[0] ~= 0 then
        -- It is to be the metatable of the requests' tables.
        ctx.__index = ctx

    elseif ssl_ctx_ref[0] > 0 then
        setmetatable(ctx, tables[ssl_ctx_ref[0]])
    end

    return store(r, ctx)
end


-- The table of the running request; if it has none yet, `ctx` becomes it, or a new one.
function M.get_ctx_table(ctx)
    local r = request()
    local ref = get_ctx_ref(r, in_ssl_phase, ssl_ctx_ref)

    if ref == FFI_NO_REQ_CTX then
        error("no request ctx found")
    end

    if ref < 0 then
        return make(r, ctx)
    end

    return tables[ref]
end


local get_ctx_table = M.get_ctx_table


misc.register_ngx_magic_key_getter("ctx", function ()
    return get_ctx_table()
end)


misc.register_ngx_magic_key_setter("ctx", function (ctx)
    local r = request()

    if type(ctx) ~= "table" then
        error("ctx should be a table while getting a " .. type(ctx))
    end

    local ref = get_ctx_ref(r, in_ssl_phase, ssl_ctx_ref)

    if ref == FFI_NO_REQ_CTX then
        error("no request ctx found")
    end

    if ref < 0 then
        make(r, ctx)
        return
    end

    if in_ssl_phase[0] ~= 0 then
        ctx.__index = ctx
    end

    tables[ref] = ctx
end)


return M
