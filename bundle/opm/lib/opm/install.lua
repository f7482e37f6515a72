-- Fetching packages from the index and installing them with what they require.
local files = require "opm.files"
local http = require "opm.http"
local ini = require "opm.ini"
local specs = require "opm.spec"

local M = {}
local mt = { __index = M }


-- options: server (URL), home (~/.opm), bin (folder of resty), root (an opm.root), say (writes a
-- line for the user).
function M.new(options)
    options.installing = {}
    return setmetatable(options, mt)
end


local function package_name(account, name)
    return account .. "/" .. name
end


-- --- parts of the installation

local function openresty_version(self)
    local out = files.run("sh", "-c", '"$0" -v 2>&1', self.bin .. "/openresty")
    return (out or ""):match("openresty/([%d.]+)")
end


local function dotted(number)
    return math.floor(number / 1000000) .. "." .. math.floor(number / 1000) % 1000 .. "."
           .. number % 1000
end


local function special_version(self, name)
    if name == "luajit" then
        return jit.version:match("%d[%d.]*")
    end

    if name == "nginx" then
        return dotted(ngx.config.nginx_version)
    end

    if name == "openresty" then
        return openresty_version(self)
    end

    return dotted(ngx.config.ngx_lua_version)
end


function M:check_special(spec)
    local resty = self.bin .. "/resty"
    local version = special_version(self, spec.name)

    if not version then
        return nil, spec.name .. " is required but is not available according to " .. resty .. "."
    end

    if not specs.satisfied(version, spec.operator, spec.version) then
        return nil, specs.describe(spec) .. " required but found " .. spec.name .. " " .. version
                    .. " actual according to " .. resty .. "."
    end

    return true
end


-- --- from the index

local function refusal(answer)
    local text = answer.body:gsub("^ERROR:%s*", ""):gsub("%s+$", "")
    return text ~= "" and text or "status " .. answer.status
end


-- Where the package's archive is: its URL and its checksum.
function M:locate(spec)
    local query = { account = spec.account, name = spec.name }

    if spec.operator then
        query.op, query.version = specs.OPERATORS[spec.operator], spec.version
    end

    local answer, err = http.request("GET", self.server .. "/api/pkg/fetch?" .. http.query(query))

    if not answer then
        return nil, err
    end

    local location = answer.headers.location
    local checksum = (answer.headers["x-file-checksum"] or ""):gsub("-", ""):lower()

    if answer.status ~= 302 or not location then
        return nil, "failed to fetch " .. specs.describe(spec) .. ": " .. refusal(answer)
    end

    if #checksum ~= 32 or checksum:find("%X") then
        return nil, "failed to fetch " .. specs.describe(spec) .. ": no checksum"
    end

    if location:sub(1, 1) == "/" then
        location = self.server .. location
    end

    return location, checksum
end


-- The archive's bytes, from the cache or the index.
function M:download(spec)
    local url, checksum = self:locate(spec)

    if not url then
        return nil, checksum
    end

    local name = url:match("([%w._-]+)%.opm%.tar%.gz$")

    if not name or name:find("^%.") then
        return nil, "bad location of " .. specs.describe(spec) .. ": " .. url
    end

    local dir = self.home .. "/cache/" .. spec.account
    local path = dir .. "/" .. name .. ".opm.tar.gz"
    local cached = files.read(path)

    if cached and ngx.md5(cached) == checksum then
        return path
    end

    self.say("  Downloading " .. url)
    local answer, err = http.request("GET", url)

    if not answer then
        return nil, err
    end

    if answer.status ~= 200 then
        return nil, "failed to download " .. url .. ": " .. refusal(answer)
    end

    local found = ngx.md5(answer.body)

    if found ~= checksum then
        return nil, "File downloaded might be corrupted or truncated because the checksums do "
                    .. "not match: " .. found .. " vs " .. checksum
    end

    local ok
    ok, err = files.make_dir(dir)

    if ok then
        ok, err = files.write(path, answer.body)
    end

    return ok and path, err
end


-- --- unpacking

-- Only regular files and folders, and none outside the archive's own folder.
local function check_archive(path)
    local out, err = files.run("tar", "-tvzf", path)

    if not out then
        return nil, "bad archive " .. path .. ": " .. err
    end

    for line in out:gmatch("[^\n]+") do
        if not line:find("^[-d]") then
            return nil, "archive " .. path .. " has something that is no file: " .. line
        end
    end

    for name in (files.run("tar", "-tzf", path) or ""):gmatch("[^\n]+") do
        if name:find("^/") or ("/" .. name .. "/"):find("/%.%./") or name:find("\\") then
            return nil, "archive " .. path .. " writes outside its folder: " .. name
        end
    end

    return true
end


