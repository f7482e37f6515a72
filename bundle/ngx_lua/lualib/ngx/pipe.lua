-- Child processes whose standard streams are read and written without blocking the worker.
local ffi = require "ffi"
local base = require "resty.core.base"

base.allows_subsystem("http")

local C = ffi.C
local concat = table.concat
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local find = string.find
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local tonumber = tonumber
local tostring = tostring
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_BAD_CONTEXT = base.FFI_BAD_CONTEXT
local FFI_DECLINED = base.FFI_DECLINED
local FFI_NO_REQ_CTX = base.FFI_NO_REQ_CTX
local FFI_OK = base.FFI_OK

ffi.cdef [[
    typedef struct ngx_lua_pipe_process_s ngx_lua_pipe_process_t;

    typedef struct {
        int                     _pid;
        uintptr_t               write_timeout;
        uintptr_t               stdout_read_timeout;
        uintptr_t               stderr_read_timeout;
        uintptr_t               wait_timeout;
        ngx_lua_pipe_process_t *process;
    } ngx_lua_pipe_proc_t;

    int ngx_lua_ffi_pipe_spawn(void *r, ngx_lua_pipe_proc_t *proc, const char *file,
                               const char **argv, int merge_stderr, size_t buffer_size,
                               const char **environ, unsigned char *errbuf, size_t *errbuf_size);
    void ngx_lua_ffi_pipe_proc_destroy(ngx_lua_pipe_proc_t *proc);
    int ngx_lua_ffi_pipe_proc_read(void *r, ngx_lua_pipe_proc_t *proc, int from_stderr, int mode,
                                   size_t length, unsigned char **buf, size_t *buf_size,
                                   unsigned char *errbuf, size_t *errbuf_size);
    int ngx_lua_ffi_pipe_get_read_result(void *r, ngx_lua_pipe_proc_t *proc, int from_stderr,
                                         unsigned char **buf, size_t *buf_size,
                                         unsigned char *errbuf, size_t *errbuf_size);
    ssize_t ngx_lua_ffi_pipe_proc_write(void *r, ngx_lua_pipe_proc_t *proc,
                                        const unsigned char *data, size_t len,
                                        unsigned char *errbuf, size_t *errbuf_size);
    ssize_t ngx_lua_ffi_pipe_get_write_result(void *r, ngx_lua_pipe_proc_t *proc,
                                              unsigned char *errbuf, size_t *errbuf_size);
    int ngx_lua_ffi_pipe_proc_shutdown_stdin(ngx_lua_pipe_proc_t *proc, unsigned char *errbuf,
                                             size_t *errbuf_size);
    int ngx_lua_ffi_pipe_proc_shutdown_stdout(ngx_lua_pipe_proc_t *proc, unsigned char *errbuf,
                                              size_t *errbuf_size);
    int ngx_lua_ffi_pipe_proc_shutdown_stderr(ngx_lua_pipe_proc_t *proc, unsigned char *errbuf,
                                              size_t *errbuf_size);
    int ngx_lua_ffi_pipe_proc_wait(void *r, ngx_lua_pipe_proc_t *proc, const char **reason,
                                   int *status, unsigned char *errbuf, size_t *errbuf_size);
    int ngx_lua_ffi_pipe_proc_kill(ngx_lua_pipe_proc_t *proc, int signo, unsigned char *errbuf,
                                   size_t *errbuf_size);
]]

local READ_ALL, READ_BYTES, READ_LINE, READ_ANY = 0, 1, 2, 3
local STDOUT, STDERR = 0, 1

local DEFAULT_TIMEOUT = 10000
local MAX_TIMEOUT = 2 ^ 32 - 1
local DEFAULT_BUFFER_SIZE = 4096
local READ_SIZE = 4096
local ERR_SIZE = 256

local errbuf = ffi_new("unsigned char[?]", ERR_SIZE)
local read_buf = ffi_new("unsigned char *[1]")
local read_size = ffi_new("size_t[1]")
local reason_ptr = ffi_new("const char *[1]")
local status_ptr = ffi_new("int[1]")

local M = { version = base.version }


local function errbuf_size()
    local size = get_size_ptr()
    size[0] = ERR_SIZE
    return size
end


local function error_text()
    return ffi_string(errbuf, get_size_ptr()[0])
end


-- Raises what is wrong with the caller's caller.
local function check_process(proc)
    if type(proc) ~= "cdata" then
        error("not a process instance", 3)
    end
end


local function check_request()
    local r = get_request()

    if not r then
        error("no request found")
    end

    return r
end


local function check_rc(rc)
    if rc == FFI_NO_REQ_CTX then
        error("no request ctx found")
    end

    if rc == FFI_BAD_CONTEXT then
        error(error_text(), 2)
    end
end


