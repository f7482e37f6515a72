-- ngx.re: match, find, gmatch, sub and gsub over PCRE2.
local ffi = require "ffi"
local base = require "resty.core.base"
local captures = require "resty.core.regex.captures"
local program = require "resty.core.regex.program"
local strbuf = require "string.buffer"

local C = ffi.C
local exec = C.ngx_lua_ffi_exec_regex
local band = require("bit").band
local cast = ffi.cast
local gc = ffi.gc
local setmetatable = setmetatable
local tostring = tostring
local type = type

local add_names, fill = captures.add_names, captures.fill
local get_program = program.get
local guard, release, release_guarded = program.guard, program.release, program.release_guarded

local chars_type = ffi.typeof("const char *")
local replaced = ffi.new("ngx_str_t[1]")

local NO_MATCH = -1
local BAD_TEMPLATE = -0x80000000

local MAX_SPARE_BUFFER = 65536

local spare_buffer
local buf_grow_ratio = 2

local M = { version = base.version, no_pcre = false }
local re = {}


local function start_offset(ctx)
    local pos = ctx.pos

    if not pos or pos <= 0 then
        return 0
    end

    return pos - 1
end


local function exec_error(rc)
    if rc == NO_MATCH then
        return nil
    end

    return "pcre_exec() failed: " .. rc
end


local function build_captures(prog, subj, res)
    if res then
        fill(res, subj, prog.captures, prog.groups)
    else
        res = prog.build(subj, prog.captures, prog.groups)
    end

    if prog.names then
        add_names(res, prog.names)
    end

    return res
end


