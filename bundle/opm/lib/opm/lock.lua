-- One opm process of a user at a time changes what is installed: a file with the process's id.
local files = require "opm.files"

local M = {}


local function alive(pid)
    return files.exists("/proc/" .. pid .. "/stat")
end


function M.take(path)
    local pid = ngx.worker.pid()
    local owner = tonumber((files.read(path) or ""):match("%d+"))

    if owner and owner ~= pid and alive(owner) then
        return nil, "Found the lock file " .. path .. " hold by another opm process(PID "
                    .. owner .. ")."
    end

    -- Two that start at once: `ln` makes a name only if there is none.
    local own = path .. "." .. pid
    local ok, err = files.write(own, pid .. "\n")

    if ok then
        os.remove(path)
        ok, err = files.run("ln", own, path)
        os.remove(own)
    end

    return ok and true, err
end


function M.give_back(path)
    os.remove(path)
end


return M
