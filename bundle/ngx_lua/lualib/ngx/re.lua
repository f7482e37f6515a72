-- ngx.re: splitting by a pattern, and settings of the regex engine.
local ffi = require "ffi"
local base = require "resty.core.base"
local core_regex = require "resty.core.regex"

if core_regex.no_pcre then
    error("no support for 'ngx.re' module: OpenResty was compiled without PCRE support", 3)
end

local program = require "resty.core.regex.program"

local C = ffi.C
local exec = C.ngx_lua_ffi_exec_regex
local huge = math.huge
local sub = string.sub
local tostring = tostring
local type = type
local get_program, release = program.get, program.release

ffi.cdef[[
int ngx_lua_ffi_set_jit_stack_size(int size, unsigned char *errstr, size_t *errstr_size);
]]

local NO_MATCH = -1
local ERROR_SIZE = 128

local M = { version = base.version }


-- Fills `res` with at most `max` pieces of the subject from `start` on (and what the first group
-- matched between them); returns the number of entries, or nil and PCRE2's error code.
local function split_into(res, prog, subj, start, max)
    local offsets, groups = prog.captures, prog.groups
    local len = #subj
    local n, pieces = 0, 0
    local pos = start

    while pos <= len and pieces < max - 1 do
        local rc = exec(prog.re, 0, subj, len, pos)
        if rc == NO_MATCH then
            break
        elseif rc < 0 then
            return nil, rc
        end

        local from, to = offsets[0], offsets[1]
        pos = to > from and to or to + 1

        -- An empty match does not make an empty piece: it has to leave something before it.
        if to > from or from > start then
            pieces = pieces + 1
            n = n + 1
            res[n] = sub(subj, start + 1, from)

            if groups > 0 and offsets[2] >= 0 then
                n = n + 1
                res[n] = sub(subj, offsets[2] + 1, offsets[3])
            end

            start = to
        end
    end

    n = n + 1
    res[n] = sub(subj, start + 1)
    return n
end


local function start_offset(ctx)
    local pos = ctx and ctx.pos

    if not pos or pos <= 0 then
        return 0
    end

    return pos - 1
end


function M.split(subj, regex, opts, ctx, max, res)
    if type(subj) ~= "string" then
        subj = tostring(subj)
    end

    if res == nil then
        res = {}
    elseif type(res) ~= "table" then
        error("res is not a table", 2)
    end

    local start = start_offset(ctx)
    if start >= #subj then
        res[1] = nil
        return res
    end

    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, err
    end

    local limited = max and max > 0
    local n, rc = split_into(res, prog, subj, start, limited and max or huge)
    release(prog)

    if not n then
        return nil, "pcre_exec() failed: " .. rc
    end

    if not limited then
        while n > 0 and res[n] == "" do
            res[n] = nil
            n = n - 1
        end
    end

    res[n + 1] = nil
    return res
end


function M.opt(option, value)
    if option ~= "jit_stack_size" then
        error("unrecognized option name", 2)
    end

    if not core_regex.is_regex_cache_empty() then
        error("changing jit stack size is not allowed when some regexs have already been compiled "
              .. "and cached", 2)
    end

    local errbuf = base.get_string_buf(ERROR_SIZE)
    local size = base.get_size_ptr()
    size[0] = ERROR_SIZE

    if C.ngx_lua_ffi_set_jit_stack_size(value, errbuf, size) ~= 0 then
        error(ffi.string(errbuf, size[0]), 2)
    end
end


return M
