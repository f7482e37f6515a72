-- restydoc-index: the command line.
local build = require "restydoc.build"

local USAGE = [[
restydoc-index [--outdir DIR] PROJECT_DIR

Adds the documentation of a project (*.md, *.markdown, *.pod) to DIR/pod and DIR/resty.index; DIR is that of the
installation by default.
]]

local outdir = os.getenv("RESTYDOC_ROOT") or "."
local project
local i = 1

while i <= #arg do
    if arg[i] == "-h" or arg[i] == "--help" then
        io.stdout:write(USAGE)
        os.exit(0)

    elseif arg[i] == "--outdir" then
        i = i + 1
        outdir = arg[i]

    elseif arg[i]:find("^%-%-outdir=") then
        outdir = arg[i]:match("=(.*)")

    else
        project = arg[i]
    end

    i = i + 1
end

if not project or not outdir then
    io.stderr:write(USAGE)
    os.exit(1)
end

local ok, err = build.add(project, outdir)

if not ok then
    io.stderr:write("ERROR: ", err, "\n")
    os.exit(1)
end
