# rds.parser.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $stream = <<'END';
-- Bytes of a stream: numbers of so many bytes, little endian.
local function number(value, size)
    local bytes = {}
    for i = 1, size do
        bytes[i] = string.char(value % 256)
        value = math.floor(value / 256)
    end
    return table.concat(bytes)
end
local function header(t)
    return "\0" .. number(t.version or 3, 4) .. number(t.type or 0, 1) .. number(t.errcode or 0, 2)
           .. number(0, 2) .. number(#(t.errstr or ""), 2) .. (t.errstr or "")
           .. number(t.affected or 0, 8) .. number(t.insert_id or 0, 8) .. number(t.columns or 0, 2)
end
local function column(typ, name)
    return number(typ, 2) .. number(0, 2) .. number(#name, 2) .. name
end
local function field(value)
    return value and number(#value, 4) .. value or number(0xffffffff, 4)
end
END
add_block_preprocessor(sub { $_[0]->set_value(lua => $stream . $_[0]->lua) });
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== a result without columns
--- lua
local parser = require "rds.parser"
local res = parser.parse(header { errcode = 7, errstr = "oops", affected = 3, insert_id = 5000000000 })
ngx.say(res.errcode, " ", res.errstr, " ", res.affected_rows, " ", res.insert_id, " ", res.resultset)
res = parser.parse(header {})
ngx.say(res.errcode, " ", res.errstr, " ", res.affected_rows, " ", res.insert_id)
--- response_body
7 oops 3 5000000000 nil
0 nil nil nil



=== values of each type
--- lua
local parser = require "rds.parser"
local res = parser.parse(header { columns = 4 } .. column(9, "id") .. column(0x4008, "x") .. column(0x8006, "s")
                         .. column(0xc004, "b")
                         .. "\1" .. field("-12") .. field("1.5") .. field("text") .. field("t")
                         .. "\1" .. field() .. field() .. field("") .. field("false") .. "\0")
for _, row in ipairs(res.resultset) do
    ngx.say(row.id, " ", row.x, " ", row.s, " ", row.b)
end
ngx.say(res.resultset[2].id == parser.null, " ", parser.null == ngx.null)
--- response_body
-12 1.5 text true
null null  false
true true



=== no rows
--- lua
local res = require "rds.parser".parse(header { columns = 1 } .. column(9, "id") .. "\0")
ngx.say(type(res.resultset), " ", #res.resultset)
--- response_body
table 0



=== streams that break off
--- lua
local parse = require "rds.parser".parse
local head = header { columns = 1 } .. column(9, "id")
local row = "\1" .. field("12")
ngx.say(parse(""))
ngx.say(parse(head:sub(1, 20)))
ngx.say(parse(head:sub(1, -5)))
ngx.say(parse(head:sub(1, -2)))
ngx.say(parse(head))
ngx.say(parse(head .. row:sub(1, 3)))
ngx.say(parse(head .. row .. row:sub(1, 6)))
ngx.say(parse(head .. row))
ngx.say(parse(head .. row .. "\0x"))
--- response_body
nilheader part is incomplete
nilheader part is incomplete
nilcolumn spec is incomplete
nilcolumn name string is incomplete
nilrow flag is incomplete
nilfield size is incomplete at offset 39, row 1, col 1
nilfield value is incomplete at offset 50, row 2, col 1
nilrow flag is incomplete
nilseen unexpected leve-over data bytes at offset 46, row 2



=== streams that are wrong
--- lua
local parse = require "rds.parser".parse
ngx.say(parse(header { version = 4 }))
ngx.say(parse(header { type = 2 }))
ngx.say(parse(header { columns = 1 } .. column(9, "")))
ngx.say(parse(header { columns = 1 } .. column(0xc004, "b") .. "\1" .. field("x") .. "\0"))
fails(parse)
--- response_body
nilfound RDS format version 4, but we can only handle version 3
nilRDS result type must be 0 for now but got 2
nilcolumn name empty
nilunrecognized boolean value at offset 42, row 1, col 1
expected one argument but got 0
