# resty.mysql: queries and their results, several at once, large ones; the connection pool.
# services: mariadb
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $connected = <<'END';
local mysql = require "resty.mysql"
local function connected(options)
    local db = mysql:new()
    db:set_timeout(10000)
    options = options or {}
    options.host = "127.0.0.1"
    options.port = $TEST_NGINX_MARIADB_PORT
    options.user = "ngx_test"
    options.password = "ngx_test"
    options.database = "ngx_test"
    local ok, err = db:connect(options)
    assert(ok == 1, err)
    return db
end
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $connected . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
});
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== statements tell what they did
--- lua
local db = connected()
local function status(query)
    local res = assert(db:query(query))
    show(res.affected_rows, res.insert_id, res.server_status, res.warning_count, type(res.message))
end
status("drop table if exists dogs")
status("create table dogs (id serial primary key, name varchar(10))")
status("insert into dogs (name) values ('a'), ('b')")
status("insert into dogs (id, name) values (5000000312, 'c')")
status("insert into dogs (id, name) values (4294967295, 'd')")
status("update dogs set name = 'a' where id = 1")
status("update dogs set name = 'x' where id = 99")
status("drop table dogs")
--- response_body_like chop
^0 0 2 [01] nil
0 0 2 0 nil
2 1 2 0 string
1 5000000312 2 0 nil
1 4294967295 2 0 nil
1 0 2 0 string
0 0 2 0 string
0 0 2 0 nil
$



=== values by type
--- lua
local db = connected { compact_arrays = true }
db:query("drop table if exists kinds")
db:query([[create table kinds (a tinyint, b smallint, c int, d mediumint, e bigint, f float, g double,
    h decimal(6,2), i year, j date, k datetime, l varchar(9), m blob, n bit(8))]])
db:query([[insert into kinds values (-1, 2, 3, 4, 9007199254740993, 3.14, 1e100, 12.50, 1999,
    '2000-01-02', '2000-01-02 03:04:05', 'text', 'blob', b'01000001')]])
db:query("insert into kinds values (null,null,null,null,null,null,null,null,null,null,null,null,null,'')")
local rows = db:query("select * from kinds")
show(rows[1])
show(rows[2][1] == ngx.null, rows[2][13] == ngx.null)
db:set_compact_arrays(false)
local row = db:query("select e, f, l from kinds")[1]
show(row.e, row.f, row.l)
show(db:query("select * from kinds where 0"))
show(db:query("select sum(c) as total from kinds")[1].total)
show(db:query("select 1 as x, 2 as x")[1].x)
db:query("drop table kinds")
--- response_body
[-1,2,3,4,"9007199254740993",3.14,1e+100,12.5,1999,"2000-01-02","2000-01-02 03:04:05","text","blob","A"]
true true
9007199254740993 3.14 text
{}
3
2



=== errors have a number and an SQL state, and the connection stays usable
--- lua
local db = connected()
local res, err, code, state = db:query("bad SQL")
show(res, err:sub(1, 35), code, state)
show(db:query("select * from nowhere"))
show(db:query("select 1 as x"))
--- response_body
nil You have an error in your SQL synta 1064 42000
nil Table 'ngx_test.nowhere' doesn't exist 1146 42S02
[{"x":1}]



=== several statements, several results
--- lua
local db = connected { compact_arrays = true }
show(db:query("select 1; select 2; do 1; select 3"))
show(db:set_keepalive())
show(db:query("select 4"))
show(db:read_result())
local res, err = db:read_result()
show(res.server_status, err)
show(db:read_result())
show(db:read_result())
show(db:query("select 4"))
--- response_body
[[1]] again
nil cannot be reused in the current connection state: 2
nil failed to send query: cannot send query in the current context: 2
[[2]] again
10 again
[[3]]
nil cannot read result in the current context: 1
[[4]]



=== sending and reading apart
--- lua
local db = connected()
show(db:send_query("select 1 as x"))
show(db:send_query("select 1 as x"))
show(db:read_result())
--- response_body
18
nil cannot send query in the current context: 2
[{"x":1}]



=== ten thousand rows, a row of many columns, twenty megabytes
--- lua
local db = connected { max_packet_size = 30 * 1024 * 1024 }
local rows = db:query("select seq, repeat('x', seq % 50) as text from seq_1_to_10000", 10000)
local length = 0
for i = 1, #rows do
    assert(rows[i].seq == tostring(i))
    length = length + #rows[i].text
end
show(#rows, length)
local columns = {}
for i = 1, 1000 do
    columns[i] = i .. " as c" .. i
end
show(db:query("select " .. table.concat(columns, ","))[1].c1000)
db:query("set global max_allowed_packet = 64 * 1024 * 1024")
db:close()
db = connected { max_packet_size = 30 * 1024 * 1024 }
show(#db:query("select repeat('x', 20000000) as large")[1].large)
show(db:query("select length('" .. ("y"):rep(17000000) .. "') as sent"))
show(db:query("select 1 as x"))
--- timeout: 20
--- response_body
10000 245000
1000
20000000
[{"sent":17000000}]
[{"x":1}]



=== a packet that is too large spoils the connection
--- lua
local db = connected { max_packet_size = 1000 }
show(db:query("select repeat('x', 2000)"))
show(db:set_keepalive())
show(db:query("select 1"))
--- response_body
nil packet size too big: 2003
nil cannot be reused in the current connection state: 2
nil failed to send query: cannot send query in the current context: 2



=== a timeout spoils the connection
--- lua
local db = connected()
db:set_timeout(50)
show(db:query("select sleep(1)"))
show(db:set_keepalive())
show(db:close())
--- response_body
nil failed to receive packet header: timeout
nil cannot be reused in the current connection state: 2
1



=== connections are used again
--- lua
local db = connected()
show(type(db:server_ver()), db:query("set @dog = 7") ~= nil)
show(db:set_keepalive(10000, 10))
show(db:query("select 1"))
local again = connected()
show(again:get_reused_times() > 0, again:server_ver())
show(again:query("select 1 as x"))
show(again:close())
show(again:set_keepalive())
--- response_body
string true
1
nil failed to send query: cannot send query in the current context: nil
true
[{"x":1}]
1
nil cannot be reused in the current connection state: nil



=== without a socket
--- lua
local none = setmetatable({}, { __index = mysql })
show(none:connect {})
show(none:query("select 1"))
show(none:read_result())
show(none:set_timeout(1))
show(none:set_keepalive())
show(none:get_reused_times())
show(none:close())
--- response_body
nil not initialized
nil failed to send query: not initialized
nil not initialized
nil not initialized
nil not initialized
nil not initialized
nil not initialized
