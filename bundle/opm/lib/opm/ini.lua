-- Files of `key = value` lines in [sections]: dist.ini, .opmrc, a package's .meta.
local M = {}


-- The sections of a text, by name; what stands before the first one is "default". Or nil and an
-- error that begins with `name`.
function M.parse(text, name)
    local sections = { default = {} }
    local section = "default"
    local number = 0

    for line in (text .. "\n"):gmatch("([^\n]*)\n") do
        number = number + 1
        local where = name .. ": line " .. number .. ": "
        local key, value = line:match("^%s*([%w_]+)%s*=%s*(.-)%s*$")
        local title = line:match("^%s*%[%s*(.-)%s*%]%s*$")

        if line:find("^%s*$") or line:find("^%s*[#;]") then
            key = nil

        elseif title == "" then
            return nil, where .. "section name empty."

        elseif title then
            if sections[title] then
                return nil, where .. 'section "' .. title .. '" redefined.'
            end

            section = title
            sections[section] = {}

        elseif not key then
            return nil, where .. "syntax error: " .. line

        elseif sections[section][key] then
            return nil, where .. 'duplicate key in section "' .. section .. '": ' .. key

        else
            sections[section][key] = value
        end
    end

    return sections
end


function M.read(path)
    local file, err = io.open(path, "rb")

    if not file then
        return nil, "cannot open " .. path .. " for reading: " .. err:gsub("^.-: ", "")
    end

    local text = file:read("*a")
    file:close()
    return M.parse(text, path)
end


return M
