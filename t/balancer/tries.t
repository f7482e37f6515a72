# Tries of balancer_by_lua*: set_more_tries, get_last_failure, retries with another request.
use Test::Nginx::Socket::Lua 'no_plan';

$ENV{TEST_NGINX_BACKEND} ||= 11985;

my $servers = <<'_EOC_';
    server {
        listen 127.0.0.1:$TEST_NGINX_BACKEND;
        location / {
            return 200 "x=$http_x\n";
        }
        location = /status {
            content_by_lua_block {
                ngx.status = tonumber(ngx.var.arg_code)
                ngx.say("status ", ngx.status)
            }
        }
        location = /hangs {
            content_by_lua_block {
                ngx.sleep(1)
            }
        }
    }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    my $settings = $block->settings // "";
    $block->set_value("http_config", "upstream backend {\n" . $block->upstream . "}\n" . $servers);
    $block->set_value("config", <<_EOC_) if !defined $block->config;
    set \$x first;
    location ~ . {
        proxy_next_upstream error timeout http_404 http_502;
        proxy_set_header X \$x;
        $settings
        proxy_pass http://backend;
    }
_EOC_
    $block->set_value("request", "GET /") if !defined $block->request;
    if (defined $block->runs) { # all fail
        $block->set_value("error_code", 502);
        $block->set_value("response_body_like", "502 Bad Gateway");
        $block->set_value("grep_error_log", "a run");
        $block->set_value("grep_error_log_out", "a run\n" x $block->runs);
    }
});

repeat_each(2);
run_tests();

__DATA__

=== one try if no more are asked for
--- upstream
balancer_by_lua_block {
    print("a run")
    require("ngx.balancer").set_current_peer("127.0.0.1", 1)
}
--- runs: 1



=== more tries, the last call counts
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    print("a run")
    if not ngx.ctx.asked then
        ngx.ctx.asked = true
        balancer.set_more_tries(7)
        balancer.set_more_tries(2)
    end
    balancer.set_current_peer("127.0.0.1", 1)
}
--- runs: 3



=== the servers' own tries count too
--- upstream
server 127.0.0.1:1;
server 127.0.0.1:2;
balancer_by_lua_block {
    print("a run")
    require("ngx.balancer").set_current_peer("127.0.0.1", 1)
}
--- runs: 2



=== proxy_next_upstream_tries is the limit of all tries
--- settings
proxy_next_upstream_tries 3;
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    local ok, err = balancer.set_more_tries(1)
    print("more: ", ok, ", ", err, ".")
    balancer.set_current_peer("127.0.0.1", 1)
}
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- grep_error_log eval: qr/more: [^.]+/
--- grep_error_log_out
more: true, nil
more: true, nil
more: true, reduced tries due to limit



=== the failure of the try before
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    local state, code = balancer.get_last_failure()
    ngx.ctx.last = (ngx.ctx.last or "") .. tostring(state) .. " " .. tostring(code) .. ";"
    if not state then
        balancer.set_more_tries(1)
    end
    balancer.set_current_peer("127.0.0.1", ngx.var.arg_port or $TEST_NGINX_BACKEND)
}
--- settings
header_filter_by_lua_block {
    ngx.header["X-Last"] = ngx.ctx.last
}
--- request eval
["GET /status?code=404", "GET /status?code=502", "GET /?port=1"]
--- error_code eval
[404, 502, 502]
--- response_headers eval
["X-Last: nil nil;next 404;", "X-Last: nil nil;failed 502;", "X-Last: nil nil;failed 502;"]



=== a retry sends what recreate_request made
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    if not balancer.get_last_failure() then
        balancer.set_more_tries(1)
        balancer.set_current_peer("127.0.0.1", 1)
        return
    end
    ngx.var.x = "second"
    assert(balancer.recreate_request())
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
}
--- response_body
x=second



=== each try is named in $upstream_addr
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    if not balancer.get_last_failure() then
        balancer.set_more_tries(1)
        balancer.set_current_peer("127.0.0.1", 1)
        return
    end
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
}
--- config
    location ~ . {
        proxy_pass http://backend;
        header_filter_by_lua_block {
            ngx.header["X-Tried"] = ngx.var.upstream_addr
        }
    }
--- response_headers
X-Tried: 127.0.0.1:1, 127.0.0.1:11985
--- response_body
x=



=== a timeout of its own
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    assert(balancer.set_timeouts(nil, nil, 0.05))
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
}
--- request
GET /hangs
--- error_code: 504
--- response_body_like: 504 Gateway Time-out
--- error_log
upstream timed out (110: Connection timed out) while reading response header from upstream



=== misuse
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    local function fails(...)
        local _, err = pcall(...)
        print(string.match(err, "bad .*"), ".")
    end
    fails(balancer.set_timeouts, 0)
    fails(balancer.set_timeouts, 1, "2")
    fails(balancer.set_timeouts, 1, 1, -1)
    fails(balancer.enable_keepalive, "1")
    fails(balancer.enable_keepalive, 1, -1)
    fails(balancer.set_current_peer, "127.0.0.1", 1, {})
    fails(balancer.bind_to_local_addr, 7)
    local _, err = balancer.enable_keepalive()
    print("bad: ", err, ".")
}
--- response_body
x=first
--- grep_error_log eval: qr/\bbad [^.]+|bad: [^.]+/
--- grep_error_log_out
bad connect timeout
bad send timeout
bad read timeout
bad argument #1 to 'enable_keepalive' (number expected, got string)
bad argument #2 to 'enable_keepalive' (expected >= 0)
bad argument #3 to 'set_current_peer' (string expected, got table)
bad argument #1 to 'bind_to_local_addr' (string expected, got number)
bad: no current peer set



=== outside the balancer phase
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
--- config
    location = /content {
        content_by_lua_block {
            local balancer = require "ngx.balancer"
            ngx.say(select(2, balancer.set_current_peer("127.0.0.1", 1)))
            ngx.say(select(3, balancer.get_last_failure()))
            ngx.say(balancer.set_timeouts(1, 1, 1))
        }
    }
    location = /filter {
        proxy_pass http://backend;
        header_filter_by_lua_block {
            local balancer = require "ngx.balancer"
            ngx.header["X-Error"] = select(2, balancer.enable_keepalive())
            ngx.header["X-Bind"] = select(2, balancer.bind_to_local_addr("127.0.0.1"))
        }
    }
--- request eval
["GET /content", "GET /filter"]
--- response_body eval
["no upstream found\nno upstream found\nfalseno upstream found\n", "x=\n"]
--- response_headers eval
["!X-Error", "X-Error: API disabled in the current context\nX-Bind: API disabled in the current context"]
