# The drizzle module against a MariaDB server.
# services: mariadb
# build: ngx_drizzle
use Test::Nginx::Socket::Lua 'no_plan';
use DbCase;

our $Upstream = drizzle_upstream('db');

repeat_each(2);
no_shuffle();
run_tests();

__DATA__

=== a result set, as RDS and as JSON
--- http_config eval: $::Upstream
--- config
    location = /rds {
        drizzle_pass db;
        drizzle_query "select id, name from cats order by id";
    }
    location = /json {
        drizzle_pass db;
        drizzle_query "select id, name from cats order by id";
        rds_json on;
    }
--- request eval
["GET /rds", "GET /json", "HEAD /rds"]
--- response_headers eval
["Content-Type: application/x-resty-dbd-stream\nX-Resty-DBD-Module: ngx_drizzle 0.1.12\n!Content-Length", "Content-Type: application/json",
"Content-Type: application/x-resty-dbd-stream"]
--- response_body eval
["\0" . "\3\0\0\0" . "\0" . "\0\0" . "\0\0" . "\0\0" . "\0" x 16 . "\2\0"
. "\x09\0\3\0\2\0id" . "\x13\x80\xfc\0\4\0name"
. "\1" . "\1\0\0\0" . "2" . "\xff\xff\xff\xff" . "\1" . "\1\0\0\0" . "3" . "\3\0\0\0bob" . "\0",
'[{"id":2,"name":null},{"id":3,"name":"bob"}]', ""]
--- no_error_log
[error]



=== statements without rows
--- http_config eval: $::Upstream
--- config
    rds_json on;
    location = /update {
        drizzle_pass db;
        drizzle_query "update cats set name='bob' where name='bob'";
    }
    location = /none {
        drizzle_pass db;
        drizzle_query "update cats set name='x' where id=99";
    }
    location = /insert {
        drizzle_pass db;
        drizzle_query "insert into ids (n) values (1)";
    }
    location = /create {
        drizzle_pass db;
        drizzle_query "create table if not exists ids (id int auto_increment primary key, n int)";
    }
    location = /truncate {
        drizzle_pass db;
        drizzle_query "truncate table ids";
    }
--- request eval
["GET /update", "GET /none", "GET /create", "GET /truncate", "GET /insert", "GET /insert"]
--- response_body_like eval
['^{"errcode":0,"errstr":"Rows matched: 1  Changed: 0  Warnings: 0"}$', '^{"errcode":0,"errstr":"Rows matched: 0  Changed: 0  Warnings: 0"}$',
'^{"errcode":0', '^{"errcode":0}$', '^{"errcode":0,"insert_id":1,"affected_rows":1}$', '^{"errcode":0,"insert_id":2,"affected_rows":1}$']



=== types of columns
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1 as i, 1.5 as d, 1e0 as f, 'x' as s, now() > 0 as b, cast(1 as unsigned) as u, '' as e, cast('2020-02-03' as date) as dt, cast('01:02:03' as time) as t, b'1' as bits";
        rds_json on;
    }
--- request
GET /t
--- response_body chomp
[{"i":1,"d":1.5,"f":1,"s":"x","b":1,"u":1,"e":"","dt":"2020-02-03","t":"01:02:03","bits":"\u0001"}]



=== statements by method
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 'any' as m";
        drizzle_query post PUT "select 'written' as m";
        rds_json on;
    }
    location = /only {
        drizzle_pass db;
        drizzle_query GET "select 'get' as m";
        rds_json on;
    }
    drizzle_query "select 'server' as m";
    location = /inherited {
        drizzle_pass db;
        rds_json on;
    }
--- request eval
["GET /t", "POST /t\nbody", "PUT /t\nbody", "DELETE /t", "GET /only", "POST /only", "GET /inherited", "POST /inherited"]
--- error_code eval
[200, 200, 200, 200, 200, 405, 200, 200]
--- response_body_like eval
['"any"', '"written"', '"written"', '"any"', '"get"', '405 Not Allowed', '"server"', '"server"']



=== a body that nobody reads does not come into the next request
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select '$request_method' as m";
        rds_json on;
    }
--- pipelined_requests eval
["POST /t\nGET /nonsense", "GET /t"]
--- response_body eval
['[{"m":"POST"}]', '[{"m":"GET"}]']



=== no statement
--- http_config eval: $::Upstream
--- config
    location = /missing {
        drizzle_pass db;
    }
--- request
GET /missing
--- error_code: 500
--- error_log
drizzle: missing "drizzle_query" in location "/missing"



=== an empty statement
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "$arg_q";
    }
--- request
GET /t
--- error_code: 500
--- error_log
drizzle: empty "drizzle_query" (was: "$arg_q") in location "/t"



=== values that try to get out of their quotes
--- http_config eval: $::Upstream
--- config
    location = /t {
        set_unescape_uri $v $arg_v;
        set_quote_sql_str $v;
        drizzle_pass db;
        drizzle_query "select hex($v) as v";
        rds_json on;
    }
--- request eval
["GET /t?v=%27%20or%201=1;--%20", "GET /t?v=%5C%27%00%22%0A%1A%25", "GET /t?v=%E4%BD%A0%27"]
--- response_body eval
['[{"v":"27206F7220313D313B2D2D20"}]', '[{"v":"5C2700220A1A25"}]', '[{"v":"E4BDA027"}]']



=== several statements in one
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1; select 2";
    }
--- request
GET /t
--- error_code: 500
--- error_log
failed to send query: 17 (1064): You have an error in your SQL syntax



