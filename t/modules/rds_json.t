# The rds-json module: result sets as JSON, and rds_json_ret.
use Test::Nginx::Socket::Lua 'no_plan';
use Cwd qw(abs_path);
use RdsCase;

our $Lib = abs_path('t/lib');
our $HttpConfig = <<"CONF";
    lua_package_path "$Lib/?.lua;;";
    init_by_lua_block {
        rds = require "rds"
        people = {
            columns = {{"id", 9}, {"na\\"me", 0x8006}, {"score", 0x4008}, {"ok", 0xc004}},
            rows = {
                {"-2", false, "1.5e3", "t"},
                {"30", "b\\"\\\\\\n\\1/\\127\\233", "", "F"},
                {"", "", "NaN", false},
            },
        }
        empty = {columns = {{"id", 9}, {"name", 0x8006}}}
        change = {affected = 3, id = 7, errstr = "Rows \\"matched\\""}
    }
CONF

repeat_each(2);
run_tests();

__DATA__

=== rows as objects, whatever the pieces and buffers
--- http_config eval: $::HttpConfig
--- config eval
qq{
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
    location = /bytes { @{[RdsCase::bytes('people')]} }
    location = /smallbytes { rds_json_buffer_size 1; @{[RdsCase::bytes('people')]} }
    location = /small { rds_json_buffer_size 1; content_by_lua_block { rds.send(people) } }
}
--- request eval
["GET /t", "GET /bytes", "GET /small", "GET /smallbytes"]
--- response_headers eval
[("Content-Type: application/json") x 4]
--- response_body eval
[(qq/[{"id":-2,"na\\"me":null,"score":1.5e3,"ok":true},{"id":30,"na\\"me":"b\\"\\\\\\n\\u0001\/\x7f\xe9","score":"","ok":false},{"id":"","na\\"me":"","score":NaN,"ok":null}]/) x 4]
--- no_error_log
[error]



=== rows as arrays
--- http_config eval: $::HttpConfig
--- config eval
qq{
    rds_json on;
    rds_json_format compact;
    location = /t { @{[RdsCase::bytes('people')]} }
    location = /empty { content_by_lua_block { rds.send(empty) } }
}
--- request eval
["GET /t", "GET /empty"]
--- response_body eval
[qq/[["id","na\\"me","score","ok"],[-2,null,1.5e3,true],[30,"b\\"\\\\\\n\\u0001\/\x7f\xe9","",false],["","",NaN,null]]/,
'[["id","name"]]']



=== no rows, and no columns
--- http_config eval: $::HttpConfig
--- config eval
qq{
    rds_json on;
    location = /empty { content_by_lua_block { rds.send(empty) } }
    location = /change { @{[RdsCase::bytes('change')]} }
    location = /none { content_by_lua_block { rds.send{} } }
    location = /error { content_by_lua_block { rds.send{errcode = 1146, errstr = "no"} } }
}
--- request eval
["GET /empty", "GET /change", "GET /none", "GET /error"]
--- response_body eval
['[]', '{"errcode":0,"errstr":"Rows \"matched\"","insert_id":7,"affected_rows":3}', '{"errcode":0}', '{"errcode":1146,"errstr":"no"}']



=== an object around the rows, and what goes beside them
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    rds_json_root rows;
    location = /root { content_by_lua_block { rds.send(empty) } }
    location = /compact { rds_json_format compact; content_by_lua_block { rds.send(empty) } }
    location = /all {
        rds_json_success_property suc;
        rds_json_user_property "us\"er" "$arg_u$arg_u";
        rds_json_user_property b 2;
        if ($arg_rows) { content_by_lua_block { rds.send(empty) } }
        content_by_lua_block { rds.send{errcode = tonumber(ngx.var.arg_err)} }
    }
--- request eval
["GET /root", "GET /compact", "GET /all?u=x&rows=1", "GET /all?u=x", "GET /all?err=3"]
--- response_body eval
['{"rows":[]}', '{"rows":[["id","name"]]}', '{"suc":true,"us\"er":"xx","b":"2","rows":[]}',
'{"suc":true,"us\"er":"xx","b":"2","errcode":0}', '{"suc":false,"us\"er":"","b":"2","errcode":3}']



=== properties bring a root with them; they inherit as a whole
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    rds_json_user_property a 1;
    rds_json_user_property b 2;
    rds_json_errcode_key "code";
    rds_json_errstr_key "text";
    rds_json_content_type "text/x-json";
    location = /t { content_by_lua_block { rds.send(empty) } }
    location = /own { rds_json_user_property c 3; content_by_lua_block { rds.send(change) } }
--- request eval
["GET /t", "GET /own"]
--- response_headers eval
[("Content-Type: text/x-json") x 2]
--- response_body eval
['{"a":"1","b":"2","data":[]}', '{"c":"3","code":0,"text":"Rows \"matched\"","insert_id":7,"affected_rows":3}']



=== what stays as it is
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /type { default_type text/plain; echo -n x; }
    location = /off { rds_json off; content_by_lua_block { rds.send(empty) } }
    location = /status { content_by_lua_block { ngx.status = 410; ngx.header.content_type = "application/x-resty-dbd-stream"; ngx.print("y") } }
--- request eval
["GET /type", "GET /status", "GET /off"]
--- error_code eval
[200, 410, 200]
--- response_body_like eval
["^x\$", "^y\$", "^.\x03"]



=== HEAD has the header of the result
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(empty) } }
--- request
HEAD /t
--- response_headers
Content-Type: application/json
--- response_body



=== other headers stay; bytes behind the end are dropped
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t {
        content_by_lua_block {
            ngx.header["X-Resty-DBD-Module"] = "test"
            rds.send{columns = {{"id", 9}}, trailer = "more"}
        }
    }
--- request eval
["GET /t", "GET /t"]
--- response_headers eval
[("X-Resty-DBD-Module: test\n!Content-Length") x 2]
--- response_body eval
["[]", "[]"]



=== subrequests, captures, and a proxied server
--- http_config eval: $::HttpConfig
--- config
    location = /rds { content_by_lua_block { rds.send(empty) } }
    location = /json { rds_json on; content_by_lua_block { rds.send(empty) } }
    location = /echo { echo_location /json; echo -n +; echo_location_async /json; }
    location = /capture {
        content_by_lua_block {
            local res = ngx.location.capture("/json")
            ngx.print(res.status, res.header["Content-Type"], res.body)
        }
    }
    location = /proxy { rds_json on; proxy_pass http://127.0.0.1:$server_port/rds; }
--- request eval
["GET /echo", "GET /capture", "GET /proxy"]
--- response_body eval
["[]+[]", "200application/json[]", "[]"]



=== a header that is wrong or cut makes the response an error
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /version { content_by_lua_block { rds.send{version = 4} } }
    location = /cut { content_by_lua_block { rds.send(change) } }
--- request eval
["GET /version", "GET /cut?cut=29", "GET /cut?cut=3"]
--- error_code eval
[500, 500, 500]
--- error_log eval
qr/rds: (?:RDS format version differ|header is incomplete in the buf)/



=== a stream that breaks off in the columns
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
--- request
GET /t?cut=33
--- ignore_response
--- error_log
rds: column spec is incomplete in the buf



=== a stream that breaks off in a name
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
--- request
GET /t?cut=37
--- ignore_response
--- error_log
rds: column name string is incomplete in the buf



=== a stream that breaks off in the rows
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
--- request
GET /t?cut=68
--- ignore_response
--- error_log
rds_json: row flag is incomplete in the buf



=== a stream that breaks off in a field's size
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
--- request
GET /t?cut=71
--- ignore_response
--- error_log
rds_json: field size is incomplete in the buf



=== a stream that breaks off in a field
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send(people) } }
--- request
GET /t?cut=73
--- ignore_response
--- error_log
rds_json: at least one octet should go with the field size in one buf



