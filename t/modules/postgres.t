# The postgres module against a PostgreSQL server.
# services: postgres
# build: ngx_postgres
use Test::Nginx::Socket::Lua 'no_plan';
use DbCase;

our $Upstream = postgres_upstream('db');

repeat_each(2);
no_shuffle();
run_tests();

__DATA__

=== a result set, as RDS and as JSON
--- http_config eval: $::Upstream
--- config
    postgres_query "select id, name from cats order by id";
    location = /rds { postgres_pass db; }
    location = /json { postgres_pass db; rds_json on; }
--- request eval
["GET /rds", "GET /json", "HEAD /rds"]
--- response_headers eval
["Content-Type: application/x-resty-dbd-stream\n!Content-Length", "Content-Type: application/json", "Content-Type: application/x-resty-dbd-stream"]
--- response_body eval
["\0" . "\3\0\0\0" . "\0" . "\0\0" . "\2\0" . "\0\0" . "\0" x 16 . "\2\0"
. "\x09\0\x17\0\2\0id" . "\x06\x80\x19\0\4\0name"
. "\1" . "\1\0\0\0" . "2" . "\xff\xff\xff\xff" . "\1" . "\1\0\0\0" . "3" . "\3\0\0\0bob" . "\0",
'[{"id":2,"name":null},{"id":3,"name":"bob"}]', ""]
--- no_error_log
[error]



=== statements without rows, and changes that give rows
--- http_config eval: $::Upstream
--- config
    rds_json on;
    location = /update { postgres_pass db; postgres_query "update cats set name='bob' where name='bob'"; }
    location = /none { postgres_pass db; postgres_query "update cats set name='x' where id=99"; }
    location = /create { postgres_pass db; postgres_query "create table if not exists ids (id serial, n int)"; }
    location = /returning { postgres_pass db; postgres_query "update cats set id=3 where id=3 returning id, true as yes"; }
--- request eval
["GET /update", "GET /none", "GET /create", "GET /returning"]
--- response_body eval
['{"errcode":0,"affected_rows":1}', '{"errcode":0}', '{"errcode":0}', '[{"id":3,"yes":true}]']



=== types of columns
--- http_config eval: $::Upstream
--- config
    location = /t {
        postgres_pass db;
        postgres_query "select 1 as i, 1.5 as d, 1e0::float8 as f, 'x' as s, false as b, ''::text as e, null as n, 'a\\\\b' as q, '2020-02-03'::date as dt";
        rds_json on;
    }
--- request
GET /t
--- response_body chomp
[{"i":1,"d":1.5,"f":1,"s":"x","b":false,"e":"","n":null,"q":"a\\\\b","dt":"2020-02-03"}]



=== other forms of output
--- http_config eval: $::Upstream
--- config
    default_type text/x-test;
    location = /text { postgres_pass db; postgres_output text; postgres_query "select id, name from cats order by id"; }
    location = /empty { postgres_pass db; postgres_output text; postgres_query "select 1 where false"; }
    location = /value.jpg { postgres_pass db; postgres_output value; postgres_query "select 'v'"; }
    location = /binary { postgres_pass db; postgres_output binary_value; postgres_query "select 3::int2"; }
    location = /bytes { postgres_pass db; postgres_output binary_value; postgres_query "select '\\x00ff'::bytea"; }
    location = /none { postgres_pass db; postgres_output none; postgres_query "select 1"; }
--- request eval
["GET /text", "GET /empty", "GET /value.jpg", "GET /binary", "GET /bytes", "GET /none"]
--- response_headers eval
[("Content-Type: text/x-test") x 5, "!Content-Type"]
--- response_body eval
["2\n(null)\n3\nbob", "", "v", "\0\3", "\0\xff", ""]



=== no single value
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_output value; postgres_query "select id, name from cats"; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: "postgres_output value" received 4 value(s) instead of expected single value in location "/t"



=== no value, and an empty one
--- http_config eval: $::Upstream
--- config
    location = /null { postgres_pass db; postgres_output value; postgres_query "select null"; }
    location = /empty { postgres_pass db; postgres_output binary_value; postgres_query "select ''"; }
--- request eval
["GET /null", "GET /empty"]
--- error_code eval
[500, 500]
--- error_log eval
qr/postgres: "postgres_output value" received (?:NULL|empty) value in location "/



=== statements by method
--- http_config eval: $::Upstream
--- config
    postgres_output value;
    location = /t {
        postgres_pass db;
        postgres_query "select 'any'";
        postgres_query post PATCH "select 'written'";
    }
    location = /only { postgres_pass db; postgres_query GET "select 'get'"; }
    location = /if {
        postgres_pass db;
        postgres_query "select 'out'";
        if ($arg_x) { postgres_query "select 'in'"; }
    }