function re.match(subj, regex, opts, ctx, res)
    if type(subj) ~= "string" then
        subj = tostring(subj)
    end

    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, err
    end

    local pos = ctx and start_offset(ctx) or 0
    local rc = exec(prog.re, 0, subj, #subj, pos)

    if rc < 0 then
        release(prog)
        if rc == NO_MATCH then
            return nil
        end
        return nil, exec_error(rc)
    end

    if ctx then
        ctx.pos = prog.captures[1] + 1
    end

    if prog.plain and not res then
        return prog.build(subj, prog.captures, prog.groups)
    end

    res = build_captures(prog, subj, res)
    release(prog)
    return res
end


function re.find(subj, regex, opts, ctx, nth)
    if type(subj) ~= "string" then
        subj = tostring(subj)
    end

    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, nil, err
    end

    local pos = ctx and start_offset(ctx) or 0
    local rc = exec(prog.re, 0, subj, #subj, pos)

    if rc < 0 then
        release(prog)
        if rc == NO_MATCH then
            return nil
        end
        return nil, nil, exec_error(rc)
    end

    local offsets = prog.captures
    if ctx then
        ctx.pos = offsets[1] + 1
    end

    if not nth or nth < 0 then
        nth = 0
    elseif nth > prog.groups then
        release(prog)
        return nil, nil, "nth out of bound"
    end

    local from, to = offsets[2 * nth], offsets[2 * nth + 1]
    release(prog)

    if from < 0 then
        return nil, nil
    end

    return from + 1, to
end


-- Where to look for the next match; past the end of the subject there is none. An empty match moves
-- on by one byte.
local function next_offset(offsets)
    local from, to = offsets[0], offsets[1]

    return to > from and to or to + 1
end


local function finish(iterator)
    release_guarded(iterator.prog)
    iterator.pos = nil
    iterator.prog = nil
end


local function next_match(iterator)
    local pos = iterator.pos
    if not pos then
        return nil
    end

    local prog, subj = iterator.prog, iterator.subj
    local rc = exec(prog.re, 0, subj, #subj, pos)

    if rc < 0 then
        finish(iterator)
        if rc == NO_MATCH then
            return nil
        end
        return nil, exec_error(rc)
    end

    local res = build_captures(prog, subj, nil)
    pos = next_offset(prog.captures)

    if pos > #subj then
        finish(iterator)
    else
        iterator.pos = pos
    end

    return res
end

local iterator_mt = { __call = next_match }


function re.gmatch(subj, regex, opts)
    if type(subj) ~= "string" then
        subj = tostring(subj)
    end

    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, err
    end

    guard(prog)
    return setmetatable({ prog = prog, subj = subj, pos = 0 }, iterator_mt)
end


-- One buffer is kept for the next call. It is taken out while in use: a replacement function may
-- call gsub in turn, wait, or never come back.
local function take_buffer()
    local buf = spare_buffer

    spare_buffer = nil
    return buf or strbuf.new()
end


local function take_text(buf)
    local text = buf:get()

    if #text <= MAX_SPARE_BUFFER then
        spare_buffer = buf
    end

    return text
end


-- The function may do anything, such as running this program on another subject: offsets are read
-- before it is called.
local function replace_by_function(prog, subj, func, global)
    local offsets = prog.captures
    local len = #subj
    local buf = take_buffer()
    local pos, done, count = 0, 0, 0

    while pos <= len do
        local rc = exec(prog.re, 0, subj, len, pos)
        if rc == NO_MATCH then
            break
        elseif rc < 0 then
            return nil, nil, exec_error(rc)
        end

        local from, to = offsets[0], offsets[1]
        pos = next_offset(offsets)
        buf:putcdata(cast(chars_type, subj) + done, from - done)
        buf:put(tostring(func(build_captures(prog, subj, nil))))
        done = to
        count = count + 1

        if not global then
            break
        end
    end

    if count == 0 then
        spare_buffer = buf
        return subj, 0
    end

    buf:putcdata(cast(chars_type, subj) + done, len - done)
    return take_text(buf), count
end


local function replace_by_template(prog, subj, replacement, global)
    local count = C.ngx_lua_ffi_regex_replace(prog.re, subj, #subj, replacement, #replacement,
                                              global and 1 or 0, replaced)
    if count > 0 then
        return ffi.string(replaced[0].data, replaced[0].len), count
    end

    if count == 0 then
        return subj, 0
    end

    if count == BAD_TEMPLATE then
        return nil, nil, "failed to compile the replacement template"
    end

    return nil, nil, exec_error(count)
end


local function substitute(subj, prog, replacement, global)
    if type(subj) ~= "string" then
        subj = tostring(subj)
    end

    local new, count, err

    if type(replacement) == "function" then
        guard(prog)
        new, count, err = replace_by_function(prog, subj, replacement, global)
        release_guarded(prog)
    else
        new, count, err = replace_by_template(prog, subj, tostring(replacement), global)
        release(prog)
    end

    if err then
        return nil, nil, err
    end

    return new, count
end


function re.sub(subj, regex, replacement, opts)
    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, nil, err
    end

    return substitute(subj, prog, replacement, false)
end


function re.gsub(subj, regex, replacement, opts)
    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, nil, err
    end

    return substitute(subj, prog, replacement, true)
end


-- What follows is for libraries that drive the FFI themselves.

function M.set_buf_grow_ratio(ratio)
    buf_grow_ratio = ratio
end


function M.is_regex_cache_empty()
    return program.is_cache_empty()
end


-- A compiled pattern, whether it is cached, and its flags; or nil and a message. One that is not
-- cached is to be destroyed by the caller.
function M.re_match_compile(regex, opts)
    local prog, err = get_program(regex, opts)
    if not prog then
        return nil, err
    end

    guard(prog)
    return prog.re, prog.slot ~= nil, prog.flags
end


function M.re_sub_compile(regex, opts, replacement, func)
    local compiled, cached, flags = M.re_match_compile(regex, opts)
    if not compiled then
        return nil, cached -- the message
    end

    if func then
        return compiled, cached, flags
    end

    if C.ngx_lua_ffi_compile_replace_template(compiled, replacement, #replacement) ~= 0 then
        if not cached then
            M.destroy_compiled_regex(compiled)
        end
        return nil, "failed to compile the replacement template"
    end

    return compiled, cached, flags
end


function M.destroy_compiled_regex(compiled)
    C.ngx_lua_ffi_destroy_regex(gc(compiled, nil))
end


function M.collect_captures(compiled, rc, subj, flags, res)
    local duplicates = band(flags or 0, program.DUPLICATE_NAMES) ~= 0
    local names = captures.names(compiled, duplicates)

    res = fill(res or {}, subj, compiled.captures, compiled.ncaptures)
    if names then
        add_names(res, names)
    end

    return res
end


-- Makes room for `new_len` bytes in a buffer that holds `len`; returns the buffer, its size, where
-- to go on writing, and `new_len`.
function M.check_buf_size(buf, buf_size, pos, len, new_len, must_alloc)
    if new_len <= buf_size then
        return buf, buf_size, pos, new_len
    end

    buf_size = math.max(buf_size * buf_grow_ratio, new_len)

    local new_buf = base.get_string_buf(buf_size, must_alloc)
    ffi.copy(new_buf, buf, len)
    return new_buf, buf_size, new_buf + len, new_len
end


ngx.re = re

return M
