# resty.mysql: connecting and logging in, with TLS and without.
# services: mariadb
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $log_in = <<'END';
local mysql = require "resty.mysql"
local function log_in(options)
    local db = mysql:new()
    db:set_timeout(5000)
    options.host = not options.path and "127.0.0.1" or nil
    options.port = $TEST_NGINX_MARIADB_PORT
    return db, db:connect(options)
end
local root = log_in { user = "ngx_test", password = "ngx_test", database = "ngx_test" }
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $log_in . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;' . ($block->http_config // ''));
});
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== a wrong password, an unknown user, an unknown database
--- lua
show(select(2, log_in { user = "ngx_test", password = "wrong" }))
show(select(2, log_in { user = "nobody" }))
show(select(2, log_in { user = "ngx_test", password = "ngx_test", database = "nowhere" }))
show(select(2, log_in { user = "ngx_test", password = "ngx_test", charset = "nonsense" }))
show(mysql:new():connect {})
show(mysql:new():connect { host = "127.0.0.1", port = 1 })
--- response_body_like chop
^nil Access denied for user 'ngx_test'@'\S+' \(using password: YES\) 1045 28000
nil Access denied for user 'nobody'@'\S+' \(using password: NO\) 1045 28000
nil Unknown database 'nowhere' 1049 42000
nil charset 'nonsense' is not supported
nil neither "host" nor "path" options are specified
nil failed to connect: connection refused
$



=== the character set of the connection
--- lua
for _, charset in ipairs { "utf8mb4", "latin1", "gbk" } do
    local db = log_in { user = "ngx_test", password = "ngx_test", charset = charset, pool = charset }
    show(db:query("select @@character_set_client as charset")[1].charset)
    db:close()
end
--- response_body
utf8mb4
latin1
gbk



=== TLS
--- lua
local db, ok, err = log_in { user = "ngx_test", password = "ngx_test", ssl = true, pool = "tls" }
show(ok, err)
show(db:query("show status like 'Ssl_cipher'")[1].Value ~= "")
db:close()
db, ok, err = log_in { user = "ngx_test", password = "ngx_test", ssl_verify = true, pool = "tls" }
show(ok, (err:gsub("self%-signed", "self signed")))
--- response_body
1
true
nil failed to do ssl handshake: 18: self signed certificate



=== ed25519
--- lua
root:query("create or replace user ed@'%' identified via ed25519 using password('secret')")
root:query("create or replace user ed2@'%' identified via ed25519 using password('')")
local db, ok, err = log_in { user = "ed", password = "secret" }
show(ok, err)
show(db:query("select user() as u")[1].u:match("^ed@") ~= nil)
show((select(4, log_in { user = "ed", password = "wrong" })))
show((select(4, log_in { user = "ed", password = "" })))
local sign = require "resty.mysql.auth_ed25519".sign
show(sign(1, ""))
show(sign("x", "short"))
show(#sign("x", ("y"):rep(32)))
--- response_body
1
true
1045
1045
nil password must be a string
nil scramble must be a 32-byte string
64



=== no password
--- lua
root:query("create or replace user empty@'%' identified by ''")
local _, ok, err = log_in { user = "empty" }
show(ok, err)
show((select(4, log_in { user = "empty", password = "x" })))
--- response_body
1
1045



=== a user checked against a table, with a cache between requests
--- http_config
lua_shared_dict auth_cache 1m;
--- lua
root:query("drop table if exists users")
root:query("create table users (id int, username varchar(20), password varchar(20))")
root:query("insert into users values (1, 'o''brien', 'pass')")
local queries = 0
local function allowed(user, password)
    local cache = ngx.shared.auth_cache
    local key = user .. ":" .. password
    local known = cache:get(key)
    if known ~= nil then
        return known
    end
    queries = queries + 1
    local res = assert(root:query("select id from users where username = " .. ngx.quote_sql_str(user)
                                  .. " and password = " .. ngx.quote_sql_str(password), 100))
    cache:set(key, #res > 0, 60)
    return #res > 0
end
show(allowed("o'brien", "pass"), allowed("o'brien", "' or '1'='1"), allowed("o'brien", "pass"))
show(queries)
ngx.shared.auth_cache:flush_all()
--- response_body
true false true
2