-- Unpacks an archive; returns the folder of the package, with lib/ renamed to what it will be.
local function unpack_archive(path, dir)
    local ok, err = check_archive(path)

    if ok then
        files.remove_tree(dir)
        ok, err = files.make_dir(dir)
    end

    if ok then
        ok, err = files.run("tar", "-xzf", path, "-C", dir, "--no-same-owner", "--strip-components=1")
    end

    if not ok then
        return nil, err
    end

    for _, part in ipairs { "dist.ini", "lib", "pod", "resty.index" } do
        if not files.exists(dir .. "/" .. part) then
            return nil, "archive " .. path .. " has no " .. part .. "."
        end
    end

    ok, err = os.rename(dir .. "/lib", dir .. "/lualib")
    return ok and dir, err
end


local function list_files(dir)
    local list = {}

    for _, part in ipairs { "lualib", "pod" } do
        local names, err = files.list(dir .. "/" .. part)

        if not names then
            return nil, err
        end

        for _, name in ipairs(names) do
            list[#list + 1] = part .. "/" .. name
        end
    end

    return list
end


-- --- installing

function M:check_clashes(spec, list)
    for _, path in ipairs(list) do
        local owner = self.root:owner(path, spec.name)

        if owner then
            return nil, "file " .. path .. " in package " .. specs.full_name(spec)
                        .. " already appears in the previously installed package " .. owner .. "."
        end
    end

    return true
end


function M:install_dependencies(meta, spec)
    local where = specs.full_name(spec) .. ": dist.ini"
    local list, err = specs.parse_list(specs.split(meta.requires), where)

    if not list then
        return nil, err
    end

    for _, dependency in ipairs(list) do
        local ok

        if dependency.account then
            ok, err = self:install(dependency)
        else
            ok, err = self:check_special(dependency)
        end

        if not ok then
            return nil, err
        end
    end

    return true
end


function M:put(spec, dir)
    local sections, err = ini.read(dir .. "/dist.ini")
    local meta = sections and sections.default

    if meta and not meta.version then
        err = "no version found in " .. dir .. "/dist.ini"
    end

    if err then
        return nil, err
    end

    local list
    list, err = list_files(dir)
    local ok = list

    if ok then
        ok, err = self:install_dependencies(meta, spec)
    end

    if ok then
        ok, err = self:check_clashes(spec, list)
    end

    if ok then
        ok, err = self.root:put(spec.name, dir, list)
    end

    if ok then
        ok, err = files.write(self.root:manifest(spec.name, "list"), table.concat(list, "\n") .. "\n")
    end

    if ok then
        ok, err = self.root:write_index(spec.name, (files.read(dir .. "/resty.index")))
    end

    if ok then
        ok, err = files.write(self.root:manifest(spec.name, "meta"), files.read(dir .. "/dist.ini"))
    end

    if not ok then
        return nil, err
    end

    self.say("Package " .. specs.full_name(spec) .. " " .. meta.version
             .. " installed successfully under " .. self.root.path .. " .")
    return true
end


-- Whether the installed version of the package will do. nil and an error: another account's
-- package is in its place.
function M:installed(spec)
    local meta = self.root:meta(spec.name)

    if not meta then
        return false
    end

    if meta.account ~= spec.account then
        return nil, "failed to install " .. specs.full_name(spec) .. ": "
                    .. package_name(meta.account or "?", spec.name) .. " " .. meta.version
                    .. " already installed."
    end

    return specs.satisfied(meta.version, spec.operator, spec.version), meta
end


-- Installs a package, whatever is there, with what it requires.
function M:fetch(spec)
    self.say("* Fetching " .. specs.describe(spec))
    local path, err = self:download(spec)

    if not path then
        return nil, err
    end

    local dir = self.home .. "/cache/" .. spec.account .. "/" .. spec.name .. ".unpacked"
    local ok
    ok, err = unpack_archive(path, dir)

    if ok then
        ok, err = self:put(spec, dir)
    end

    files.remove_tree(dir)
    return ok, err
end


-- Installs a package unless it is there.
function M:install(spec)
    local full = specs.full_name(spec)

    if self.installing[full] then
        return nil, "cyclic dependency chain detected when installing the package " .. full
    end

    local enough, what = self:installed(spec)

    if enough == nil then
        return nil, what
    end

    if enough then
        self.say("Package " .. spec.name .. "-" .. what.version .. " already installed.")
        return true
    end

    self.installing[full] = true
    local ok, err = self:fetch(spec)
    self.installing[full] = nil
    return ok, err
end


-- Replaces a package by a newer version, if there is one.
function M:upgrade(name, account)
    local meta, err = self.root:meta(name)

    if not meta then
        return nil, err or "package " .. name .. " not installed yet."
    end

    if account and account ~= meta.account then
        return nil, "package " .. account .. "/" .. name .. " not installed yet (but "
                    .. meta.account .. "/" .. name .. " already installed)."
    end

    local spec = { account = meta.account, name = name, operator = ">", version = meta.version }
    local query = http.query { account = spec.account, name = name, op = "gt", version = spec.version }
    local answer
    answer, err = http.request("GET", self.server .. "/api/pkg/exists?" .. query)

    if not answer then
        return nil, err
    end

    if answer.status == 404 then
        self.say("Package " .. specs.full_name(spec) .. " " .. meta.version
                 .. " is already the latest version.")
        return true
    end

    return self:fetch(spec)
end




return M
