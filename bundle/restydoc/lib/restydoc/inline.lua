-- Text inside a Markdown paragraph, as POD: emphasis, code, links, entities.
local M = {}

local ENTITIES = { amp = "&", quot = '"', ast = "*", lt = "E<lt>", gt = "E<gt>" }


local function escape(text)
    return (text:gsub("[<>]", { ["<"] = "E<lt>", [">"] = "E<gt>" }))
end


-- C<...>, with more angles than the longest run of ">" in it.
local function code_span(code)
    local longest = 0

    for run in code:gmatch(">+") do
        longest = math.max(longest, #run)
    end

    if longest == 0 and not code:find("<") then
        return "C<" .. code .. ">"
    end

    local angles = longest + 1
    angles = math.max(angles, 2)
    return "C" .. ("<"):rep(angles) .. " " .. code .. " " .. (">"):rep(angles)
end


local function link_label(label)
    return (label:gsub("[|/]", { ["|"] = "E<verbar>", ["/"] = "E<sol>" }))
end


local function entity(name)
    if ENTITIES[name] then
        return ENTITIES[name]
    end

    return "E<" .. name:gsub("^#", "") .. ">"
end


local function emphasis(text)
    text = text:gsub("%*%*(%S.-)%*%*", "B<%1>")
    text = text:gsub("%f[%w_]__(%S.-)__%f[^%w_]", "B<%1>")
    text = text:gsub("%*([^%s*][^*]-)%*", "I<%1>")
    text = text:gsub("%f[%w_]_([^%s_][^_]-)_%f[^%w_]", "I<%1>")
    return text
end


-- What must not be changed any more is kept apart, behind a control byte and a number.
function M.convert(text)
    local kept = {}

    local function keep(pod)
        kept[#kept + 1] = pod
        return "\1" .. #kept .. "\2"
    end

    text = text:gsub("`([^`]+)`", function(code)
        return keep(code_span(code))
    end)
    text = text:gsub("&(#?%w+);", function(name)
        return keep(entity(name))
    end)
    text = text:gsub("\\([%[%]])", keep)

    text = text:gsub("!?%[([^%]]*)%]%(([^)%s]*)[^)]*%)", function(label, target)
        if label == "Back to TOC" then
            return ""
        end

        label = link_label(emphasis(escape(label)))
        local pod = target:sub(1, 1) == "#" and label or label .. "|" .. target
        return keep("L<" .. pod .. ">")
    end)

    text = emphasis(escape(text):gsub("E<lt>", "\3"):gsub("E<gt>", "\4"))
    text = text:gsub("\3", "E<lt>"):gsub("\4", "E<gt>")

    -- Labels hold what was kept before them.
    for i = #kept, 1, -1 do
        text = text:gsub("\1" .. i .. "\2", function()
            return kept[i]
        end)
    end

    return text
end


return M
