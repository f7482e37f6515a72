-- opm: the command line.
local config = require "opm.config"
local files = require "opm.files"
local http = require "opm.http"
local install = require "opm.install"
local lock = require "opm.lock"
local root = require "opm.root"
local specs = require "opm.spec"

local VERSION = "0.0.7"

local USAGE = [[
opm [options] command package...

Options:
    -h
    --help              Prints this text.
    --install-dir=PATH  Installs into PATH instead of the system's folder.
    --cwd               Installs into ./resty_modules/.
    -V
    --version           Prints the version.

Commands:
    clean dist          Removes what a build has left here.
    get PACKAGE...      Installs packages: ACCOUNT/NAME, or "ACCOUNT/NAME >= VERSION".
    info PACKAGE...     Tells about installed packages.
    install PACKAGE...  The same as get.
    list                Lists the installed packages.
    remove PACKAGE...   Removes packages.
    search WORD...      Looks for packages in the index.
    uninstall PACKAGE...
                        The same as remove.
    update              Upgrades all installed packages.
    upgrade PACKAGE...  Replaces packages by newer versions.
]]

local bin = os.getenv("OPM_BIN") or "."
local home = os.getenv("HOME") or "/"
local options = {}


local function fatal(message)
    io.stdout:flush()
    io.stderr:write("ERROR: ", message, "\n")
    os.exit(1)
end


local function check(value, err)
    if not value then
        fatal(err)
    end

    return value, err
end


local function say(line)
    io.stderr:write(line, "\n")
end


local function open_root()
    local path

    if options.install_dir then
        path = options.install_dir

        if not files.is_dir(path) then
            fatal("user install dir " .. path .. " not found.")
        end

    elseif options.cwd then
        path = "resty_modules"
        check(files.make_dir(path))

    else
        path = bin .. "/../site"

        if not files.is_dir(path) then
            fatal("cannot find OpenResty system installation directory (" .. path .. " not found).")
        end
    end

    return check(root.new(path))
end


local function open_installer()
    check(files.make_dir(home .. "/.opm"))
    local settings = check(config.load(home .. "/.opmrc"))
    return install.new {
        server = settings.download_server,
        home = home .. "/.opm",
        bin = bin,
        root = open_root(),
        say = say,
    }
end


-- Runs `work` while no other opm changes anything; returns what it does.
local function locked(work, ...)
    check(files.make_dir(home .. "/.opm"))
    local path = home .. "/.opm/lock"
    check(lock.take(path))
    local done, ok, err = pcall(work, ...)
    lock.give_back(path)

    if not done then
        error(ok, 0)
    end

    return check(ok, err)
end


local function parse(words)
    return check(specs.parse_list(words, "(command-line argument)", true))
end


-- A name without account: shows whose package it may be.
local function show_candidates(installer, name)
    io.stderr:write("ERROR: package name ", name, " is not prefixed by an account name.\n")
    say("Finding candidates...")
    local url = installer.server .. "/api/pkg/search/name?" .. http.query { q = name }
    local answer, err = http.request("GET", url)
    say(answer and answer.body:gsub("\n$", "") or "ERROR: " .. err)
end


local commands = {}


function commands.get(words)
    if #words == 0 then
        fatal("no packages specified for fetch.")
    end

    local list = parse(words)
    local installer = open_installer()

    return locked(function()
        local complete = true

        for _, spec in ipairs(list) do
            local ok, err

            if spec.account then
                ok, err = installer:install(spec)

            elseif specs.SPECIAL[spec.name] then
                err = "you cannot install " .. spec.name .. " via opm."

            else
                show_candidates(installer, spec.name)
                complete = nil
                ok = true
            end

            if not ok then
                return nil, err
            end
        end

        return complete, "not all packages were installed."
    end)
end


local function not_installed(spec, meta)
    if meta and spec.account then
        return "package " .. specs.full_name(spec) .. " not installed yet (but "
               .. meta.account .. "/" .. spec.name .. " already installed)."
    end

    return "package " .. specs.full_name(spec) .. " not installed yet."
end


-- The installed package that spec names.
local function find(tree, spec)
    local meta = tree:meta(spec.name)

    if not meta or spec.account and spec.account ~= meta.account then
        fatal(not_installed(spec, meta))
    end

    return meta
end


function commands.remove(words)
    if #words == 0 then
        fatal("no packages specified for removal.")
    end

    local list = parse(words)
    local tree = open_root()

    return locked(function()
        for _, spec in ipairs(list) do
            local meta = tree:meta(spec.name)

            if not meta or spec.account and spec.account ~= meta.account then
                return nil, not_installed(spec, meta)
            end

            if spec.operator then
                say("WARNING: version constraints are ignored: " .. specs.describe(spec))
            end

            local ok, err = tree:remove(spec.name)

            if not ok then
                return nil, err
            end

            say("Package " .. meta.account .. "/" .. spec.name .. " " .. meta.version
                .. " removed successfully.")
        end

        return true
    end)
