-- resty.signal: signals by name, and sending them.
local ffi = require "ffi"

local C = ffi.C
local assert = assert
local error = error
local ffi_string = ffi.string
local tonumber = tonumber
local type = type

ffi.cdef [[
    int resty_signal_signum(int id);
    int kill(int pid, int sig);
    char *strerror(int errnum);
]]

local LIBRARY = "librestysignal.so"

-- What the library knows a signal by.
local IDS = {
    NONE = 0, HUP = 1, INT = 2, QUIT = 3, ILL = 4, TRAP = 5, ABRT = 6, BUS = 7, FPE = 8, KILL = 9,
    USR1 = 10, SEGV = 11, USR2 = 12, PIPE = 13, ALRM = 14, TERM = 15, CHLD = 17, CONT = 18,
    STOP = 19, TSTP = 20, TTIN = 21, TTOU = 22, URG = 23, XCPU = 24, XFSZ = 25, VTALRM = 26,
    PROF = 27, WINCH = 28, IO = 29, PWR = 30, EMT = 31, SYS = 32, INFO = 33,
}

local M = { version = 0.04 }


local function exists(path)
    local file = io.open(path, "rb")

    if file then
        file:close()
    end

    return file ~= nil
end


-- The library lies in one of the folders where Lua looks for C modules.
local function load_library()
    local tried = {}

    for template in package.cpath:gmatch("[^;]+") do
        local path = (template:match("^.*/") or "./") .. LIBRARY

        if exists(path) then
            return ffi.load(path)
        end

        tried[#tried + 1] = path
    end

    error("could not load " .. LIBRARY .. " from the following paths:\n"
          .. table.concat(tried, "\n"), 2)
end


local library = load_library()


-- The number of a signal by its name without "SIG"; numbers are what they are.
local function signum(name)
    if type(name) == "number" then
        return name
    end

    local id = IDS[name]

    if not id then
        return nil, "unknown signal name"
    end

    local number = library.resty_signal_signum(id)

    if number < 0 then
        error("missing C def for signal " .. name .. " = " .. id)
    end

    return number
end

M.signum = signum


function M.kill(pid, sig)
    assert(sig)
    local number, err = signum(sig)

    if not number then
        return nil, err
    end

    if C.kill(assert(tonumber(pid)), number) ~= 0 then
        return nil, ffi_string(C.strerror(ffi.errno()))
    end

    return true
end


return M
