# ngx.var, ngx.ctx, ngx.get_phase.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== variables are read in any case
--- lua
ngx.say(ngx.var.uri, " ", ngx.var.URI, " ", ngx.var.arg_a, " ", ngx.var.arg_none, " ", ngx.var.no_such)
--- request
GET /t?a=b
--- response_body
/t /t b nil nil



=== an empty value is not an absent one
--- lua
ngx.say("[", ngx.var.args, "] [", ngx.var.arg_a, "]")
--- request
GET /t?a=
--- response_body
[a=] []



=== variables of set can be written
--- config
    location = /set {
        set $mine "";
        content_by_lua_block {
            ngx.say("[", ngx.var.mine, "]")
            ngx.var.mine = "text"
            ngx.say(ngx.var.mine)
            ngx.var.MINE = 12
            ngx.say(ngx.var.mine)
            ngx.var.mine = true
            ngx.say(ngx.var.mine)
            ngx.var.mine = nil
            ngx.say(ngx.var.mine)
        }
    }
--- request
GET /set
--- response_body
[]
text
12
true
nil
--- no_error_log
[error]



=== what cannot be read or written
--- lua
fails(function () local v = ngx.var[true] end)
fails(function () local v = ngx.var[{}] end)
fails(function () ngx.var[1] = "x" end)
fails(function () ngx.var.no_such = "x" end)
fails(function () ngx.var.uri = "/x" end)
--- response_body
here: bad variable name
here: bad variable name
here: bad variable name
here: variable "no_such" not found for writing; maybe it is a built-in variable that is not changeable or you forgot to use "set $no_such '';" in the config file to define it first
here: variable "uri" not changeable



=== captures of the location by number
--- config
    location ~ ^/num/(\w+)-(\d*)(x)?$ {
        content_by_lua_block {
            ngx.say(ngx.var[1], "|", ngx.var[2], "|", ngx.var[3], "|", ngx.var[4], "|", ngx.var[0], "|", ngx.var[-1])
        }
    }
--- request
GET /num/abc-12
--- response_body
abc|12|nil|nil|nil|nil
--- no_error_log
[error]



=== the context lives from phase to phase
--- config
    location = /phases {
        rewrite_by_lua_block { ngx.ctx.trace = ngx.get_phase() }
        access_by_lua_block { ngx.ctx.trace = ngx.ctx.trace .. " " .. ngx.get_phase() }
        content_by_lua_block { ngx.say(ngx.ctx.trace, " ", ngx.get_phase()) }
        header_filter_by_lua_block { ngx.ctx.header = ngx.get_phase() }
        body_filter_by_lua_block { ngx.ctx.body = ngx.get_phase() }
        log_by_lua_block { ngx.log(ngx.WARN, "seen: ", ngx.ctx.header, " ", ngx.ctx.body, " ", ngx.get_phase()) }
    }
--- request
GET /phases
--- response_body
rewrite access content
--- error_log
seen: header_filter body_filter log
--- no_error_log
[error]



=== a table may be put in the context's place
--- lua
ngx.ctx.old = 1
local mine = { a = "b" }
ngx.ctx = mine
ngx.say(ngx.ctx == mine, " ", ngx.ctx.old, " ", ngx.ctx.a)
fails(function () ngx.ctx = 1 end)
--- response_body_like chop
\Atrue nil b
.*resty/core/ctx\.lua:\d+: ctx should be a table while getting a number
\z



=== each request has a context of its own
--- config
    location = /own {
        content_by_lua_block {
            ngx.say(ngx.ctx.seen)
            ngx.ctx.seen = true
        }
    }
--- pipelined_requests eval
["GET /own", "GET /own", "GET /own"]
--- response_body eval
["nil\n", "nil\n", "nil\n"]
--- no_error_log
[error]



=== before requests there is neither
--- http_config
init_by_lua_block {
    ngx.log(ngx.WARN, "phase: ", ngx.get_phase())
    for _, f in ipairs { function () return ngx.ctx end, function () return ngx.var.uri end,
                         function () return ngx.status end, function () return ngx.header.x end,
                         function () ngx.exit(1) end, ngx.req.get_headers, ngx.req.get_uri_args,
                         ngx.req.start_time } do
        local ok, err = pcall(f)
        assert(not ok and err:find("no request found", 1, true), err)
    end
}
init_worker_by_lua_block {
    ngx.log(ngx.WARN, "phase: ", ngx.get_phase())
}
--- lua
ngx.say("ok")
--- response_body
ok



=== a call of capture_multi that fails keeps no ctx table
--- lua
local tables = setmetatable({}, { __mode = "k" })
local function attempt()
    local ctx = {}
    tables[ctx] = true
    return pcall(ngx.location.capture_multi, { { "/a", { ctx = ctx } }, { "/../.." } })
end
ngx.say(attempt())
collectgarbage()
collectgarbage()
ngx.say(next(tables))
--- response_body
falseunsafe uri in argument #1: /../..
nil
--- no_error_log
[alert]
