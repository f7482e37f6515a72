-- The folder that packages are installed in: lualib/, pod/, manifest/ and resty.index. A package
-- has two files in manifest/: NAME.meta, its dist.ini, and NAME.list, its files.
local files = require "opm.files"
local ini = require "opm.ini"

local M = {}
local mt = { __index = M }


-- An existing folder as a root.
function M.new(path)
    local self = setmetatable({ path = path:gsub("/+$", "") .. "/" }, mt)
    local ok, err = files.make_dir(self.path .. "manifest")

    if not ok then
        return nil, err
    end

    return self
end


function M:manifest(name, kind)
    return self.path .. "manifest/" .. name .. "." .. kind
end


-- The dist.ini of an installed package; nil if there is none.
function M:meta(name)
    local path = self:manifest(name, "meta")

    if not files.exists(path) then
        return nil
    end

    local sections, err = ini.read(path)

    if not sections then
        return nil, err
    end

    return sections.default
end


-- The files of an installed package, relative to the root.
function M:list(name)
    local text = files.read(self:manifest(name, "list")) or ""
    local list = {}

    for path in text:gmatch("[^\n]+") do
        list[#list + 1] = path
    end

    return list
end


-- The names of the installed packages, in order.
function M:packages()
    local names = {}

    for _, path in ipairs(files.list(self.path .. "manifest") or {}) do
        names[#names + 1] = path:match("^(.*)%.meta$")
    end

    return names
end


-- Which package has a file, other than `name`.
function M:owner(path, name)
    for _, other in ipairs(self:packages()) do
        if other ~= name then
            for _, owned in ipairs(self:list(other)) do
                if owned == path then
                    return other
                end
            end
        end
    end
end


-- The index of the documentation without a package's part, and with `text` as its new one.
function M:write_index(name, text)
    local path = self.path .. "resty.index"
    local kept, skipping = {}, false

    for line in (files.read(path) or ""):gmatch("([^\n]*)\n") do
        if line == "# BEGIN " .. name then
            skipping = true

        elseif line == "# END " .. name then
            skipping = false

        elseif not skipping then
            kept[#kept + 1] = line .. "\n"
        end
    end

    if text then
        kept[#kept + 1] = "# BEGIN " .. name .. "\n" .. text
        kept[#kept + 1] = (text:sub(-1) == "\n" and "" or "\n") .. "# END " .. name .. "\n"
    end

    return files.write(path, table.concat(kept))
end


-- Removes a file, and the folders that are empty then.
function M:remove_file(path)
    os.remove(self.path .. path)
    local dir = files.dirname(path)

    while dir:find("/") and os.remove(self.path .. dir) do
        dir = files.dirname(dir)
    end
end


-- Takes a package out. The manifest goes last: an interrupted removal can be repeated.
function M:remove(name)
    for _, path in ipairs(self:list(name)) do
        self:remove_file(path)
    end

    local ok, err = self:write_index(name)

    if not ok then
        return nil, err
    end

    os.remove(self:manifest(name, "list"))
    os.remove(self:manifest(name, "meta"))
    return true
end


-- Puts the files of the unpacked package `source` in. Each file is replaced as a whole, and what
-- only the old version had goes last, so that code which runs from here always finds one of both.
function M:put(name, source, list)
    local staging = self.path .. ".opm-" .. name
    files.remove_tree(staging)
    local ok, err = files.make_dir(staging)

    if ok then
        ok, err = files.run("cp", "-R", source .. "/lualib", source .. "/pod", staging)
    end

    local new = {}

    for _, path in ipairs(ok and list or {}) do
        new[path] = true
        ok, err = files.make_dir(self.path .. files.dirname(path))

        if ok then
            ok, err = os.rename(staging .. "/" .. path, self.path .. path)
        end

        if not ok then
            break
        end
    end

    files.remove_tree(staging)

    if not ok then
        return nil, err
    end

    for _, path in ipairs(self:list(name)) do
        if not new[path] then
            self:remove_file(path)
        end
    end

    return true
end


return M