--- request eval
["GET /t", "POST /t\nbody", "PATCH /t\nbody", "GET /only", "POST /only", "GET /if?x=1", "GET /if"]
--- error_code eval
[200, 200, 200, 200, 405, 200, 200]
--- response_body_like eval
['^any', 'written', 'written', 'get', '405 Not Allowed', '^in', '^out']



=== statuses that depend on the result
--- http_config eval: $::Upstream
--- config
    location = /rows { postgres_pass db; postgres_output text; postgres_query "select 1 where $arg_c"; postgres_rewrite no_rows 410; postgres_rewrite rows 202; }
    location = /changes {
        postgres_pass db; postgres_query "update cats set id=id where id=$arg_id";
        postgres_rewrite no_changes 404;
        postgres_rewrite POST changes 201;
        postgres_rewrite changes =409;
        rds_json on;
    }
    location = /method { postgres_pass db; postgres_output text; postgres_query "select 1"; postgres_rewrite POST rows 403; postgres_rewrite changes 500; postgres_rewrite rows 204; }
--- request eval
["GET /rows?c=true", "GET /rows?c=false", "GET /changes?id=99", "POST /changes?id=3", "GET /changes?id=3", "GET /method", "POST /method"]
--- error_code eval
[202, 410, 404, 201, 409, 204, 403]
--- response_body_like eval
['^1$', '410 Gone', '404 Not', '{"errcode":0,"affected_rows":1}', 'x-|^.\x03', '^$', '403 Forb']



=== variables with values of the result
--- http_config eval: $::Upstream
--- config
    postgres_output none;
    location = /t {
        postgres_pass db;
        postgres_query "select id, name from cats order by id";
        postgres_set $cat 1 name;
        postgres_set $id 1 0 required;
        postgres_set $null 0 name;
        postgres_set $far 7 name;
        postgres_set $col 0 nothing;
        add_header X-Set "$cat/$id/$null/$far/$col/$postgres_columns/$postgres_rows/$postgres_affected/$postgres_query";
    }
    location = /change {
        postgres_pass db;
        postgres_query "update cats set id=id";
        add_header X-Set "$cat/$postgres_columns/$postgres_rows/$postgres_affected";
    }
    location = /other { add_header X-Set "$cat/$postgres_query"; echo x; }
--- request eval
["GET /t", "GET /change", "GET /other"]
--- response_headers eval
["X-Set: bob/3////2/2//select id, name from cats order by id", "X-Set: /0/0/2", "X-Set: /"]



=== values that have to be there
--- http_config eval: $::Upstream
--- config
    postgres_output none;
    location = /t {
        postgres_pass db;
        postgres_query "select id, name, '' as empty from cats order by id";
        postgres_set $v 0 empty required;
    }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: "postgres_set" for variable "$v" requires non-zero length value in location "/t"



=== a value that is NULL
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select name from cats order by id"; postgres_set $v 0 0 required; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: "postgres_set" for variable "$v" requires non-NULL value in location "/t"



=== a value out of range
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select name from cats order by id"; postgres_set $v 2 0 required; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: "postgres_set" for variable "$v" requires value out of range of the received result-set (rows:2 cols:1) in location "/t"



=== a column that there is not
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select name from cats order by id"; postgres_set $v 0 age required; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: "postgres_set" for variable "$v" requires value from column "age" that wasn't found in the received result-set in location "/t"



=== literals
--- config
    location = /t {
        set_unescape_uri $v $arg_v;
        postgres_escape $a $v;
        postgres_escape $b =$v;
        postgres_escape $c "$v-$v";
        set $d $v;
        postgres_escape $d;
        postgres_escape =$v;
        echo "$a $b $c $d $v";
    }
--- request eval
["GET /t?v=a%27b%5Cc", "GET /t", "GET /t?v=%E4%BD%A0", "GET /t?v=a%00'"]
--- response_body eval
["'a''b\\\\c' 'a''b\\\\c' 'a''b\\\\c-a''b\\\\c' 'a''b\\\\c' 'a''b\\\\c'\n", "NULL '' '-' NULL ''\n",
"'\xe4\xbd\xa0' '\xe4\xbd\xa0' '\xe4\xbd\xa0-\xe4\xbd\xa0' '\xe4\xbd\xa0' '\xe4\xbd\xa0'\n", "'a' 'a' 'a' 'a' 'a'\n"]



=== values that try to get out of their quotes
--- http_config eval: $::Upstream
--- config
    location = /escape {
        set_unescape_uri $v $arg_v;
        postgres_escape $v;
        postgres_pass db;
        postgres_query "select length($v)";
        postgres_output value;
    }
    location = /quote {
        set_unescape_uri $v $arg_v;
        set_quote_pgsql_str $v;
        postgres_pass db;
        postgres_query "select encode($v::bytea, 'hex')";
        postgres_output value;
    }
--- request eval
["GET /escape?v=%27%20or%201=1;--%20", "GET /quote?v=%27%20or%201=1;--%20", "GET /quote?v=%5C%5C%27"]
--- response_body_like eval
['^12$', '^27206f7220313d313b2d2d20$', '^5c27$']



