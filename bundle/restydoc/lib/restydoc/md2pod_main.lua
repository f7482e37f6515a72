-- md2pod.pl: the command line.
local markdown = require "restydoc.markdown"

local USAGE = [[
md2pod.pl [-h] [-o OUT] FILE.md

Prints a Markdown file as POD, or writes it to OUT.
]]

local input, output
local i = 1

while i <= #arg do
    if arg[i] == "-h" then
        io.stdout:write(USAGE)
        os.exit(0)

    elseif arg[i] == "-o" then
        i = i + 1
        output = arg[i]

    elseif arg[i]:sub(1, 1) == "-" then
        io.stderr:write(USAGE)
        os.exit(1)

    else
        input = arg[i]
    end

    i = i + 1
end

if not input then
    io.stderr:write("No input file specified.\n")
    os.exit(1)
end

local file, err = io.open(input, "rb")
local pod

if file then
    pod, err = markdown.to_pod(file:read("*a"))
    file:close()
end

local out = pod and io.stdout

if pod and output then
    out, err = io.open(output, "wb")
end

if not out then
    io.stderr:write("ERROR: ", err, "\n")
    os.exit(1)
end

out:write(pod)
out:close()