end


function commands.list()
    local tree = open_root()

    for _, name in ipairs(tree:packages()) do
        local meta = tree:meta(name) or {}
        local full = (meta.account or "?") .. "/" .. name
        io.stdout:write(("%-60s %s\n"):format(full, meta.version or "?"))
    end
end


local LICENSES = require "opm.licenses"


local function show_info(name, meta)
    local licenses = {}

    for license in (meta.license or ""):gmatch("[^,%s]+") do
        licenses[#licenses + 1] = LICENSES[license] or "Unknown"
    end

    local fields = {
        { "Name", name }, { "Version", meta.version }, { "Abstract", meta.abstract },
        { "Author", meta.author }, { "Account", meta.account }, { "Code Repo", meta.repo_link },
        { "License", table.concat(licenses, "\n" .. (" "):rep(19)) },
        { "Original Work", meta.is_original }, { "Requires", meta.requires },
    }

    for i = 1, 9 do
        local field = fields[i]

        if field[2] and field[2] ~= "" then
            io.stdout:write(("%-17s: %s\n"):format(field[1], field[2]))
        end
    end
end


function commands.info(words)
    local tree = open_root()

    if #words == 0 then
        words = tree:packages()

        if #words == 0 then
            fatal("no packages installed yet.")
        end
    end

    for i, spec in ipairs(parse(words)) do
        local meta = find(tree, spec)
        io.stdout:write(i > 1 and "\n" or "")
        show_info(spec.name, meta)
    end
end


local function upgrade_all(installer, list)
    for _, spec in ipairs(list) do
        local ok, err = installer:upgrade(spec.name, spec.account)

        if not ok then
            return nil, err
        end
    end

    return true
end


function commands.upgrade(words)
    if #words == 0 then
        fatal("no packages specified for upgrade.")
    end

    local list = parse(words)
    return locked(upgrade_all, open_installer(), list)
end


function commands.update()
    local installer = open_installer()
    local list = {}

    for i, name in ipairs(installer.root:packages()) do
        list[i] = { name = name }
    end

    return locked(upgrade_all, installer, list)
end


function commands.search(words)
    local query = table.concat(words, " ")

    if query == "" or #query > 128 or query:find("[^-%w_ .]") then
        fatal("bad query: " .. query)
    end

    local installer = open_installer()
    local url = installer.server .. "/api/pkg/search?" .. http.query { q = query }
    local answer = check(http.request("GET", url))

    if answer.status ~= 200 then
        fatal("failed to search on server: status " .. answer.status .. ": " .. answer.body)
    end

    io.stdout:write(answer.body)
end


function commands.clean(words)
    if #words == 0 then
        fatal("no clean argument specified.")
    end

    if words[1] ~= "dist" then
        fatal("unrecognized argument for clean: " .. words[1])
    end

    local entries = check(files.run("find", ".", "-maxdepth", "1", "-mindepth", "1", "-printf", "%f\\n"))

    for name in entries:gmatch("[^\n]+") do
        if name:find("^[-%w_]+%-[%w.]*%d[%w.]*%.tar%.gz$") then
            os.remove(name)
            say("removed file " .. name)

        elseif name:find("^[-%w_]+%-[%w.]*%d[%w.]*$") and files.exists(name .. "/dist.ini") then
            files.remove_tree(name)
            say("removed directory " .. name)
        end
    end
end


commands.install = commands.get
commands.uninstall = commands.remove


local function usage(status)
    (status == 0 and io.stdout or io.stderr):write(USAGE)
    io.stdout:flush()
    os.exit(status)
end


local function set_option(word)
    if word == "-h" or word == "--help" then
        usage(0)

    elseif word == "-V" or word == "--version" then
        io.stdout:write("opm ", VERSION, " (", jit.arch, "-", jit.os:lower(), ", ", jit.version, ")\n")
        os.exit(0)

    elseif word == "--cwd" then
        options.cwd = true

    elseif word:find("^%-%-install%-dir=") then
        options.install_dir = word:match("=(.*)")

    elseif word ~= "-v" and word ~= "--verbose" then
        io.stderr:write("ERROR: unknown option ", word, "\n\n")
        usage(1)
    end
end


local words = {}

for _, word in ipairs(arg) do
    if #words == 0 and word:sub(1, 1) == "-" then
        set_option(word)
    else
        words[#words + 1] = word
    end
end

if options.cwd and options.install_dir then
    fatal("conflicting options: --cwd and --install-dir=PATH cannot coexist.")
end

local command = table.remove(words, 1)

if not command then
    usage(1)
end

if not commands[command] then
    io.stderr:write("ERROR: unknown command: ", command, "\n\n")
    usage(1)
end

commands[command](words)
