-- The index of the documentation, resty.index: distributions with their modules, modules with the
-- byte ranges of their sections.
local M = {}


-- The sections of a POD text: { { title, from, to }, ... }. A section ends where one of the same or
-- a higher level begins.
function M.sections(pod)
    local list, open = {}, {}
    local at = 1

    local function close(level, position)
        while #open > 0 and open[#open].level >= level do
            open[#open].to = position
            open[#open] = nil
        end
    end

    while at <= #pod do
        local stop = pod:find("\n", at, true) or #pod
        local line = pod:sub(at, stop - 1)
        local depth, title = line:match("^=head(%d)%s+(.*)$")
        local item = line:match("^=item%s+(.*)$")
        local level = depth and tonumber(depth) or item and 9

        if level then
            close(level, at - 1)
            title = (title or item):gsub("%u<+%s*(.-)%s*>+", "%1"):lower()

            if title:find("%a") then
                local section = { title = title, from = at - 1, level = level }
                list[#list + 1] = section
                open[#open + 1] = section
            end

        elseif line:find("^=back") then
            close(9, at - 1)
        end

        at = stop + 1
    end

    close(0, #pod)
    return list
end


-- The text of one module's part.
function M.describe_module(name, aliases, pod)
    local out = { "\nmodule ", name, "\n" }

    if #aliases > 0 then
        out[#out + 1] = "  aliases " .. table.concat(aliases, " ") .. "\n"
    end

    for _, section in ipairs(M.sections(pod)) do
        out[#out + 1] = ("  section %d %d %s\n"):format(section.from, section.to, section.title)
    end

    return table.concat(out)
end


local function words(text)
    local list = {}

    for word in text:gmatch("%S+") do
        list[#list + 1] = word
    end

    return list
end


local READERS = {
    dist = function(state, name)
        state.dist = { name = name, aliases = {}, modules = {} }
        state.dists[#state.dists + 1] = state.dist
    end,
    module = function(state, name)
        state.module = { name = name, aliases = {}, sections = {} }
        state.modules[name] = state.module
        state.order[#state.order + 1] = name
    end,
    version = function() end,
    aliases = function(state, text)
        local owner = state.module or state.dist
        owner.aliases = words(text)
    end,
    modules = function(state, text)
        state.dist.modules = words(text)
    end,
    section = function(state, text)
        local from, to, title = text:match("^(%d+)%s+(%d+)%s+(.*)$")

        if not from then
            return false
        end

        local sections = state.module.sections
        sections[#sections + 1] = { from = tonumber(from), to = tonumber(to), title = title }
    end,
}


-- { dists, modules by name, order }, or nil and an error.
function M.parse(text, path)
    local state = { dists = {}, modules = {}, order = {} }
    local number = 0

    for line in (text .. "\n"):gmatch("([^\n]*)\n") do
        number = number + 1
        local keyword, rest = line:match("^%s*(%l+)%s+(.-)%s*$")

        if line:find("^%s*$") or line:find("^%s*#") then
            keyword = nil

        elseif not keyword or not READERS[keyword] or READERS[keyword](state, rest) == false then
            return nil, path .. ": line " .. number .. ": syntax error: " .. line
        end

        if keyword == "dist" then
            state.module = nil
        end
    end

    if #state.dists == 0 then
        return nil, path .. " is empty."
    end

    -- Where the text of a module lies.
    for _, dist in ipairs(state.dists) do
        for _, name in ipairs(dist.modules) do
            if state.modules[name] then
                state.modules[name].dist = dist
            end
        end
    end

    return state
end


-- The first of `list` that `match` accepts, exactly, else as a beginning, else anywhere.
function M.best(list, pattern, names_of)
    local function exact(name)
        return name == pattern
    end

    local function prefix(name)
        return name:sub(1, #pattern) == pattern
    end

    local function substring(name)
        return name:find(pattern, 1, true) ~= nil
    end

    for _, accepts in ipairs { exact, prefix, substring } do
        for _, candidate in ipairs(list) do
            for _, name in ipairs(names_of(candidate)) do
                if accepts(name) then
                    return candidate
                end
            end
        end
    end
end


return M