local function set_timeout(proc, name, value, level)
    value = tonumber(value)

    if not value or value < 0 or value > MAX_TIMEOUT then
        error("bad " .. name .. " option", level)
    end

    proc[name] = value
end


local function prepare_buffer(buf, size)
    read_buf[0] = buf
    read_size[0] = size
    return read_buf, read_size
end


local function read(proc, stream, mode, len)
    local r = check_request()
    local buf = get_string_buf(READ_SIZE)
    local buf_ptr, size_ptr = prepare_buffer(buf, READ_SIZE)
    local rc = C.ngx_lua_ffi_pipe_proc_read(r, proc, stream, mode, len, buf_ptr, size_ptr, errbuf,
                                            errbuf_size())
    check_rc(rc)

    if rc == FFI_AGAIN then
        yield()
        buf = get_string_buf(READ_SIZE)
        buf_ptr, size_ptr = prepare_buffer(buf, READ_SIZE)
        rc = C.ngx_lua_ffi_pipe_get_read_result(r, proc, stream, buf_ptr, size_ptr, errbuf,
                                                errbuf_size())
    end

    if rc ~= FFI_OK and rc ~= FFI_DECLINED then
        return nil, error_text()
    end

    if buf_ptr[0] == nil then
        local size = tonumber(size_ptr[0])
        buf = get_string_buf(size)
        buf_ptr, size_ptr = prepare_buffer(buf, size)
        rc = C.ngx_lua_ffi_pipe_get_read_result(r, proc, stream, buf_ptr, size_ptr, errbuf,
                                                errbuf_size())
    end

    local data = ffi_string(buf, size_ptr[0])

    if rc == FFI_OK then
        return data
    end

    return nil, error_text(), data
end


local function check_len(len)
    len = tonumber(len)

    if not len or len < 0 then
        error("bad len argument", 3)
    end

    return len
end


local function check_max(max)
    max = tonumber(max)

    if not max or max <= 0 then
        error("bad max argument", 3)
    end

    return max
end


local methods = {}


function methods.pid(proc)
    check_process(proc)
    local pid = proc._pid
    return pid
end


function methods.set_timeouts(proc, write_timeout, stdout_read_timeout, stderr_read_timeout,
                              wait_timeout)
    check_process(proc)

    if write_timeout then
        set_timeout(proc, "write_timeout", write_timeout, 3)
    end

    if stdout_read_timeout then
        set_timeout(proc, "stdout_read_timeout", stdout_read_timeout, 3)
    end

    if stderr_read_timeout then
        set_timeout(proc, "stderr_read_timeout", stderr_read_timeout, 3)
    end

    if wait_timeout then
        set_timeout(proc, "wait_timeout", wait_timeout, 3)
    end
end


function methods.stdout_read_all(proc)
    check_process(proc)
    return read(proc, STDOUT, READ_ALL, 0)
end


function methods.stderr_read_all(proc)
    check_process(proc)
    return read(proc, STDERR, READ_ALL, 0)
end


function methods.stdout_read_line(proc)
    check_process(proc)
    return read(proc, STDOUT, READ_LINE, 0)
end


function methods.stderr_read_line(proc)
    check_process(proc)
    return read(proc, STDERR, READ_LINE, 0)
end


function methods.stdout_read_bytes(proc, len)
    check_process(proc)
    len = check_len(len)

    if len == 0 then
        return ""
    end

    return read(proc, STDOUT, READ_BYTES, len)
end


function methods.stderr_read_bytes(proc, len)
    check_process(proc)
    len = check_len(len)

    if len == 0 then
        return ""
    end

    return read(proc, STDERR, READ_BYTES, len)
end


function methods.stdout_read_any(proc, max)
    check_process(proc)
    return read(proc, STDOUT, READ_ANY, check_max(max))
end


function methods.stderr_read_any(proc, max)
    check_process(proc)
    return read(proc, STDERR, READ_ANY, check_max(max))
end