=== numbers that are none
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send{columns = {{"id", 9}}, rows = {{"1x"}}} } }
--- request
GET /t
--- ignore_response
--- error_log
rds_json: invalid integral field value: "1x"



=== booleans that are none
--- http_config eval: $::HttpConfig
--- config
    rds_json on;
    location = /t { content_by_lua_block { rds.send{columns = {{"id", 0xc004}}, rows = {{"true"}}} } }
--- request
GET /t
--- ignore_response
--- error_log
rds_json: invalid boolean field value leading by "true"



=== rds_json_ret
--- config
    location = /ret { rds_json_ret 400 "it is \"$arg_x\""; }
    location = /zero { rds_json_ret 0 ""; rds_json_success_property ok; rds_json_user_property u 1; }
    location = /bad {
        rds_json_success_property ok;
        if ($arg_x) { rds_json_ret 7 no; }
        echo none;
    }
    location = /missing { error_page 404 = @ret; return 404; }
    location @ret { rds_json_ret 404 gone; rds_json_content_type text/x; }
--- request eval
["GET /ret?x=y", "GET /zero", "GET /bad?x=1", "GET /missing"]
--- response_headers eval
[("Content-Type: application/json") x 3, "Content-Type: text/x"]
--- response_body eval
['{"errcode":400,"errstr":"it is \"y\""}', '{"errcode":0,"ok":true,"u":"1"}', '{"errcode":7,"errstr":"no","ok":false}', '{"errcode":404,"errstr":"gone"}']



=== a code that is no number
--- config
    location = /t { rds_json_ret 4x bad; }
--- must_die
--- error_log
rds_json: rds_json_ret: invalid errcode argument: "4x"



=== no code
--- config
    location = /t { rds_json_ret "" bad; }
--- must_die
--- error_log
rds_json: rds_json_ret: the errcode argument is empty



=== keys are given once
--- config
    rds_json_root a;
    rds_json_root b;
--- must_die
--- error_log
"rds_json_root" directive is duplicate



=== keys are not empty
--- config
    rds_json_success_property "";
--- must_die
--- error_log
"rds_json_success_property" directive takes an empty value



=== properties have a key
--- config
    rds_json_user_property "" a;
--- must_die
--- error_log
"rds_json_user_property" directive takes an empty key
