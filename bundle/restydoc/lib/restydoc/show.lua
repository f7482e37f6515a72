-- restydoc: prints the documentation of a module, or a section of it.
local index = require "restydoc.index"
local pod_text = require "restydoc.pod_text"

local VERSION = "0.27"

local USAGE = [[
restydoc [options] [module]

Options:
    -h            Prints this text.
    -r DIR        The folder with resty.index and pod/ (by default, that of the installation).
    -s SECTION    Prints a section: of the module, or of any.
    -v            Prints the version.

Examples:
    restydoc resty.lrucache
    restydoc -s ngx.say
]]


local function fail(message)
    io.stderr:write(message, "\n")
    os.exit(1)
end


local function usage_error(message)
    io.stderr:write("ERROR: ", message, "\n\n", USAGE)
    os.exit(1)
end


local function read(path)
    local file, err = io.open(path, "rb")

    if not file then
        fail("cannot open " .. path .. " for reading: " .. err:gsub("^.-: ", ""))
    end

    local text = file:read("*a")
    file:close()
    return text
end


local function parse_arguments(words)
    local options = { root = os.getenv("RESTYDOC_ROOT") or "." }
    local i = 1

    while i <= #words do
        local word = words[i]

        if word == "-h" then
            io.stdout:write(USAGE)
            os.exit(0)

        elseif word == "-v" then
            io.stdout:write("restydoc ", VERSION, "\n")
            os.exit(0)

        elseif word == "-r" or word == "-s" then
            i = i + 1
            options[word == "-r" and "root" or "section"] = words[i]
                or usage_error("option " .. word .. " takes an argument but found none.")

        elseif word:sub(1, 1) == "-" then
            usage_error("unknown option " .. word)

        else
            options.module = word:lower()
        end

        i = i + 1
    end

    if not options.module and not options.section then
        usage_error("you need to specify a module name or a section name.")
    end

    return options
end


local function names_of_module(module)
    local names = { module.name }

    for _, alias in ipairs(module.aliases) do
        names[#names + 1] = alias
    end

    for _, alias in ipairs(module.dist and module.name == module.dist.name and module.dist.aliases or {}) do
        names[#names + 1] = alias
    end

    return names
end


local function titles_of_section(section)
    return { section.title }
end


local function pod_of(root, module)
    return read(root .. "/pod/" .. module.dist.name .. "/" .. module.name .. ".pod")
end


local function print_section(root, module, section)
    local text = pod_of(root, module):sub(section.from + 1, section.to)

    if text:find("^=item") then
        text = "=over\n\n" .. text .. "\n\n=back\n"
    end

    io.stdout:write(pod_text.render(text))
end


-- Every section of all modules; of those with one title the last one comes first.
local function all_sections(documents)
    local list = {}

    for i = #documents.order, 1, -1 do
        local module = documents.modules[documents.order[i]]

        for _, section in ipairs(module.dist and module.sections or {}) do
            list[#list + 1] = { title = section.title, section = section, module = module }
        end
    end

    return list
end


local function find_module(documents, pattern)
    if pattern:find("/") or pattern:find("..", 1, true) then
        fail('Invalid module pattern "' .. pattern .. '".')
    end

    local modules = {}

    for _, name in ipairs(documents.order) do
        if documents.modules[name].dist then
            modules[#modules + 1] = documents.modules[name]
        end
    end

    return index.best(modules, pattern, names_of_module)
           or fail("No documentation found for module pattern " .. pattern .. ".")
end


local options = parse_arguments(arg)
local path = options.root .. "/resty.index"
local documents, err = index.parse(read(path), path)

if not documents then
    fail("ERROR: " .. err)
end

local section = options.section and options.section:lower()

if options.module then
    local module = find_module(documents, options.module)

    if not section then
        io.stdout:write(pod_text.render(pod_of(options.root, module)))
        return
    end

    local found = index.best(module.sections, section, titles_of_section)

    if not found then
        fail('Documentation for section pattern "' .. section .. '" in module ' .. module.name
             .. " not found.")
    end

    print_section(options.root, module, found)
    return
end

local found = index.best(all_sections(documents), section, titles_of_section)

if not found then
    fail('Documentation for section pattern "' .. section .. '" not found.')
end

print_section(options.root, found.module, found.section)
