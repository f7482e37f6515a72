# Which function may be called in which phase, and how the others refuse: see phase_matrix.lua.
use Test::Nginx::Socket::Lua 'no_plan';

use Cwd ();
use File::Basename ();

my $lib = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../lib');

# A location for each phase calls the function whose number is its argument n.
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(http_config => <<"END");
lua_package_path "$lib/?.lua;;";
lua_shared_dict matrix 1m;
lua_check_client_abort on;
init_by_lua_block {
    matrix = require "phase_matrix"
    function try(phase) matrix.try(phase, tonumber(ngx.var.arg_n)) end
    matrix.try_all("init")
}
init_worker_by_lua_block {
    if not ngx.shared.matrix:get("ngx.log init_worker") then
        matrix.try_all("init_worker")
    end
}
exit_worker_by_lua_block {
    matrix.try_all("exit_worker")
    ngx.shared.matrix:set("exited", true)
}
upstream balanced {
    server 0.0.0.1;
    balancer_by_lua_block {
        try("balancer")
        require("ngx.balancer").set_current_peer("127.0.0.1", ngx.var.server_port)
    }
}
END
    $block->set_value(config => <<'END');
set $matrix "";
server_rewrite_by_lua_block {
    if ngx.var.uri == "/server_rewrite" then
        try("server_rewrite")
    end
}
location = /ok { return 200; }
location = /server_rewrite { return 200; }
location = /set { set_by_lua_block $x { try("set") } return 200; }
location = /rewrite { rewrite_by_lua_block { try("rewrite") } content_by_lua_block { } }
location = /access { access_by_lua_block { try("access") } content_by_lua_block { } }
location = /precontent { precontent_by_lua_block { try("precontent") } content_by_lua_block { } }
location = /content { content_by_lua_block { try("content") } }
location = /header_filter { header_filter_by_lua_block { try("header_filter") } return 200 a; }
location = /body_filter { body_filter_by_lua_block { try("body_filter") } return 200 a; }
location = /log { log_by_lua_block { try("log") } return 200; }
location = /balancer { proxy_pass http://balanced/ok; }
location = /timer {
    content_by_lua_block { ngx.timer.at(0, function (_, n) matrix.try("timer", n) end, tonumber(ngx.var.arg_n)) }
}
location = /request {
    content_by_lua_block {
        local phases = { "set", "server_rewrite", "rewrite", "access", "precontent", "content",
                         "header_filter", "body_filter", "log", "balancer", "timer" }
        local conf = ngx.config.prefix() .. "conf/curl"
        local file = io.open(conf, "w")
        for _, phase in ipairs(phases) do
            for n = 1, #matrix.calls do
                file:write("url = http://127.0.0.1:", ngx.var.server_port, "/", phase, "?n=", n,
                           "\noutput = /dev/null\n")
            end
        end
        file:close()
        os.execute("(curl -s -m 20 -K " .. conf .. "; rm " .. conf .. ") &")
        repeat
            ngx.sleep(0.01)
            local left = io.open(conf)
            if left then left:close() end
        until not left and ngx.timer.running_count() == 0
        os.execute("kill -HUP $(cat " .. ngx.config.prefix() .. "logs/nginx.pid)")
        ngx.say(matrix.lines(phases))
    }
}
location = /process {
    content_by_lua_block {
        repeat ngx.sleep(0.002) until ngx.shared.matrix:get("exited")
        ngx.say(matrix.lines { "init", "init_worker", "exit_worker" })
    }
}
END
});

master_on();
workers(1);
repeat_each(1);
no_shuffle();
run_tests();

__DATA__