=== a table that there is not; the connection stays
--- http_config eval: main::drizzle_upstream('db', 'drizzle_keepalive max=1 overflow=reject;')
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select * from unicorns";
    }
    location = /id {
        drizzle_pass db;
        drizzle_query "select connection_id() as id";
        rds_json on;
    }
    location = /main {
        content_by_lua_block {
            local before = ngx.location.capture("/id").body
            local res = ngx.location.capture("/t")
            ngx.say(res.status, " ", before == ngx.location.capture("/id").body)
        }
    }
--- log_level: notice
--- request
GET /main
--- response_body
410 true
--- error_log
failed to send query: 17 (1146): Table 'ngx_test.unicorns' doesn't exist
--- no_error_log
[error]



=== a wrong password
--- http_config
    upstream db {
        drizzle_server 127.0.0.1:$TEST_NGINX_MARIADB_PORT dbname=ngx_test user=ngx_test password=wrong protocol=mysql;
    }
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1";
        error_page 502 = /sorry;
    }
    location = /sorry { echo sorry; }
--- request
GET /t
--- response_body
sorry
--- error_log
failed to connect: 15: Access denied for user 'ngx_test'@
while connecting to drizzle upstream
upstream: "drizzle://127.0.0.1:



=== nobody there
--- http_config
    upstream db {
        drizzle_server 127.0.0.1:1 dbname=ngx_test user=ngx_test password=ngx_test;
    }
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1";
    }
--- request
GET /t
--- error_code: 502
--- error_log
failed to connect: 21: 



=== a charset that there is not
--- http_config
    upstream db {
        drizzle_server 127.0.0.1:$TEST_NGINX_MARIADB_PORT dbname=ngx_test user=ngx_test password=ngx_test charset=klingon;
    }
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1";
    }
--- request
GET /t
--- error_code: 500
--- error_log
failed to send query: 17 (1115): Unknown character set: 'klingon'



=== another database
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_dbname $arg_db;
        drizzle_query "select database() as db";
        rds_json on;
    }
    location = /long {
        set_by_lua_block $db { return ("x"):rep(64) }
        drizzle_pass db;
        drizzle_dbname $db;
        drizzle_query "select 1";
    }
--- request eval
["GET /t?db=mysql", "GET /t", "GET /long"]
--- error_code eval
[200, 200, 500]
--- response_body_like eval
['"mysql"', '"ngx_test"', '500 Internal']



=== an upstream by variable
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass $arg_to;
        drizzle_query "select 1 as one";
        rds_json on;
    }
--- request eval
["GET /t?to=db", "GET /t?to=DB"]
--- response_body eval
['[{"one":1}]', '[{"one":1}]']



=== an upstream that there is not
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass $arg_to;
        drizzle_query "select 1 as one";
    }
--- request
GET /t?to=nowhere
--- error_code: 500
--- error_log
drizzle: upstream "nowhere" not found



=== no upstream at all
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass $arg_to;
        drizzle_query "select 1 as one";
    }
--- request
GET /t
--- error_code: 500
--- error_log
drizzle: handler: empty "drizzle_pass" target



=== an upstream of another kind
--- http_config
    upstream web { server 127.0.0.1:1; }
--- config
    location = /t {
        drizzle_pass $arg_to;
        drizzle_query "select 1 as one";
    }
--- request
GET /t?to=web
--- error_code: 500
--- error_log
process events: it seems you are using a non-drizzle upstream backend



=== large results, and buffers of any size
--- http_config eval: $::Upstream
--- config
    location = /rows {
        drizzle_pass db;
        drizzle_query "select seq, repeat('x', 90) as x from seq_1_to_20000";
        rds_json on;
    }
    location = /field {
        drizzle_pass db;
        drizzle_query "select repeat('x', 3000000) as x";
        drizzle_buffer_size 10k;
        rds_json on;
    }
    location = /small {
        drizzle_pass db;
        drizzle_query "select id, name from cats order by id";
        drizzle_buffer_size 1;
        rds_json on;
    }
    location = /count {
        content_by_lua_block {
            ngx.say(#ngx.location.capture("/rows").body, " ", #ngx.location.capture("/field").body, " ", ngx.location.capture("/small").body)
        }
    }
--- request
GET /count
--- response_body eval
my $sum = 0;
$sum += CORE::length(qq({"seq":$_,"x":""},)) + 90 for 1 .. 20000;
($sum + 1) . " " . (3000000 + CORE::length '[{"x":""}]') . ' [{"id":2,"name":null},{"id":3,"name":"bob"}]' . "\n"
--- timeout: 20



=== a slow client
--- http_config eval: $::Upstream
--- config
    location = /rows {
        drizzle_pass db;
        drizzle_query "select seq, repeat('x', 90) as x from seq_1_to_3000";
        rds_json on;
        limit_rate 400k;
        limit_rate_after 100k;
    }
--- request
GET /rows
--- response_body_like eval
qr/^\[\{"seq":1,.*\{"seq":3000,"x":"x{90}"\}\]$/
--- timeout: 20



=== subrequests, one after the other and at once
--- http_config eval: $::Upstream
--- config
    location = /q {
        drizzle_pass db;
        drizzle_query "select $arg_n as n";
        rds_json on;
    }
    location = /t {
        echo_location_async /q?n=1;
        echo_location_async /q?n=2;
        echo_location /q?n=3;
    }
--- request
GET /t
--- response_body chomp
[{"n":1}][{"n":2}][{"n":3}]



=== without the module's header; what the log's variables say
--- http_config eval: $::Upstream
--- config
    location = /t {
        drizzle_pass db;
        drizzle_query "select 1 as one";
        drizzle_module_header off;
        rds_json on;
        add_header X-Upstream "$upstream_addr" always;
    }
--- request
GET /t
--- response_headers_like
X-Upstream: 127\.0\.0\.1:\d+
--- response_headers
!X-Resty-DBD-Module
--- response_body chomp
[{"one":1}]
