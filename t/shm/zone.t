# The lua_shared_dict directive, and names from the C side.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(1);
run_tests();

__DATA__

=== an empty name
--- http_config
    lua_shared_dict "" 1m;
--- config
    location = /t { return 200; }
--- must_die
--- error_log
[emerg]
invalid lua shared dict name ""



=== a size that is none
--- http_config
    lua_shared_dict dict 1x;
--- config
    location = /t { return 200; }
--- must_die
--- error_log
[emerg]
invalid lua shared dict size "1x"



=== a size below 8 KiB
--- http_config
    lua_shared_dict dict 8191;
--- config
    location = /t { return 200; }
--- must_die
--- error_log
[emerg]
invalid lua shared dict size "8191"



=== the same name twice
--- http_config
    lua_shared_dict dict 1m;
    lua_shared_dict dict 1m;
--- config
    location = /t { return 200; }
--- must_die
--- error_log
[emerg]
lua_shared_dict "dict" is already defined as "dict"



=== 8 KiB are enough for something
--- http_config
    lua_shared_dict dict 8k;
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.dict
            for i = 1, 20 do
                assert(d:safe_set("k" .. i, i))
            end
            ngx.say(d:capacity(), " ", d:get("k20"))
        }
    }
--- request
GET /t
--- response_body
8192 20
--- no_error_log
[error]
[crit]



=== init_by_lua can use dictionaries
--- http_config
    lua_shared_dict first 64k;
    lua_shared_dict second 1m;
    init_by_lua_block {
        ngx.shared.first:set("k", "from init")
        ngx.shared.second:set("k", 2)
    }
    init_worker_by_lua_block {
        ngx.shared.second:incr("k", 1)
    }
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.shared.first:get("k"), " ", ngx.shared.second:get("k"))
        }
    }
--- request
GET /t
--- response_body
from init 3
--- no_error_log
[error]



=== zones by name, and values, for C code
--- http_config
    lua_shared_dict dict 1m;
--- config
    location = /t {
        content_by_lua_block {
            local ffi = require "ffi"
            ffi.cdef [[
                typedef struct { uint8_t type; union { int b; double n; struct { size_t len; char *data; } s; } value; }
                    test_value_t;
                void *ngx_http_lua_find_zone(const char *name, size_t len);
                intptr_t ngx_http_lua_shared_dict_get(void *zone, const char *key, size_t len, test_value_t *value);
            ]]
            local C = ffi.C
            ngx.say(C.ngx_http_lua_find_zone("none", 4) == nil)
            local zone = C.ngx_http_lua_find_zone("dict", 4)
            ngx.say(zone ~= nil)

            local value, buf = ffi.new("test_value_t"), ffi.new("char[20]")
            local function get(key)
                value.value.s.len, value.value.s.data = 20, buf
                return tonumber(C.ngx_http_lua_shared_dict_get(zone, key, #key, value)), value.type
            end
            local d = ngx.shared.dict
            d:set("s", "hello") d:set("n", 1.5) d:set("b", true) d:set("long", string.rep("x", 21))
            local rc, type = get("s")
            ngx.say(rc, " ", type, " ", ffi.string(value.value.s.data, value.value.s.len))
            rc, type = get("n")
            ngx.say(rc, " ", type, " ", value.value.n)
            rc, type = get("b")
            ngx.say(rc, " ", type, " ", value.value.b)
            ngx.say((get("missing")))
            ngx.say((get("long")), " ", ffi.string(value.value.s.data, value.value.s.len))
            d:lpush("l", 1)
            ngx.say(get("l"))
        }
    }
--- request
GET /t
--- response_body
true
true
0 4 hello
0 3 1.5
0 1 1
-5
0 xxxxxxxxxxxxxxxxxxxx
-15
--- no_error_log
[error]



=== the functions of the FFI ABI
--- http_config
    lua_shared_dict dict 1m;
--- config
    location = /t {
        content_by_lua_block {
            local ffi = require "ffi"
            ffi.cdef [[
                void *ngx_http_lua_ffi_shdict_udata_to_zone(void *zone_udata);
                int ngx_http_lua_ffi_shdict_get(void *zone, const unsigned char *key, size_t key_len,
                    int *value_type, unsigned char **str_value_buf, size_t *str_value_len, double *num_value,
                    int *user_flags, int get_stale, int *is_stale, char **errmsg);
                typedef struct { void *zone; int op; const unsigned char *key; size_t key_len; int value_type;
                    const unsigned char *str; size_t str_len; double num; long exptime; int user_flags;
                    char **errmsg; int *forcible; } test_store_t;
                int ngx_http_lua_ffi_shdict_store_macos(test_store_t *params);
            ]]
            local C = ffi.C
            local zone = C.ngx_http_lua_ffi_shdict_udata_to_zone(ngx.shared.dict[1])
            local vtype, flags, stale, forcible = ffi.new("int[1]"), ffi.new("int[1]"), ffi.new("int[1]"), ffi.new("int[1]")
            local buf = ffi.new("unsigned char[8]")
            local str, len, num = ffi.new("unsigned char *[1]"), ffi.new("size_t[1]"), ffi.new("double[1]")
            local err = ffi.new("char *[1]")
            local function get(key)
                str[0], len[0] = buf, 8
                local rc = C.ngx_http_lua_ffi_shdict_get(zone, key, #key, vtype, str, len, num, flags, 0, stale, err)
                if rc ~= 0 then
                    return rc, ffi.string(err[0])
                end
                if vtype[0] == 4 then
                    local s = ffi.string(str[0], len[0])
                    if str[0] ~= buf then
                        C.free(str[0])
                    end
                    return "string", s, flags[0]
                elseif vtype[0] == 1 then
                    return "boolean", buf[0], flags[0]
                end
                return vtype[0], num[0], flags[0]
            end
            local p = ffi.new("test_store_t", { zone = zone, op = 1, key = "abi", key_len = 3, value_type = 4,
                                                str = "from C", str_len = 6, user_flags = 7, errmsg = err,
                                                forcible = forcible })
            ngx.say(C.ngx_http_lua_ffi_shdict_store_macos(p))
            ngx.say(get("abi"))
            ngx.say(C.ngx_http_lua_ffi_shdict_store_macos(p), " ", ffi.string(err[0]))
            local d = ngx.shared.dict
            d:set("long", "longer than eight bytes")
            d:set("no", false)
            d:set("n", 8)
            d:lpush("l", 1)
            ngx.say(get("long"))
            ngx.say(get("no"))
            ngx.say(get("n"))
            ngx.say(get("l"))
        }
    }
--- request
GET /t
--- response_body
0
stringfrom C7
-5 exists
stringlonger than eight bytes0
boolean00
380
-1value is a list
--- no_error_log
[error]