=== phases of a request, of the balancer and of timers, then those of the process
--- request eval
["GET /request", "GET /process"]
--- timeout: 60
--- response_body eval
[ <<'REQUEST', <<'PROCESS' ]
s  sr r  a  p  c  hf bf l  b  t  function
+  +  +  +  +  +  +  +  +  +  +  ngx.log
+  +  +  +  +  +  +  +  +  +  +  ngx.config.prefix
+  +  +  +  +  +  +  +  +  +  +  ngx.shared
+  +  +  +  +  +  +  +  +  +  +  ngx.md5
+  +  +  +  +  +  +  +  +  +  +  ngx.escape_uri
+  +  +  +  +  +  +  +  +  +  +  ngx.now
+  +  +  +  +  +  +  +  +  +  +  ngx.re.find
+  +  +  +  +  +  +  +  +  +  +  ngx.get_phase
+  +  +  +  +  +  +  +  +  +  +  ngx.worker.id
+  +  +  +  +  +  +  +  +  +  +  ngx.worker.exiting
+  +  +  +  +  +  +  +  +  +  +  ngx.worker.pids
+  +  +  +  +  +  +  +  +  +  +  ngx.ctx
+  c  c  c  c  c  c  +  c  c  c  ngx.arg
+  +  +  +  +  +  +  +  +  +  c  ngx.var
+  +  +  +  +  +  +  +  +  +  c  ngx.var=
+  +  +  +  +  +  +  +  +  +  c  ngx.status
+  +  +  +  +  +  +  +  +  +  c  ngx.status=
+  +  +  +  +  +  +  +  +  +  c  ngx.header
+  +  +  +  +  +  +  +  +  +  c  ngx.header=
+  +  +  +  +  +  +  +  +  +  c  ngx.resp.get_headers
+  +  +  +  +  +  +  +  +  +  c  ngx.headers_sent
+  +  +  +  +  +  +  +  +  +  c  ngx.is_subrequest
+  +  +  +  +  +  +  +  +  +  c  ngx.req.get_headers
+  +  +  +  +  +  +  +  +  +  c  ngx.req.set_header
+  +  +  +  +  +  +  +  +  +  c  ngx.req.clear_header
+  +  +  +  +  +  +  +  +  +  c  ngx.req.get_method
+  +  +  +  +  +  +  +  +  +  c  ngx.req.set_method
+  +  +  +  +  +  +  +  +  +  c  ngx.req.http_version
+  +  +  +  +  +  +  +  +  +  c  ngx.req.raw_header
+  +  +  +  +  +  +  +  +  +  c  ngx.req.is_internal
+  +  +  +  +  +  +  +  +  +  c  ngx.req.get_uri_args
+  +  +  +  +  +  +  +  +  +  c  ngx.req.set_uri_args
+  +  +  +  +  +  +  +  +  +  c  ngx.req.set_uri
+  +  +  +  +  +  +  +  +  +  +  ngx.req.start_time
x  +  +  x  x  x  x  x  x  x  c  ngx.req.set_uri jump
x  +  +  +  +  +  x  x  x  x  x  ngx.req.read_body
x  +  +  +  +  +  x  x  x  x  x  ngx.req.socket
+  +  +  +  +  +  +  +  +  +  c  ngx.req.discard_body
+  +  +  +  +  +  +  +  +  +  c  ngx.req.get_body_data
+  +  +  +  +  +  +  +  +  +  c  ngx.req.get_body_file
+  +  +  +  +  +  +  +  +  +  c  ngx.req.set_body_data
+  +  +  +  +  +  +  +  +  +  c  ngx.req.init_body
+  +  +  +  +  +  +  +  +  +  c  ngx.req.append_body
+  +  +  +  +  +  +  +  +  +  c  ngx.req.finish_body
x  +  +  +  +  +  x  x  x  x  x  ngx.print
x  +  +  +  +  +  x  x  x  x  x  ngx.say
x  +  +  +  +  +  x  x  x  x  x  ngx.flush
x  +  +  +  +  +  x  x  x  x  x  ngx.eof
x  +  +  +  +  +  x  x  x  x  x  ngx.send_headers
x  +  +  +  +  +  x  x  x  x  x  ngx.redirect
x  +  +  +  +  +  x  x  x  x  x  ngx.exec
x  +  +  +  +  +  +  x  x  +  +  ngx.exit
x  +  +  +  +  +  x  x  x  x  x  ngx.on_abort
x  x  +  +  x  +  x  x  x  x  x  ngx.location.capture
x  x  +  +  x  +  x  x  x  x  x  ngx.location.capture_multi
x  +  +  +  +  +  x  x  x  x  +  ngx.sleep
x  +  +  +  +  +  x  x  x  x  +  ngx.thread.spawn
x  +  +  +  +  +  x  x  x  x  +  ngx.thread.wait
+  +  +  +  +  +  +  +  +  +  +  semaphore.new
+  +  +  +  +  +  +  +  +  +  +  semaphore:post
x  +  +  +  +  +  x  x  x  x  +  semaphore:wait
x  +  +  +  +  +  x  x  x  x  +  ngx.socket.tcp
x  +  +  +  +  +  x  x  x  x  +  ngx.socket.connect
x  +  +  +  +  +  +  +  x  x  +  coroutine
+  +  +  +  +  +  +  +  +  +  +  ngx.timer.at
+  +  +  +  +  +  +  +  +  +  +  ngx.timer.every
+  +  +  +  +  +  +  +  +  +  +  ngx.timer.running_count
+  +  +  +  +  +  +  +  +  +  +  ngx.timer.pending_count
REQUEST
i  iw ew function
+  +  +  ngx.log
+  +  +  ngx.config.prefix
+  +  +  ngx.shared
+  +  +  ngx.md5
+  +  +  ngx.escape_uri
+  +  +  ngx.now
+  +  +  ngx.re.find
+  +  +  ngx.get_phase
+  +  +  ngx.worker.id
+  +  +  ngx.worker.exiting
c  c  +  ngx.worker.pids
n  +  +  ngx.ctx
n  c  c  ngx.arg
n  c  c  ngx.var
n  c  c  ngx.var=
n  c  c  ngx.status
n  c  c  ngx.status=
n  c  c  ngx.header
n  c  c  ngx.header=
n  c  c  ngx.resp.get_headers
n  c  c  ngx.headers_sent
n  c  c  ngx.is_subrequest
n  c  c  ngx.req.get_headers
n  c  c  ngx.req.set_header
n  c  c  ngx.req.clear_header
n  c  c  ngx.req.get_method
n  c  c  ngx.req.set_method
n  c  c  ngx.req.http_version
n  c  c  ngx.req.raw_header
n  c  c  ngx.req.is_internal
n  c  c  ngx.req.get_uri_args
n  c  c  ngx.req.set_uri_args
n  c  c  ngx.req.set_uri
n  +  +  ngx.req.start_time
n  c  c  ngx.req.set_uri jump
n  x  x  ngx.req.read_body
n  x  x  ngx.req.socket
n  c  c  ngx.req.discard_body
n  c  c  ngx.req.get_body_data
n  c  c  ngx.req.get_body_file
n  c  c  ngx.req.set_body_data
n  c  c  ngx.req.init_body
n  c  c  ngx.req.append_body
n  c  c  ngx.req.finish_body
n  x  x  ngx.print
n  x  x  ngx.say
n  x  x  ngx.flush
n  x  x  ngx.eof
n  x  x  ngx.send_headers
n  x  x  ngx.redirect
n  x  x  ngx.exec
n  x  x  ngx.exit
n  x  x  ngx.on_abort
n  x  x  ngx.location.capture
n  x  x  ngx.location.capture_multi
n  x  x  ngx.sleep
n  x  x  ngx.thread.spawn
n  x  x  ngx.thread.wait
+  +  +  semaphore.new
+  +  +  semaphore:post
n  x  x  semaphore:wait
n  x  x  ngx.socket.tcp
n  x  x  ngx.socket.connect
+  x  x  coroutine
n  +  x  ngx.timer.at
n  +  x  ngx.timer.every
n  +  +  ngx.timer.running_count
n  +  +  ngx.timer.pending_count
PROCESS
