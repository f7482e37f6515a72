-- restydoc-index: turns the Markdown and POD files of a project into POD files and their index.
local index = require "restydoc.index"
local markdown = require "restydoc.markdown"

local M = {}


local function read(path)
    local file, err = io.open(path, "rb")

    if not file then
        return nil, err
    end

    local text = file:read("*a")
    file:close()
    return text
end


local function run(command)
    local out = io.popen(command)
    local text = out:read("*a")
    out:close()
    return text
end


local function quote(text)
    return "'" .. text:gsub("'", "'\\''") .. "'"
end


-- Project folders are named NAME, NAME-VERSION or NAME_VERSION.
function M.dist_name(dir)
    local name = dir:gsub("/+$", ""):match("([^/]+)$"):lower()
    return (name:gsub("[-_]v?%d[%w.]*$", ""):gsub("%.org$", ""))
end


function M.module_name(path, dist)
    local name = path:lower():gsub("%.%w+$", "")

    for _, top in ipairs { "lib/", "src/", "lua/", "docs?/" } do
        name = name:gsub("^" .. top, "")
    end

    if name == "readme" or name == "index" then
        return dist
    end

    return (name:gsub("/", "."))
end


function M.aliases(dist)
    local list = {}
    list[#list + 1] = dist:match("^lua%-(.+)$") and dist:match("^lua%-(.+)$"):gsub("-", ".") or nil
    local nginx = dist:match("^(.+)%-nginx%-module$") or dist:match("^ngx_http_(.+)_module$")
    list[#list + 1] = nginx and "ngx_" .. nginx:gsub("-", "_") or nil
    return list
end


local function without_contents(text)
    return (text:gsub("\n#+ *[Tt]able of [Cc]ontents[^\n]*\n.-(\n#+ )", "%1")
                :gsub("\n[Tt]able of [Cc]ontents *\n=+\n.-(\n[^\n]+\n=+\n)", "%1"))
end


local function to_pod(path)
    local text, err = read(path)

    if not text or path:find("%.pod$") then
        return text, err
    end

    return markdown.to_pod(without_contents("\n" .. text))
end


-- Adds a project to the index and the POD files below `outdir`.
function M.add(project, outdir)
    project = project:gsub("/+$", "")
    local dist = M.dist_name(project)
    local pods = outdir .. "/pod/" .. dist
    run("mkdir -p " .. quote(pods))

    local found = run("cd " .. quote(project) .. " && find . -name node_modules -prune -o -type f "
                      .. "\\( -name '*.md' -o -name '*.markdown' -o -name '*.pod' \\) -print | sort")
    local modules, parts = {}, {}

    for path in found:gmatch("%./([^\n]+)") do
        local name = M.module_name(path, dist)

        if #name > 1 and not path:find("^pod/") then
            local pod, err = to_pod(project .. "/" .. path)

            if not pod then
                return nil, project .. "/" .. path .. ": " .. err
            end

            local file = assert(io.open(pods .. "/" .. name .. ".pod", "wb"))
            file:write(pod)
            file:close()
            modules[#modules + 1] = name
            parts[#parts + 1] = index.describe_module(name, {}, pod)
        end
    end

    local file = assert(io.open(outdir .. "/resty.index", "ab"))
    local aliases = table.concat(M.aliases(dist), " ")
    file:write("dist ", dist, "\n", aliases ~= "" and "  aliases " .. aliases .. "\n" or "",
               "  modules ", table.concat(modules, " "), "\n", table.concat(parts), "\n")
    file:close()
    return true
end


return M
