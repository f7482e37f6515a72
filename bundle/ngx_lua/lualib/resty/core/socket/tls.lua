-- TLS on the client side of a TCP socket: sslhandshake and its settings.
local ffi = require "ffi"
local base = require "resty.core.base"
local socket = require "resty.core.socket.base"
-- Declares the socket.
require "resty.core.socket.stream"

local C = ffi.C
local error = error
local ffi_cast = ffi.cast
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local raise = socket.raise
local select = select
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_DONE = base.FFI_DONE
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local CLIENT_CERT = socket.CLIENT_CERT
local CLIENT_KEY = socket.CLIENT_KEY
local TRUSTED_STORE = socket.TRUSTED_STORE

local MAX_ARGUMENTS = 5

ffi.cdef [[
    int ngx_lua_ffi_socket_tcp_sslhandshake(void *r, ngx_lua_tcp_socket_t *u, void *session,
                                            int wants_session, ngx_str_t *server_name, int verify,
                                            int wants_ocsp_status, void *chain, void *key,
                                            char **err);
    int ngx_lua_ffi_socket_tcp_get_sslhandshake_result(void *r, ngx_lua_tcp_socket_t *u,
                                                       void **session, char **err,
                                                       int *verify_error);
    void ngx_lua_ffi_ssl_free_session(void *session);
    int ngx_lua_ffi_socket_tcp_get_ssl_session(void *r, ngx_lua_tcp_socket_t *u, void **session,
                                               char **err);
    int ngx_lua_ffi_socket_tcp_get_ssl_pointer(void *r, ngx_lua_tcp_socket_t *u, void **ssl,
                                               char **err);
    int ngx_lua_ffi_socket_tcp_get_ssl_ctx(void *r, ngx_lua_tcp_socket_t *u, void **context,
                                           char **err);
    int ngx_lua_ffi_socket_tcp_settrustedstore(void *r, ngx_lua_tcp_socket_t *u, void *store,
                                               char **err);
]]

-- Builds without TLS have no such methods.
if not pcall(function () return C.ngx_lua_ffi_ssl_free_session end) then
    return
end

local pointer = ffi_new("void *[1]")
local verify_error = ffi_new("int[1]")
local server_name_str = ffi_new("ngx_str_t[1]")

local mt = debug.getregistry().__tcp_cosocket_mt


local function text_of(err)
    return ffi_string(err[0])
end


-- Stream's sessions are userdata to Lua code; what they stand for is here.
local sessions = ngx.config.subsystem == "stream" and setmetatable({}, { __mode = "k" })


-- A session of OpenSSL that the collector frees.
local function owned_session(session)
    session = ffi_gc(session, C.ngx_lua_ffi_ssl_free_session)

    if not sessions then
        return session
    end

    local object = newproxy()
    sessions[object] = session
    return object
end


-- What a user gave as the session to be used again; nil for anything else.
local function session_of(reused)
    if sessions and type(reused) == "userdata" then
        return sessions[reused]
    end

    return type(reused) == "cdata" and reused or nil
end


-- The outcome of a handshake. `wants` is false if no session is wanted.
local function outcome(u, wants)
    local err = get_errmsg_ptr()
    local rc = C.ngx_lua_ffi_socket_tcp_get_sslhandshake_result(get_request(), u, pointer, err,
                                                                verify_error)

    if rc ~= FFI_OK then
        if verify_error[0] ~= 0 then
            return nil, verify_error[0] .. ": " .. text_of(err)
        end

        return nil, text_of(err)
    end

    if not wants or pointer[0] == nil then
        return true
    end

    return owned_session(pointer[0])
end


-- The session of a connection whose handshake was done before.
local function former_outcome(u, reused)
    if reused then
        return reused
    end

    if reused == false then
        return true
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_lua_ffi_socket_tcp_get_ssl_session(get_request(), u, pointer, err)
    return rc == FFI_OK and owned_session(pointer[0]) or true
end


local function handshake(self, reused, server_name, verify, wants_ocsp_status)
    local u = self[CONTEXT]
    local name

    if server_name ~= nil then
        server_name = tostring(server_name)
        name = server_name_str
        name[0].data = server_name
        name[0].len = #server_name
    end

    local err = get_errmsg_ptr()
    local wants = reused ~= false
    local session = session_of(reused)
    local rc = C.ngx_lua_ffi_socket_tcp_sslhandshake(get_request(), u, session, wants and 1 or 0,
                                                     name, verify and 1 or 0,
                                                     wants_ocsp_status and 1 or 0,
                                                     self[CLIENT_CERT], self[CLIENT_KEY], err)

    if rc == FFI_AGAIN then
        yield()
        return outcome(u, wants)
    end

    if rc == FFI_OK then
        return outcome(u, wants)
    end

    if rc == FFI_DONE then
        return former_outcome(u, reused)
    end

    return nil, text_of(err)
end


function mt.sslhandshake(...)
    local n = select("#", ...)
    local self, reused, server_name, verify, wants_ocsp_status = ...

    if n < 1 or n > MAX_ARGUMENTS then
        return raise("ngx.socket sslhandshake: expecting 1 ~ 5 arguments (including the object), " ..
                     "but seen " .. n)
    end

    if not get_request() then
        error("no request found", 2)
    end

    return handshake(self, reused, server_name, verify, wants_ocsp_status)
end


function mt.setclientcert(self, cert, key)
    if cert == nil and key == nil then
        self[CLIENT_CERT] = nil
        self[CLIENT_KEY] = nil
        return true
    end

    if cert == nil or key == nil then
        return nil, "client certificate must be supplied with corresponding private key"
    end

    if type(cert) ~= "cdata" then
        return nil, "bad cert arg: cdata expected, got " .. type(cert)
    end

    if type(key) ~= "cdata" then
        return nil, "bad pkey arg: cdata expected, got " .. type(key)
    end

    self[CLIENT_CERT] = cert
    self[CLIENT_KEY] = key
    return true
end


function mt.settrustedstore(self, store)
    if store ~= nil and type(store) ~= "cdata" then
        return nil, "bad store arg: cdata expected, got " .. type(store)
    end

    local err = get_errmsg_ptr()

    if C.ngx_lua_ffi_socket_tcp_settrustedstore(get_request(), self[CONTEXT], store, err) ~= FFI_OK
    then
        return nil, text_of(err)
    end

    self[TRUSTED_STORE] = store ~= nil and store or nil
    return true
end


-- What `get` stores a pointer to, as cdata.
local function pointer_of(self, get)
    local u = self[CONTEXT]

    if not u then
        error("socket is never created nor connected", 3)
    end

    local err = get_errmsg_ptr()

    if get(get_request(), u, pointer, err) ~= FFI_OK then
        return nil, text_of(err)
    end

    return ffi_cast("void *", pointer[0])
end


function mt.getsslpointer(self)
    local ssl, err = pointer_of(self, C.ngx_lua_ffi_socket_tcp_get_ssl_pointer)
    return ssl, err
end


function mt.getsslctx(self)
    local context, err = pointer_of(self, C.ngx_lua_ffi_socket_tcp_get_ssl_ctx)
    return context, err
end


function mt.getsslsession(self)
    local session, err = pointer_of(self, C.ngx_lua_ffi_socket_tcp_get_ssl_session)

    if not session then
        return nil, err
    end

    return owned_session(session)
end
