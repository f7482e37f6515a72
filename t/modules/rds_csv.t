# The rds-csv module: result sets as CSV.
use Test::Nginx::Socket::Lua 'no_plan';
use Cwd qw(abs_path);
use RdsCase;

our $Lib = abs_path('t/lib');
our $HttpConfig = <<"CONF";
    lua_package_path "$Lib/?.lua;;";
    init_by_lua_block {
        rds = require "rds"
        people = {
            columns = {{"id", 9}, {"a,b", 0x8006}, {"c", 0x8013}},
            rows = {{"1", "x\\"y", false}, {"2", "a\\nb", ""}, {"3", "1,2", "3;4"}, {"4", "plain", "a\\rb"}},
        }
        empty = {columns = {{"id", 9}, {"name", 0x8006}}}
        change = {affected = 3, id = 7, errstr = "a, b"}
    }
CONF

repeat_each(2);
run_tests();

__DATA__

=== rows, in buffers of any size
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    location = /t { content_by_lua_block { rds.send(people) } }
    location = /small { rds_csv_buffer_size 1; content_by_lua_block { rds.send(people) } }
--- request eval
["GET /t", "GET /small"]
--- response_headers eval
[("Content-Type: text/csv; header=presence") x 2]
--- response_body eval
[("id,\"a,b\",c\r\n1,\"x\"\"y\",\r\n2,\"a\nb\",\r\n3,\"1,2\",3;4\r\n4,plain,\"a\rb\"\r\n") x 2]



=== a text that comes in pieces is quoted
--- http_config eval: $::HttpConfig
--- config eval
qq{
    rds_csv on;
    rds_csv_row_terminator "\\n";
    location = /t { @{[RdsCase::bytes('people')]} }
}
--- request
GET /t
--- response_body eval
"id,\"a,b\",c\n1,\"x\"\"y\",\n2,\"a\nb\",\n3,\"1,2\",\"3;4\"\n4,\"plain\",\"a\rb\"\n"



=== other separators, without the line of names
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    rds_csv_row_terminator "\n";
    location = /semicolon { rds_csv_field_separator ";"; content_by_lua_block { rds.send(people) } }
    location = /tab { rds_csv_field_separator "\t"; rds_csv_field_name_header off; content_by_lua_block { rds.send(people) } }
--- request eval
["GET /semicolon", "GET /tab"]
--- response_headers eval
["Content-Type: text/csv; header=presence", "Content-Type: text/csv; header=absence"]
--- response_body eval
["id;a,b;c\n1;\"x\"\"y\";\n2;\"a\nb\";\n3;1,2;\"3;4\"\n4;plain;\"a\rb\"\n",
"1\t\"x\"\"y\"\t\n2\t\"a\nb\"\t\n3\t1,2\t3;4\n4\tplain\t\"a\rb\"\n"]



=== no rows, and no columns
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    location = /empty { content_by_lua_block { rds.send(empty) } }
    location = /change { content_by_lua_block { rds.send(change) } }
    location = /none { content_by_lua_block { rds.send{} } }
    location = /values { rds_csv_field_name_header off; rds_csv_field_separator ";"; content_by_lua_block { rds.send(change) } }
--- request eval
["GET /empty", "GET /change", "GET /none", "GET /values"]
--- response_body eval
["id,name\r\n", "errcode,errstr,insert_id,affected_rows\r\n0,\"a, b\",7,3\r\n",
"errcode,errstr,insert_id,affected_rows\r\n0,,0,0\r\n", "0;a, b;7;3\r\n"]



=== the type of the response
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    charset utf-8;
    location = /same { rds_csv_content_type "text/csv"; content_by_lua_block { rds.send(empty) } }
    location = /own { rds_csv_content_type "text/x-csv"; content_by_lua_block { rds.send(empty) } }
--- request eval
["GET /same", "GET /own"]
--- response_headers eval
["Content-Type: text/csv; header=presence", "Content-Type: text/x-csv"]



=== subrequests, HEAD and what is no result set
--- http_config eval: $::HttpConfig
--- config
    location = /csv { rds_csv on; content_by_lua_block { rds.send(empty) } }
    location = /echo { echo_location /csv; echo_location /csv; }
    location = /text { rds_csv on; default_type text/plain; echo -n x; }
--- request eval
["GET /echo", "HEAD /csv", "GET /text"]
--- response_body eval
["id,name\r\nid,name\r\n", "", "x"]



=== a broken stream
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    location = /cut { content_by_lua_block { rds.send(empty) } }
--- request eval
["GET /cut?cut=12", "GET /cut?cut=29"]
--- error_code eval
[500, 500]
--- error_log
rds: header is incomplete in the buf



=== a column without a name
--- http_config eval: $::HttpConfig
--- config
    rds_csv on;
    location = /t { content_by_lua_block { rds.send{columns = {{"", 9}}} } }
--- request
GET /t
--- error_code: 500
--- error_log
rds_csv: column name empty



=== an empty terminator
--- config
    rds_csv_row_terminator "";
--- must_die
--- error_log
takes empty string value



=== another terminator
--- config
    rds_csv_row_terminator ";";
--- must_die
--- error_log eval
qr/takes a value other than "\\n" and "\\r\\n"/



=== a long separator
--- config
    rds_csv_field_separator ";;";
--- must_die
--- error_log
takes a string value not of length 1



=== another separator
--- config
    rds_csv_field_separator "|";
--- must_die
--- error_log eval
qr/takes a value other than ",", ";", and "\\t"/



=== settings are given once
--- config
    rds_csv_row_terminator "\n";
    rds_csv_row_terminator "\n";
--- must_die
--- error_log
"rds_csv_row_terminator" directive is duplicate
