-- What a package is asked for by: "account/name >= 1.2", and versions.
local M = {}

-- Parts of the installation that packages may require, as if they were packages.
M.SPECIAL = { openresty = true, luajit = true, nginx = true, ngx_lua = true, ngx_http_lua = true }

M.OPERATORS = { ["="] = "eq", [">="] = "ge", [">"] = "gt" }


local function numbers(version)
    local list = {}

    for digits in version:gmatch("%d+") do
        list[#list + 1] = tonumber(digits)
    end

    return list
end


-- Less than 0, 0 or more than 0, as `a` is older than, the same as, or newer than `b`.
function M.compare(a, b)
    local left, right = numbers(a), numbers(b)

    for i = 1, math.max(#left, #right) do
        local difference = (left[i] or 0) - (right[i] or 0)

        if difference ~= 0 then
            return difference
        end
    end

    return 0
end


function M.satisfied(version, operator, wanted)
    if not operator then
        return true
    end

    local order = M.compare(version, wanted)

    if operator == "=" then
        return order == 0
    end

    return order > 0 or operator == ">=" and order == 0
end


-- "a/b >= 1" as { account = "a", name = "b", operator = ">=", version = "1" }. `where` begins an
-- error. An account may be missing only in a command line, and only without a version.
function M.parse(item, where, from_command_line)
    local full, operator, version = item:match("^%s*([^%s<>=~]+)%s*([^%s%w]*)%s*(.-)%s*$")

    if not full then
        return nil, where .. ": bad dependency specification: " .. item
    end

    local account, name = full:match("^([-%w]+)/([-%w_]+)$")

    if not account then
        name = full:match("^[-%w_]+$")
        local alone = name and (M.SPECIAL[name] or from_command_line and operator == "")

        if not alone then
            return nil, where .. ": bad dependency name: " .. full
        end
    end

    if operator == "" and version == "" then
        return { account = account, name = name }
    end

    if not M.OPERATORS[operator] then
        return nil, where .. ': bad dependency version comparison operator in "' .. item .. '": '
                    .. (operator ~= "" and operator or version)
    end

    if not version:find("%d") or version:find("[^-.%w_]") then
        return nil, where .. ': bad version number in dependency specification in "' .. item
                    .. '": ' .. version
    end

    return { account = account, name = name, operator = operator, version = version }
end


local function by_name(a, b)
    return a.name < b.name
end


-- A list of specifications, in the order of their names.
function M.parse_list(items, where, from_command_line)
    local list = {}

    for _, item in ipairs(items) do
        local spec, err = M.parse(item, where, from_command_line)

        if not spec then
            return nil, err
        end

        list[#list + 1] = spec
    end

    table.sort(list, by_name)
    return list
end


function M.split(text)
    local items = {}

    for item in (text or ""):gmatch("[^,]+") do
        items[#items + 1] = item
    end

    return items
end


function M.full_name(spec)
    return spec.account and spec.account .. "/" .. spec.name or spec.name
end


function M.describe(spec)
    if not spec.operator then
        return M.full_name(spec)
    end

    return M.full_name(spec) .. " " .. spec.operator .. " " .. spec.version
end


return M
