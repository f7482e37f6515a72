-- Files and folders. What Lua has no functions for, the system's programs do.
local shell = require "resty.shell"

local TIMEOUT = 60000
local MAX_OUTPUT = 16 * 1024 * 1024

local M = {}


-- Runs a program; returns its stdout, or nil and what it said.
function M.run(...)
    local ok, out, err, reason, status = shell.run({ ... }, nil, TIMEOUT, MAX_OUTPUT)

    if ok then
        return out
    end

    err = (err or ""):gsub("%s+$", "")
    return nil, err ~= "" and err or (...) .. ": " .. tostring(reason) .. " " .. tostring(status)
end


function M.exists(path)
    local file = io.open(path, "rb")

    if file then
        file:close()
    end

    return file ~= nil
end


function M.is_dir(path)
    return os.rename(path .. "/", path .. "/") and true or false
end


function M.read(path)
    local file, err = io.open(path, "rb")

    if not file then
        return nil, err
    end

    local text = file:read("*a")
    file:close()
    return text
end


-- Replaces the file as a whole: whoever reads it sees the old or the new one.
function M.write(path, text)
    local new = path .. ".new"
    local file, err = io.open(new, "wb")

    if not file then
        return nil, err
    end

    local ok
    ok, err = file:write(text)

    if ok then
        ok, err = file:close()
    else
        file:close()
    end

    if ok then
        ok, err = os.rename(new, path)
    end

    if not ok then
        os.remove(new)
        return nil, err
    end

    return true
end


function M.make_dir(path)
    local ok, err = M.run("mkdir", "-p", "--", path)
    return ok and true, err
end


function M.remove_tree(path)
    M.run("rm", "-rf", "--", path)
end


-- The folder of a path.
function M.dirname(path)
    return path:match("^(.*)/[^/]*$") or "."
end


-- The regular files below a folder, as relative paths, in order.
function M.list(dir)
    local out, err = M.run("find", dir, "-type", "f", "-printf", "%P\\n")

    if not out then
        return nil, err
    end

    local list = {}

    for path in out:gmatch("[^\n]+") do
        list[#list + 1] = path
    end

    table.sort(list)
    return list
end


return M
