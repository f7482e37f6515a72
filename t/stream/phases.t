# preread_by_lua* and log_by_lua* of stream servers, and what the phases of a session share.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

repeat_each(2);
run_tests();

__DATA__

=== preread runs before the content and may wait
--- stream_server_config
    preread_by_lua_block {
        ngx.ctx.seen = ngx.get_phase()
        ngx.sleep(0.01)
        ngx.say("preread")
    }
    content_by_lua_block {
        ngx.say("then ", ngx.get_phase(), ", after ", ngx.ctx.seen)
    }
--- stream_response
preread
then content, after preread



=== a status ends the session in preread, ngx.OK only the handler
--- stream_server_config
    preread_by_lua_block {
        ngx.say("stop")
        ngx.exit(403)
    }
    return "never\n";
--- stream_response
stop



=== a session that preread ends delivers all output first
--- stream_server_config
    preread_by_lua_block {
        ngx.say(("x"):rep(5000000))
        ngx.exit(200)
    }
    return "never\n";
--- stream_response eval
("x" x 5000000) . "\n"



=== ngx.exit(ngx.OK) in preread goes on with the content
--- stream_server_config
    preread_by_lua_block {
        ngx.exit(ngx.OK)
        ngx.say("never")
    }
    return "content\n";
--- stream_response
content



=== an error in preread ends the session
--- stream_server_config
    preread_by_lua_block { error("no way") }
    return "never\n";
--- stream_response
--- error_log
runtime error: preread_by_lua(nginx.conf:
no way
--- no_error_log
[alert]



=== ssl_preread has run before, unless postponing is off
--- stream_server_config
    ssl_preread on;
    preread_by_lua_block { ngx.ctx.name = ngx.var.ssl_preread_server_name }
    content_by_lua_block { ngx.say("name: ", ngx.ctx.name) }
--- stream_request eval
my $name = "stream.test";
my $list = pack("n/a*", pack("Cn/a*", 0, $name));
my $extensions = pack("n/a*", pack("nn/a*", 0, $list));
my $hello = pack("n", 0x0303) . ("r" x 32) . pack("C", 0) . pack("n/a*", pack("n", 0x1301)) . pack("CC", 1, 0) . $extensions;
my $handshake = pack("C", 1) . substr(pack("N", length $hello), 1) . $hello;
pack("Cn", 22, 0x0301) . pack("n/a*", $handshake)
--- stream_response
name: stream.test



=== the log handler sees the session's ctx and status
--- stream_server_config
    content_by_lua_block {
        ngx.ctx.count = 7
        ngx.exit(503)
    }
    log_by_lua_block {
        ngx.log(ngx.WARN, ngx.get_phase(), " ", ngx.ctx.count, " ", ngx.status)
    }
--- stream_response
--- wait: 0.1
--- error_log
log 7 503
--- no_error_log
[error]



=== an error in the log handler is logged
--- stream_server_config
    return "x";
    log_by_lua_block { error() }
--- stream_response: x
--- wait: 0.1
--- error_log
failed to run log_by_lua*: unknown reason



=== a handler of the server takes the place of the outer one
--- stream_config
    preread_by_lua_block { ngx.say("outer") }
    log_by_lua_block { ngx.log(ngx.WARN, "outer log") }
--- stream_server_config
    preread_by_lua_block { ngx.say("inner") }
    return "";
--- stream_response
inner
--- wait: 0.1
--- error_log
outer log
--- no_error_log
[error]



=== variables are read, written and added
--- stream_config
    lua_add_variable $mine;
    lua_add_variable $mine;
    map $remote_addr $mapped {
        default "m";
    }
--- stream_server_config
    preread_by_lua_block {
        ngx.say(ngx.var.mine, " ", ngx.var.Remote_Addr, " ", ngx.var.mapped, " ", ngx.var.none)
        ngx.var.mine = 12
        ngx.say(ngx.var.MINE)
        ngx.say(select(2, pcall(function () ngx.var.none = 1 end)))
        ngx.say(select(2, pcall(function () return ngx.var[true] end)))
    }
    return "$mine\n";
--- stream_response_like
^nil 127\.0\.0\.1 m nil
12
.*variable "none" not found for writing; maybe it is a built-in variable that is not changeable or you forgot to use "set \$none '';" in the config file to define it first
.*bad variable name
12



=== APIs that need the client are refused without one
--- stream_config
    init_worker_by_lua_block {
        package.loaded.said = select(2, pcall(ngx.say, "x"))
    }
--- lua
ngx.say((package.loaded.said))
ngx.timer.at(0, function ()
    for _, name in ipairs { "say", "print", "flush", "eof" } do
        ngx.log(ngx.WARN, name, ": ", select(2, pcall(ngx[name])))
    end
end)
--- stream_response
API disabled in the context of init_worker_by_lua*
--- wait: 0.2
--- error_log
say: API disabled in the context of ngx.timer
print: API disabled in the context of ngx.timer
flush: API disabled in the context of ngx.timer
eof: API disabled in the context of ngx.timer
--- no_error_log
[error]



=== shared dictionaries keep values between sessions
--- stream_config
    lua_shared_dict things 1m;
--- lua
local things = ngx.shared.things
things:add("count", 0)
ngx.say(things:incr("count", 1) >= 1, " ", things:get("count") >= 1)
--- stream_response
true true
