-- The client's first message of a TLS handshake, for ssl_client_hello_by_lua*.
local ffi = require "ffi"
local bit = require "bit"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

local C = ffi.C
local bor = bit.bor
local byte = string.byte
local error = error
local failure = tls.failure
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_phase = ngx.get_phase
local get_size_ptr = base.get_size_ptr
local new_tab = base.new_tab
local outcome = tls.outcome
local tonumber = tonumber

local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

local EXT_SUPPORTED_VERSIONS = 43
local MAX_CIPHERS = 128

ffi.cdef [[
    int ngx_lua_ffi_ssl_get_client_hello_server_name(void *r, const char **name, size_t *namelen,
                                                     char **err);
    int ngx_lua_ffi_ssl_get_client_hello_ext(void *r, unsigned int type,
                                             const unsigned char **out, size_t *outlen,
                                             char **err);
    int ngx_lua_ffi_ssl_get_client_hello_ext_present(void *r, int **extensions,
                                                     size_t *extensions_len, char **err);
    int ngx_lua_ffi_ssl_get_client_hello_ciphers(void *r, unsigned short *ciphers,
                                                 size_t ciphers_size, char **err);
    int ngx_lua_ffi_ssl_set_protocols(void *r, int protocols, char **err);
]]

local VERSION_NAMES = {
    [0x002] = "SSLv2",
    [0x300] = "SSLv3",
    [0x301] = "TLSv1",
    [0x302] = "TLSv1.1",
    [0x303] = "TLSv1.2",
    [0x304] = "TLSv1.3",
}

local PROTOCOLS = {
    ["SSLv2"] = 0x02,
    ["SSLv3"] = 0x04,
    ["TLSv1"] = 0x08,
    ["TLSv1.1"] = 0x10,
    ["TLSv1.2"] = 0x20,
    ["TLSv1.3"] = 0x40,
}

local M = { version = base.version }

local name_ptr = ffi_new("const char *[1]")
local bytes_ptr = ffi_new("const unsigned char *[1]")
local numbers_ptr = ffi_new("int *[1]")
local cipher_buf = ffi_new("unsigned short[?]", MAX_CIPHERS)


local function request()
    local r = tls.request()

    if get_phase() ~= "ssl_client_hello" then
        error("API disabled in the current context")
    end

    return r
end


-- What comes of a function that may find nothing.
local function absent(rc)
    if rc == FFI_DECLINED then
        return nil
    end

    return failure()
end


function M.get_client_hello_server_name()
    local size = get_size_ptr()
    local rc = C.ngx_lua_ffi_ssl_get_client_hello_server_name(request(), name_ptr, size,
                                                              get_errmsg_ptr())

    if rc ~= FFI_OK then
        return absent(rc)
    end

    return ffi_string(name_ptr[0], size[0])
end


local function extension(r, number)
    local size = get_size_ptr()
    local rc = C.ngx_lua_ffi_ssl_get_client_hello_ext(r, number, bytes_ptr, size, get_errmsg_ptr())

    if rc ~= FFI_OK then
        return absent(rc)
    end

    return ffi_string(bytes_ptr[0], size[0])
end


-- The bytes of an extension.
function M.get_client_hello_ext(number)
    return extension(request(), number)
end


function M.get_client_hello_ext_present()
    local size = get_size_ptr()
    local rc = C.ngx_lua_ffi_ssl_get_client_hello_ext_present(request(), numbers_ptr, size,
                                                              get_errmsg_ptr())

    if rc ~= FFI_OK then
        return absent(rc)
    end

    local n = tonumber(size[0])
    local numbers = new_tab(n, 0)

    for i = 1, n do
        numbers[i] = numbers_ptr[0][i - 1]
    end

    return numbers
end


function M.get_client_hello_ciphers()
    local n = C.ngx_lua_ffi_ssl_get_client_hello_ciphers(request(), cipher_buf, MAX_CIPHERS,
                                                         get_errmsg_ptr())

    if n <= 0 then
        return failure()
    end

    local ciphers = new_tab(n, 0)

    for i = 1, n do
        ciphers[i] = cipher_buf[i - 1]
    end

    return ciphers
end


-- The names of the versions that the client offers, the last one first.
function M.get_supported_versions()
    local list = extension(request(), EXT_SUPPORTED_VERSIONS)

    if not list or #list < 1 or byte(list) ~= #list - 1 or #list % 2 == 0 then
        return nil
    end

    local versions = new_tab(4, 0)
    local n = 0

    for i = #list - 1, 2, -2 do
        local high, low = byte(list, i, i + 1)
        local name = VERSION_NAMES[high * 256 + low]

        if name then
            n = n + 1
            versions[n] = name
        end
    end

    return versions
end


-- The versions that this handshake may come to, whatever ssl_protocols says.
function M.set_protocols(protocols)
    local r = request()
    local mask = 0

    for i = 1, #protocols do
        local protocol = PROTOCOLS[protocols[i]]

        if not protocol then
            return nil, "invalid protocols failed"
        end

        mask = bor(mask, protocol)
    end

    return outcome(C.ngx_lua_ffi_ssl_set_protocols(r, mask, get_errmsg_ptr()))
end


return M
