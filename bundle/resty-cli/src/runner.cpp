#include "runner.hpp"

namespace resty {

const char* const kRunner = R"lua(
if (ngx.config.ngx_lua_version or 0) < 10009 then
    error("at least ngx_lua 0.10.9 is required")
end

local stdout, stderr = io.stdout, io.stderr
local exit = os.exit
local graceful_exit = require("ngx.process").signal_graceful_exit

if not graceful_exit then
    error("lua-resty-core library is too old; "
          .. "missing the signal_graceful_exit() function in ngx.process")
end

if job.jit == "off" then
    jit.off()

elseif job.jit then
    require("jit." .. job.jit).on()
end

ngx.config.is_console = true
arg = job.arg


local function write(value)
    if type(value) == "table" then
        for _, element in ipairs(value) do
            write(element)
        end

    elseif value == ngx.null then
        stdout:write("null")

    else
        stdout:write(tostring(value))
    end
end


local function print_all(...)
    for i = 1, select("#", ...) do
        write((select(i, ...)))
    end

    return 1
end


local function say(...)
    print_all(...)
    stdout:write("\n")
    return 1
end


ngx.orig_print, ngx.orig_say, ngx.orig_exit = ngx.print, ngx.say, ngx.exit
ngx.print, ngx.say, print = print_all, say, say
ngx.exit = exit

function ngx.flush()
    stdout:flush()
    return 1
end

function ngx.eof()
    return true
end


local function fail(message)
    stdout:flush()
    stderr:write("ERROR: ", message, "\n")
    exit(1)
end


-- With the frames of the user's code, and those of ours up to xpcall.
local function on_error(err)
    local trace = debug.traceback(tostring(err), 2)
    local _, last = trace:find("in function 'xpcall'", 1, true)
    fail(last and trace:sub(1, last) or trace)
end


local function run()
    local inline_gen, file_gen, err

    if job.code then
        inline_gen, err = loadstring(job.code, "=(command line -e)")
    end

    if not err and job.file then
        file_gen, err = loadfile(job.file)
    end

    if err then
        fail(err)
    end

    if inline_gen then
        inline_gen()
    end

    if file_gen then
        file_gen(unpack(arg))
    end
end


local ok, err = ngx.timer.at(0, function()
    xpcall(run, on_error)
    graceful_exit()
end)

if not ok then
    fail(err)
end
)lua";

} // namespace resty
