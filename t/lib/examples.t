# What people build of these libraries: logins checked against a database, limited rates.
# services: mariadb
use Test::Nginx::Socket::Lua 'no_plan';

our $http_config = <<'END';
lua_shared_dict auth_cache 1m;
lua_shared_dict my_limit_req_store 10m;
END
our $config = <<'END';
location = /backend { return 200 "backend\n"; }
location = /setup {
    content_by_lua_block {
        local db = require "resty.mysql":new()
        assert(db:connect { host = "127.0.0.1", port = $TEST_NGINX_MARIADB_PORT, database = "ngx_test",
                            user = "ngx_test", password = "ngx_test" })
        assert(db:query("drop table if exists users; create table users (id int, username text, password text); "
                        .. "insert into users values (1, 'bob', 'secret')"))
        assert(db:read_result())
        assert(db:read_result())
        ngx.say("ready")
    }
}
location = /protected {
    access_by_lua_block {
        local mysql = require "resty.mysql"
        local username, password = ngx.var.arg_user or "", ngx.var.arg_pass or ""
        local key = ngx.md5(username .. "\0" .. password)
        if ngx.shared.auth_cache:get(key) then
            ngx.header["X-Cache"] = "hit"
            return
        end
        local db, err = mysql:new()
        if not db then
            ngx.log(ngx.ERR, "failed to instantiate mysql: ", err)
            return ngx.exit(500)
        end
        db:set_timeout(5000)
        local ok, connect_err = db:connect {
            host = "127.0.0.1",
            port = $TEST_NGINX_MARIADB_PORT,
            database = "ngx_test",
            user = "ngx_test",
            password = "ngx_test",
        }
        if not ok then
            ngx.log(ngx.ERR, "failed to connect: ", connect_err)
            return ngx.exit(500)
        end
        local res, query_err = db:query("select id from users where username = " .. ngx.quote_sql_str(username)
                                        .. " and password = " .. ngx.quote_sql_str(password), 100)
        if not res then
            ngx.log(ngx.ERR, "bad result: ", query_err)
            return ngx.exit(403)
        end
        db:set_keepalive(10000, 10)
        if #res == 0 then
            return ngx.exit(401)
        end
        ngx.shared.auth_cache:set(key, true, 60)
    }
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
}
location = /api {
    access_by_lua_block {
        local lim, err = require "resty.limit.req".new("my_limit_req_store", 200, 100)
        if not lim then
            ngx.log(ngx.ERR, "failed to instantiate a resty.limit.req object: ", err)
            return ngx.exit(500)
        end
        local delay, incoming_err = lim:incoming(ngx.var.binary_remote_addr, true)
        if not delay then
            if incoming_err == "rejected" then
                return ngx.exit(503)
            end
            ngx.log(ngx.ERR, "failed to limit req: ", incoming_err)
            return ngx.exit(500)
        end
        if delay >= 0.001 then
            ngx.sleep(delay)
        end
    }
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/backend;
}
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(http_config => $::http_config);
    $block->set_value(config => $::config . ($block->config // ''));
    $block->set_value(no_error_log => '[error]');
});
worker_connections(4096);
no_long_string();
run_tests();

__DATA__

=== a login is looked up once, and then cached
--- pipelined_requests eval
['GET /setup', 'GET /protected?user=bob&pass=secret', 'GET /protected?user=bob&pass=secret',
 "GET /protected?user=bob&pass=%27%20or%20%271%27=%271", 'GET /protected']
--- error_code eval: [200, 200, 200, 401, 401]
--- response_headers eval: ['', '', 'X-Cache: hit', '', '']
--- response_body_like eval: ['ready', 'backend', 'backend', '401 Auth', '401 Auth']



=== 200 requests a second and 100 more: the rest is turned away
--- config
location = /burst {
    content_by_lua_block {
        local uri = "http://127.0.0.1:" .. ngx.var.server_port .. "/api"
        local threads = {}
        for i = 1, 300 do
            threads[i] = ngx.thread.spawn(function()
                local res, err = require "resty.http".new():request_uri(uri, { keepalive = false })
                return res and res.status or err
            end)
        end
        local counts = { [200] = 0, [503] = 0 }
        for i = 1, 300 do
            local _, status = ngx.thread.wait(threads[i])
            counts[status] = (counts[status] or 0) + 1
        end
        ngx.say(counts[200] >= 101, " ", counts[503] > 0, " ", counts[200] + counts[503])
    }
}
--- request
GET /burst
--- timeout: 20
--- response_body
true true 300
