-- Markdown to POD: headings, lists, code, paragraphs. Line by line.
local inline = require "restydoc.inline"

local DEEPEST_HEAD = 4

local Converter = {}
Converter.__index = Converter


function Converter:put(...)
    for i = 1, select("#", ...) do
        self.out[#self.out + 1] = (select(i, ...))
    end
end


function Converter:flush()
    if #self.paragraph > 0 then
        self:put(inline.convert(table.concat(self.paragraph, "\n")), "\n\n")
        self.paragraph = {}
    end
end


function Converter:close_lists(indent)
    while #self.lists > 0 and self.lists[#self.lists].indent > indent do
        self:put("=back\n\n")
        self.lists[#self.lists] = nil
    end
end


function Converter:head(level, title)
    self:flush()
    self:close_lists(-1)
    self:put("=head", math.min(level, DEEPEST_HEAD), " ", inline.convert(title), "\n\n")
end


function Converter:item(indent, marker, text)
    self:flush()
    self:close_lists(indent)
    local list = self.lists[#self.lists]

    -- After a blank line another marker begins another list.
    if list and list.indent == indent and self.after_blank and list.marker ~= marker then
        self:close_lists(indent - 1)
        list = nil
    end

    if not list or list.indent < indent then
        self:put("=over\n\n")
        list = { indent = indent, marker = marker, count = 0 }
        self.lists[#self.lists + 1] = list
    end

    list.count = list.count + 1
    self:put(marker == "1" and "=item " .. list.count .. ".\n\n" or "=item *\n\n")
    self.paragraph[1] = text
end


-- Whether the line under a paragraph of one line makes it a heading.
function Converter:setext(line)
    local level = line:find("^=+%s*$") and 1 or line:find("^%-%-+%s*$") and 2

    if not level or #self.paragraph == 0 then
        return false
    end

    local title = table.remove(self.paragraph)
    self:head(level, title)
    return true
end


function Converter:list_item(line)
    local indent, marker, text = line:match("^(%s*)([-+*])%s+(.*)$")

    if not indent then
        indent, text = line:match("^(%s*)%d+%.%s+(.*)$")
        marker = indent and "1"
    end

    if not indent then
        return false
    end

    self:item(#indent, marker, text)
    return true
end


function Converter:line(line)
    if self.fence then
        if line:find("^%s*```") then
            self.fence = nil
            self:put("\n")
        else
            self:put(line == "" and "" or "    ", line, "\n")
        end

        return
    end

    if line:find("^%s*$") then
        self:flush()

        if self.verbatim then
            self:put("\n")
        end

        self.verbatim = false
        self.after_blank = true
        return
    end

    self:content(line)
    self.after_blank = false
end


function Converter:content(line)
    local hashes, title = line:match("^(#+)%s*(.-)%s*#*%s*$")
    local indented = line:find("^    ") or line:find("^\t")

    if line:find("^%s*```") then
        self:flush()
        self.fence = line

    elseif line:find("^|") then -- a table stays as it is
        self:flush()
        self.verbatim = true
        self:put("    ", line, "\n")

    elseif self.verbatim and indented or
           self.after_blank and indented and #self.lists == 0 then
        self.verbatim = true
        self:put(line, "\n")

    elseif hashes then
        self:head(#hashes, title)

    elseif not self:setext(line) and not self:list_item(line) then
        if self.verbatim then
            self:put("\n")
            self.verbatim = false
        end

        if self.after_blank and not line:find("^%s") then
            self:close_lists(-1)
        end

        self.paragraph[#self.paragraph + 1] = line:gsub("^%s+", ""):gsub("%s+$", "")
    end
end


local M = {}


function M.to_pod(text)
    local converter = setmetatable({
        out = { "=encoding utf-8\n\n" }, paragraph = {}, lists = {}, after_blank = true,
    }, Converter)

    text = text:gsub("\r\n", "\n"):gsub("<!%-%-.-%-%->", "")

    for line in (text:gsub("\n?$", "\n")):gmatch("([^\n]*)\n") do
        converter:line(line)
    end

    if converter.fence then
        return nil, "missing terminating " .. converter.fence
    end

    converter:flush()
    converter:close_lists(-1)
    return table.concat(converter.out)
end


return M
