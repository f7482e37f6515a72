# balancer_by_lua* and ngx.balancer for stream.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

# Servers that say who they are.
$ENV{TEST_NGINX_PEERS} = join "\n", map { "server { listen 127.0.0.$_:12399; return \"peer $_\\n\"; }" } 2, 3;

repeat_each(2);
run_tests();

__DATA__

=== Lua code chooses the peer, by what preread has left
--- stream_config eval
<<"END";
$ENV{TEST_NGINX_PEERS}
upstream backend {
    server 0.0.0.1:1;
    balancer_by_lua_block {
        local balancer = require "ngx.balancer"
        assert(ngx.get_phase() == "balancer")
        assert(balancer.set_current_peer("127.0.0.2", 1))
        assert(balancer.set_current_peer(ngx.ctx.peer, 12399))
    }
}
END
--- stream_server_config
    preread_by_lua_block { ngx.ctx.peer = "127.0.0.3" }
    proxy_pass backend;
--- stream_response
peer 3



=== without a choice the servers of the block are used
--- stream_config eval
<<"END";
$ENV{TEST_NGINX_PEERS}
upstream backend {
    server 127.0.0.2:12399;
    balancer_by_lua_block { ngx.log(ngx.WARN, "no choice") }
}
END
--- stream_server_config
    proxy_pass backend;
--- stream_response
peer 2
--- error_log eval
qr/stream \[lua\] balancer_by_lua:1: no choice while connecting to upstream, client: /



=== a failed peer is tried again as often as the handler asks
--- stream_config eval
<<"END";
$ENV{TEST_NGINX_PEERS}
upstream backend {
    server 0.0.0.1:1;
    balancer_by_lua_block {
        local balancer = require "ngx.balancer"
        ngx.ctx.tries = (ngx.ctx.tries or 0) + 1
        ngx.log(ngx.WARN, "try ", ngx.ctx.tries, " after ", tostring(balancer.get_last_failure()))
        if ngx.ctx.tries == 1 then
            assert(balancer.set_more_tries(2))
        end
        assert(balancer.set_current_peer("127.0.0.2", ngx.ctx.tries < 3 and 1 or 12399))
    }
}
END
--- stream_server_config
    proxy_pass backend;
--- stream_response
peer 2
--- error_log
try 1 after nil
try 2 after failed
try 3 after failed
--- no_error_log
[alert]



=== tries are limited by proxy_next_upstream_tries
--- stream_config
    upstream backend {
        server 0.0.0.1:1;
        balancer_by_lua_block {
            local balancer = require "ngx.balancer"
            local ok, err = balancer.set_more_tries(5)
            ngx.log(ngx.WARN, "more: ", ok, " ", err)
            assert(balancer.set_current_peer("127.0.0.2:1"))
        }
    }
--- stream_server_config
    proxy_next_upstream_tries 2;
    proxy_pass backend;
--- stream_response
--- grep_error_log: more: true reduced tries due to limit
--- grep_error_log_out
more: true reduced tries due to limit
more: true reduced tries due to limit
--- no_error_log
[alert]



=== ngx.exit refuses the session
--- stream_config
    upstream backend {
        server 0.0.0.1:1;
        balancer_by_lua_block { ngx.exit(403) }
    }
--- stream_server_config
    proxy_pass backend;
    log_by_lua_block { ngx.log(ngx.WARN, "status: ", ngx.status) }
--- stream_response
--- wait: 0.1
--- error_log
status: 403
--- no_error_log
[error]



=== an error ends the session without a connection
--- stream_config
    upstream backend {
        server 127.0.0.1:1;
        balancer_by_lua_block { error("no idea") }
    }
--- stream_server_config
    proxy_pass backend;
--- stream_response
--- error_log
failed to run balancer_by_lua*: balancer_by_lua:1: no idea
--- no_error_log
connect() failed



=== a timeout for this session
--- stream_config
    server {
        listen 127.0.0.2:12399;
        content_by_lua_block { ngx.sleep(5) }
    }
    upstream backend {
        server 0.0.0.1:1;
        balancer_by_lua_block {
            local balancer = require "ngx.balancer"
            assert(balancer.set_timeouts(1, nil, 0.05))
            assert(balancer.set_current_peer("127.0.0.2", 12399))
        }
    }
--- stream_server_config
    proxy_timeout 60s;
    proxy_pass backend;
--- stream_response
--- error_log
timed out
--- no_error_log
[alert]



=== the local address
--- stream_config
    server {
        listen 127.0.0.2:12399;
        content_by_lua_block { ngx.say(ngx.var.remote_addr) }
    }
    upstream backend {
        server 0.0.0.1:1;
        balancer_by_lua_block {
            local balancer = require "ngx.balancer"
            ngx.log(ngx.WARN, select(2, balancer.bind_to_local_addr("nowhere")))
            assert(balancer.bind_to_local_addr("127.0.0.9"))
            assert(balancer.set_current_peer("127.0.0.2", 12399))
        }
    }
--- stream_server_config
    proxy_pass backend;
--- stream_response
127.0.0.9
--- error_log
invalid addr nowhere



=== what stream does not offer, and where there is no balancer
--- stream_config
    upstream backend {
        server 127.0.0.1:1;
        balancer_by_lua_block {
            local balancer = require "ngx.balancer"
            ngx.log(ngx.WARN, select(2, pcall(balancer.set_current_peer, "127.0.0.2", 1, "name")))
            ngx.log(ngx.WARN, select(2, pcall(balancer.enable_keepalive)))
            ngx.log(ngx.WARN, select(2, pcall(ngx.sleep, 1)))
            ngx.log(ngx.WARN, select(2, pcall(ngx.say, "x")))
            ngx.exit(ngx.ERROR)
        }
    }
--- stream_server_config
    preread_by_lua_block {
        local balancer = require "ngx.balancer"
        ngx.say(select(2, balancer.set_current_peer("127.0.0.2", 1)))
    }
    proxy_pass backend;
--- stream_response
API disabled in the current context
--- error_log
bad argument #3 to 'set_current_peer' ('host' not yet implemented in stream subsystem)
'enable_keepalive' not yet implemented in stream subsystem
API disabled in the context of balancer_by_lua*
--- no_error_log
[alert]
