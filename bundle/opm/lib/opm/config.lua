-- ~/.opmrc.
local files = require "opm.files"
local ini = require "opm.ini"

local DEFAULT_SERVER = "https://opm.openresty.org"

local TEMPLATE = [[
# Your account at GitHub, and a personal access token of it with the scopes user:email and read:org.
# Only opm build and opm upload need them.
github_account=
github_token=
upload_server=]] .. DEFAULT_SERVER .. [[

download_server=]] .. DEFAULT_SERVER .. "\n"

local M = {}


local function check_server(config, key, path)
    local url = config[key]

    if not url or url == "" then
        return nil, path .. ": no " .. key .. " specified."
    end

    if not url:find("^https?://") then
        return nil, path .. ": the value of " .. key .. " must be led by https:// or http://."
    end

    return (url:gsub("/+$", ""))
end


-- The settings of a file, which is created if there is none.
function M.load(path)
    if not files.exists(path) then
        local ok, err = files.write(path, TEMPLATE)

        if not ok then
            return nil, "cannot write " .. path .. ": " .. err
        end

        files.run("chmod", "600", path)
    end

    local sections, err = ini.read(path)

    if not sections then
        return nil, err
    end

    local config = sections.default
    config.download_server, err = check_server(config, "download_server", path)

    if err then
        return nil, err
    end

    return config
end


return M