function methods.write(proc, data)
    check_process(proc)
    local data_type = type(data)

    if data_type == "table" then
        data = concat(data)

    elseif data_type == "number" then
        data = tostring(data)

    elseif data_type ~= "string" then
        error("bad data arg: string, number, or table expected, got " .. data_type, 2)
    end

    local r = check_request()
    local rc = C.ngx_lua_ffi_pipe_proc_write(r, proc, data, #data, errbuf, errbuf_size())
    check_rc(rc)

    if rc == FFI_AGAIN then
        yield()
        rc = C.ngx_lua_ffi_pipe_get_write_result(r, proc, errbuf, errbuf_size())
    end

    if rc < 0 then
        return nil, error_text()
    end

    return tonumber(rc)
end


function methods.shutdown(proc, direction)
    check_process(proc)
    local rc

    if direction == "stdin" then
        rc = C.ngx_lua_ffi_pipe_proc_shutdown_stdin(proc, errbuf, errbuf_size())

    elseif direction == "stdout" then
        rc = C.ngx_lua_ffi_pipe_proc_shutdown_stdout(proc, errbuf, errbuf_size())

    elseif direction == "stderr" then
        rc = C.ngx_lua_ffi_pipe_proc_shutdown_stderr(proc, errbuf, errbuf_size())

    else
        error("bad shutdown arg: " .. tostring(direction), 2)
    end

    if rc ~= FFI_OK then
        return nil, error_text()
    end

    return true
end


function methods.wait(proc)
    check_process(proc)
    local r = check_request()
    local rc = C.ngx_lua_ffi_pipe_proc_wait(r, proc, reason_ptr, status_ptr, errbuf, errbuf_size())
    check_rc(rc)

    if rc == FFI_AGAIN then
        return yield()
    end

    if rc ~= FFI_OK and rc ~= FFI_DECLINED then
        return nil, error_text()
    end

    return rc == FFI_OK, ffi_string(reason_ptr[0]), status_ptr[0]
end


function methods.kill(proc, signal)
    check_process(proc)

    if type(signal) ~= "number" then
        error("bad signal arg: number expected, got " .. tostring(signal), 2)
    end

    if C.ngx_lua_ffi_pipe_proc_kill(proc, signal, errbuf, errbuf_size()) ~= FFI_OK then
        return nil, error_text()
    end

    return true
end


local new_process = ffi.metatype("ngx_lua_pipe_proc_t", {
    __index = methods,
    __gc = C.ngx_lua_ffi_pipe_proc_destroy,
})


-- The strings of `list` up to the first hole, as C wants them: with a null behind the last.
local function c_strings(list)
    local n = 0

    while list[n + 1] ~= nil do
        n = n + 1
    end

    local strings = ffi_new("const char *[?]", n + 1)

    for i = 1, n do
        strings[i - 1] = list[i]
    end

    return strings, n
end


local function stringify(list)
    local i = 1

    while list[i] ~= nil do
        list[i] = tostring(list[i])
        i = i + 1
    end
end


local function check_environment(environment)
    if type(environment) ~= "table" then
        error("bad environ option: table expected, got " .. type(environment), 3)
    end

    local i = 1

    while environment[i] ~= nil do
        local entry = environment[i]
        local where = "bad value at index " .. i .. " of environ option: "

        if type(entry) ~= "string" then
            error(where .. "string expected, got " .. type(entry), 3)
        end

        if not find(entry, "=", 2, true) then
            error(where .. "'name=[value]' format expected, got '" .. entry .. "'", 3)
        end

        i = i + 1
    end
end


local function option_timeout(proc, opts, name)
    local value = opts[name]

    if value then
        set_timeout(proc, name, value, 5)
    end
end


local function set_timeout_options(proc, opts)
    option_timeout(proc, opts, "write_timeout")
    option_timeout(proc, opts, "stdout_read_timeout")
    option_timeout(proc, opts, "stderr_read_timeout")
    option_timeout(proc, opts, "wait_timeout")
end


local function program_of(args)
    if type(args) == "string" then
        return { "/bin/sh", "-c", args }
    end

    if type(args) ~= "table" then
        error("bad args arg: table expected, got " .. type(args), 3)
    end

    if args[1] == nil then
        error("bad args arg: non-empty table expected", 3)
    end

    stringify(args)
    return args
end


local function buffer_size_of(opts)
    local size = opts.buffer_size

    if size == nil then
        return DEFAULT_BUFFER_SIZE
    end

    size = tonumber(size)

    if not size or size < 1 then
        error("bad buffer_size option", 3)
    end

    return size
end


local NO_OPTIONS = {}


-- Starts a program: a command for the shell, or an array of a file and its arguments.
function M.spawn(args, opts)
    if ngx.get_phase() == "init" then
        error("API disabled in the current context", 2)
    end

    opts = opts or NO_OPTIONS
    args = program_of(args)
    local buffer_size = buffer_size_of(opts)
    local environment

    if opts.environ ~= nil then
        check_environment(opts.environ)
        local strings, n = c_strings(opts.environ)
        environment = n > 0 and strings or nil
    end

    local proc = new_process(0, DEFAULT_TIMEOUT, DEFAULT_TIMEOUT, DEFAULT_TIMEOUT, DEFAULT_TIMEOUT)
    set_timeout_options(proc, opts)

    local rc = C.ngx_lua_ffi_pipe_spawn(get_request(), proc, args[1], c_strings(args),
                                        opts.merge_stderr and 1 or 0, buffer_size, environment,
                                        errbuf, errbuf_size())

    if rc ~= FFI_OK then
        return nil, error_text()
    end

    return proc
end


return M
