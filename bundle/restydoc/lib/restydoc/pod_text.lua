-- POD as plain text: headings at the margin, everything else further in.
local M = {}

local INDENT = 4
local WIDTH = 76

local ENTITIES = { lt = "<", gt = ">", verbar = "|", sol = "/", quot = '"', amp = "&", nbsp = " ",
                   copy = "(c)", mdash = "--", ndash = "-", hellip = "..." }


-- What a formatting code shows. Links show their text, and the address if there is one.
local function show(kind, text)
    if kind == "E" then
        return ENTITIES[text] or ""
    end

    if kind == "L" then
        local label, target = text:match("^(.-)|(.*)$")

        if not label then
            return (text:gsub("^/", ""))
        end

        return target:find("^%a+:") and target ~= label and label .. " <" .. target .. ">" or label
    end

    if kind == "X" or kind == "Z" then
        return ""
    end

    return text
end


-- Formatting codes from the inside out: C<...>, B<< ... >>.
local function strip(text)
    local before

    text = text:gsub("%u(<<+)%s(.-)%s(>>+)", function(open, inside, close)
        return #open == #close and inside:gsub("<", "\1"):gsub(">", "\2") or nil
    end)

    repeat
        before = text
        text = text:gsub("(%u)<([^<>]*)>", function(kind, inside)
            return (show(kind, inside):gsub("<", "\1"):gsub(">", "\2"))
        end)
    until text == before

    return (text:gsub("\1", "<"):gsub("\2", ">"))
end


-- `mark` stands in front of the first line, in the margin.
local function fill(text, indent, mark)
    local lines, line = {}, ""

    for word in text:gmatch("%S+") do
        if line ~= "" and #line + 1 + #word > WIDTH - indent then
            lines[#lines + 1] = (" "):rep(indent) .. line
            line = word
        else
            line = line == "" and word or line .. " " .. word
        end
    end

    lines[#lines + 1] = (" "):rep(indent) .. line

    if mark then
        local margin = (" "):rep(indent - INDENT) .. mark
        lines[1] = margin .. (" "):rep(indent - #margin) .. lines[1]:sub(indent + 1)
    end

    return table.concat(lines, "\n")
end


local COMMANDS = {}

for level = 1, 4 do
    COMMANDS["head" .. level] = function(state, text)
        return (" "):rep(level > 1 and 2 or 0) .. strip(text)
    end
end

function COMMANDS.over(state)
    state.indent = state.indent + INDENT
end

function COMMANDS.back(state)
    state.indent = math.max(state.indent - INDENT, INDENT)
end

function COMMANDS.item(state, text)
    if text:find("^[*%d.]+$") then
        state.mark = text -- of the paragraph that follows
        return
    end

    return (" "):rep(state.indent - INDENT) .. strip(text)
end


function M.render(pod)
    local out = {}
    local state = { indent = INDENT }

    for block in (pod .. "\n\n"):gsub("\n[ \t]+\n", "\n\n"):gmatch("(.-)\n\n+") do
        local command, rest = block:match("^=(%w+)%s*(.*)$")
        local shown

        if command then
            shown = COMMANDS[command] and COMMANDS[command](state, rest)

        elseif block:find("^[ \t]") then
            shown = (" "):rep(state.indent) .. block:gsub("\n", "\n" .. (" "):rep(state.indent))

        elseif block:find("%S") then
            shown = fill(strip(block), state.indent, state.mark)
            state.mark = nil
        end

        if shown then
            out[#out + 1] = shown .. "\n"
        end
    end

    return table.concat(out, "\n")
end


return M
