-- Compiled patterns of the regex API: options, compilation, the cache behind option "o".
--
-- A program is a table around the C side's Regex:
--     re, captures    the FFI pointer and its int array of byte offsets
--     groups          number of capture groups
--     names           names and group numbers of named groups (see captures.lua), or false
--     build           makes the captures table of a match
--     flags           the ABI's flag bits
--     slot            its place in the queue of cached programs; nil: the caller releases it
--     plain           cached and without names: a match is over when its table is built
local ffi = require "ffi"
local bit = require "bit"
local base = require "resty.core.base"
local captures = require "resty.core.regex.captures"
local queue = require "resty.lrucache.queue"

local C = ffi.C
local byte, sub = string.byte, string.sub
local band, bor = bit.band, bit.bor
local gc = ffi.gc
local to_front = queue.to_front
local get_string_buf = base.get_string_buf

local USED = queue.USED
local ERROR_SIZE = 256

ffi.cdef[[

typedef struct {
    void                *pool;
    const unsigned char *name_table;
    int                  name_count;
    int                  name_entry_size;
    int                  ncaptures;
    int                 *captures;
    void                *regex;
    void                *regex_sd;
    void                *replace;
    const char          *pattern;
} ngx_lua_regex_t;

const char *ngx_lua_ffi_pcre_version(void);

ngx_lua_regex_t *ngx_lua_ffi_compile_regex(const unsigned char *pat, size_t pat_len, int flags,
    int pcre_opts, unsigned char *errstr, size_t errstr_size);

int ngx_lua_ffi_exec_regex(ngx_lua_regex_t *re, int flags, const unsigned char *s, size_t len,
    int pos);

void ngx_lua_ffi_destroy_regex(ngx_lua_regex_t *re);

int ngx_lua_ffi_compile_replace_template(ngx_lua_regex_t *re, const unsigned char *replace_data,
    size_t replace_len);

int ngx_lua_ffi_regex_replace(ngx_lua_regex_t *re, const unsigned char *s, size_t len,
    const unsigned char *replacement, size_t replacement_len, int global,
    ngx_str_t *out);

uint32_t ngx_lua_ffi_max_regex_cache_size(void);
]]

local M = {
    COMPILE_ONCE = 0x01,
    DFA = 0x02,
    DUPLICATE_NAMES = 0x08,
}

-- Option letter to flag bits of the ABI and option bits of PCRE2.
local LETTERS = {
    a = { 0, 0x80000000 },
    d = { 0x02, 0 },
    D = { 0x08, 0x00000040 },
    i = { 0, 0x00000008 },
    j = { 0x04, 0 },
    J = { 0, 0x00000203 },
    m = { 0, 0x00000400 },
    o = { 0x01, 0 },
    s = { 0, 0x00000020 },
    u = { 0, 0x00080000 },
    U = { 0x10, 0x00080000 },
    x = { 0, 0x00000080 },
}

local parsed_options = {}

-- cache[opts][regex]: two lookups that cost next to nothing in a trace, where both are constants.
local cache = {}
local programs = {} -- by slot
local nodes, free
local capacity
local cached_any = false


local function parse_options(opts)
    local flags, pcre_opts = 0, 0

    for i = 1, #opts do
        local bits = LETTERS[sub(opts, i, i)]
        if not bits then
            error('unknown flag "' .. sub(opts, i, i) .. '" (flags "' .. opts .. '")', 4)
        end
        flags = bor(flags, bits[1])
        pcre_opts = bor(pcre_opts, bits[2])
    end

    local options = { flags, pcre_opts }
    parsed_options[opts] = options
    return options
end


-- The queue is made with the first pattern: only then the configuration is known for sure.
local function open_cache()
    capacity = C.ngx_lua_ffi_max_regex_cache_size()

    if capacity > 0 then
        nodes, free = queue.new(capacity)
    end
end


local function store(program, regex, opts)
    local slot = nodes[free].next

    if slot == free then
        slot = nodes[USED].prev
        local oldest = programs[slot]
        cache[oldest.opts][oldest.regex] = nil
    end

    local by_regex = cache[opts]
    if not by_regex then
        by_regex = {}
        cache[opts] = by_regex
    end

    gc(program.re, C.ngx_lua_ffi_destroy_regex)
    program.regex = regex
    program.opts = opts
    program.slot = slot
    program.plain = not program.names
    by_regex[regex] = program
    programs[slot] = program
    to_front(nodes, slot, USED)
    cached_any = true
end


local function compile(regex, opts)
    local options = parsed_options[opts] or parse_options(opts)
    local flags = options[1]

    if not capacity then
        open_cache()
    end

    local errbuf = get_string_buf(ERROR_SIZE)
    local re = C.ngx_lua_ffi_compile_regex(regex, #regex, flags, options[2], errbuf, ERROR_SIZE)
    if re == nil then
        return nil, ffi.string(errbuf)
    end

    local groups = re.ncaptures
    local program = {
        re = re,
        captures = re.captures,
        groups = groups,
        names = captures.names(re, band(flags, M.DUPLICATE_NAMES) ~= 0),
        build = captures.builder(groups),
        flags = flags,
        plain = false,
    }

    if band(flags, M.COMPILE_ONCE) ~= 0 and capacity > 0 then
        store(program, regex, opts)
    end

    return program
end


-- The program of a pattern, or nil and a message. Raises for an unknown option, at the caller's
-- caller.
function M.get(regex, opts)
    local by_regex = cache[opts]
    local program = by_regex and by_regex[regex]

    if program then
        if nodes[USED].next ~= program.slot then
            to_front(nodes, program.slot, USED)
        end
        return program
    end

    return compile(regex, opts or "")
end


-- To be called when a match is over, in any way.
function M.release(program)
    if not program.slot then
        C.ngx_lua_ffi_destroy_regex(program.re)
    end
end


-- For a program that outlives the call, or is in use while a Lua error may strike: the garbage
-- collector releases it if nobody does.
function M.guard(program)
    if not program.slot then
        gc(program.re, C.ngx_lua_ffi_destroy_regex)
    end
end


function M.release_guarded(program)
    if not program.slot then
        C.ngx_lua_ffi_destroy_regex(gc(program.re, nil))
    end
end


function M.is_cache_empty()
    return not cached_any
end


return M