=== several statements in one
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select 1; select 2"; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: receiving ACK failed: multiple queries(?)



=== a table that there is not
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select * from unicorns"; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: failed to receive result: PGRES_FATAL_ERROR: ERROR:  relation "unicorns" does not exist



=== no statement
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: missing "postgres_query" in location "/t"



=== an empty statement
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query $arg_q; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: empty "postgres_query" (was: "$arg_q") in location "/t"



=== a statement with a NUL in it
--- http_config eval: $::Upstream
--- config
    location = /t { set_unescape_uri $q $arg_q; postgres_pass db; postgres_query $q; }
--- request
GET /t?q=select%001
--- error_code: 500
--- error_log
postgres: sending query failed: it has a NUL in it



=== an upstream by variable
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass $arg_to; postgres_query "select 'x'"; postgres_output value; }
--- request
GET /t?to=db
--- response_body chomp
x



=== an upstream that there is not
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass $arg_to; postgres_query "select 1"; }
--- request
GET /t?to=nowhere
--- error_code: 500
--- error_log
postgres: upstream name "nowhere" not found



=== no upstream at all
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass $arg_to; postgres_query "select 1"; }
--- request
GET /t
--- error_code: 500
--- error_log
postgres: empty "postgres_pass" (was: "$arg_to") in location "/t"



=== a wrong password
--- http_config
    upstream db { postgres_server 127.0.0.1:$TEST_NGINX_POSTGRES_PORT dbname=ngx_test user=ngx_test password=wrong; }
--- config
    location = /t { postgres_pass db; postgres_query "select 1"; error_page 502 = /sorry; }
    location = /sorry { echo sorry; }
--- request
GET /t
--- response_body
sorry
--- error_log eval
qr/postgres: connection failed: .*password authentication failed for user "ngx_test"/



=== nobody there
--- http_config
    upstream db { postgres_server 127.0.0.1:1 dbname=ngx_test; }
--- config
    location = /t { postgres_pass db; postgres_query "select 1"; }
--- request
GET /t
--- error_code: 502
--- error_log
postgres: connection failed: connection to server at "127.0.0.1", port 1 failed: Connection refused



=== authentication by a subrequest
--- http_config eval: $::Upstream
--- config
    location = /auth {
        internal;
        postgres_escape $user $remote_user;
        postgres_escape $pass $remote_passwd;
        postgres_pass db;
        postgres_query "select id from cats where name = $user and id::text = $pass";
        postgres_rewrite no_rows 403;
        postgres_set $cat_id 0 0 required;
        postgres_output none;
    }
    location = /t {
        auth_request /auth;
        auth_request_set $who $cat_id;
        content_by_lua_block { ngx.say("cat ", ngx.var.who) }
    }
--- more_headers eval
["Authorization: Basic Ym9iOjM=", "Authorization: Basic Ym9iOjQ=", ""]
--- request eval
["GET /t", "GET /t", "GET /t"]
--- error_code eval
[200, 403, 403]
--- response_body_like eval
["^cat 3\n", "403", "403"]



=== large results, and subrequests
--- http_config eval: $::Upstream
--- config
    location = /rows { postgres_pass db; postgres_query "select i, repeat('x', 90) as x from generate_series(1, 20000) as i"; rds_json on; }
    location = /field { postgres_pass db; postgres_query "select repeat('x', 3000000)"; postgres_output value; }
    location = /q { postgres_pass db; postgres_query "select $arg_n"; postgres_output value; }
    location = /count {
        content_by_lua_block {
            ngx.say(#ngx.location.capture("/rows").body, " ", #ngx.location.capture("/field").body)
        }
    }
    location = /sub { echo_location_async /q?n=1; echo_location_async /q?n=2; echo_location /q?n=3; }
--- request eval
["GET /count", "GET /sub"]
--- response_body eval
my $sum = 0;
$sum += CORE::length(qq({"i":$_,"x":""},)) + 90 for 1 .. 20000;
[($sum + 1) . " 3000000\n", "123"]
--- timeout: 20



=== a slow client
--- http_config eval: $::Upstream
--- config
    location = /rows {
        postgres_pass db; postgres_query "select i, repeat('x', 90) as x from generate_series(1, 3000) as i"; rds_json on;
        limit_rate 400k;
        limit_rate_after 100k;
    }
--- request
GET /rows
--- response_body_like eval
qr/^\[\{"i":1,.*\{"i":3000,"x":"x{90}"\}\]$/
--- timeout: 20



=== as CSV
--- http_config eval: $::Upstream
--- config
    location = /t { postgres_pass db; postgres_query "select id, name from cats order by id"; rds_csv on; rds_csv_row_terminator "\n"; }
--- request
GET /t
--- response_body
id,name
2,
3,bob
