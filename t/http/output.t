# ngx.print, say, flush, eof, send_headers.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== every type that can be printed
--- lua
ngx.say("text", 1, 1.5, nil, true, false, ngx.null)
ngx.print("no", " newline", "\n")
ngx.say()
ngx.say(nil)
ngx.print()
ngx.say({ "a", { 1, nil, { true } }, {}, ngx.null, false })
--- response_body eval
"text11.5niltruefalsenull\nno newline\n\nnil\na1niltruenullfalse\n"



=== numbers
--- lua
ngx.say(0, " ", -1, " ", 2^31, " ", 2^53, " ", 1e15, " ", 1e14, " ", 99999999999999, " ", 0.1, " ", -0.25, " ", 1e100, " ", 1/0, " ", -1/0, " ", 3.14159265358979)
ngx.say({ 2^63, 1e-5 })
--- response_body
0 -1 2147483648 9.007199254741e+15 1e+15 1e+14 99999999999999 0.1 -0.25 1e+100 inf -inf 3.1415926535898
9.2233720368548e+181e-05



=== holes in arrays print as nil
--- lua
ngx.say({ 1, nil, 3, [5] = 5 })
--- response_body
1nil3nil5



=== both return 1
--- lua
ngx.say(ngx.print("a"), ngx.say("b"), ngx.print(), ngx.print(1, 2), ngx.print(1, 2, 3), ngx.print(1, 2, 3, 4))
--- response_body
ab
121231234111111



=== many arguments and long tables
--- lua
local list = {}
for i = 1, 1000 do
    list[i] = i % 10
end
ngx.say(list)
ngx.say(unpack(list, 1, 200))
--- response_body eval
my $list = CORE::join '', map { $_ % 10 } 1 .. 1000;
"$list\n" . substr($list, 0, 200) . "\n"



=== each number of arguments
--- lua
local list = { 1, "b", nil, 4, true, "f", 7, "h", 9.5, "j" }
for n = 0, 10 do
    ngx.say(unpack(list, 1, n))
end
--- response_body eval
my @text = ('1', 'b', 'nil', '4', 'true', 'f', '7', 'h', '9.5', 'j');
CORE::join '', map { CORE::join('', @text[0 .. $_ - 1]) . "\n" } 0 .. 10



=== what cannot be printed
--- lua
fails(ngx.say, { a = 1 })
fails(ngx.say, 1, { 1, { [0] = 1 } })
fails(ngx.print, { [1.5] = 1 })
fails(ngx.print, 1, 2, { 1, { print } })
fails(ngx.print, 1, 2, 3, print)
fails(ngx.print, 1, 2, 3, 4, 5, 6, 7, print)
fails(ngx.print, 1, 2, 3, 4, 5, 6, 7, 8, print)
fails(ngx.say, coroutine.running())
fails(function () ngx.say(print) end)
fails(function () ngx.print(1, {}, {}, { x = 1 }) end)
fails(function () local out = ngx.print out("a", 1LL) end)
--- response_body
bad argument #1 to '?' (non-array table found)
bad argument #2 to '?' (non-array table found)
bad argument #1 to '?' (non-array table found)
bad argument #3 to '?' (bad data type function found)
bad argument #4 to '?' (string, number, boolean, nil, ngx.null, or array table expected, but got function)
bad argument #8 to '?' (string, number, boolean, nil, ngx.null, or array table expected, but got function)
bad argument #9 to '?' (string, number, boolean, nil, ngx.null, or array table expected, but got function)
bad argument #1 to '?' (string, number, boolean, nil, ngx.null, or array table expected, but got thread)
here: bad argument #1 to 'say' (string, number, boolean, nil, ngx.null, or array table expected, but got function)
here: bad argument #4 to 'print' (non-array table found)
here: bad argument #2 to 'out' (string, number, boolean, nil, ngx.null, or array table expected, but got cdata)



=== a failed call prints nothing
--- lua
pcall(ngx.print, "lost", print)
ngx.say("kept")
--- response_body
kept



=== after eof nothing can be said
--- lua
ngx.say("last")
local ok = ngx.eof()
local said, err = ngx.say("too late")
ngx.log(ngx.WARN, "eof: ", ok, ", say: ", said, " ", err)
local again, why = ngx.eof()
ngx.log(ngx.WARN, "second eof: ", again, " ", why)
--- response_body
last
--- error_log
eof: 1, say: nil seen eof
second eof: nil seen eof



=== headers alone
--- lua
ngx.header["X-A"] = "b"
ngx.say(ngx.send_headers(), ngx.send_headers(), ngx.headers_sent)
--- response_headers
X-A: b
--- response_body
11true



=== flush with and without waiting
--- lua
ngx.say("a")
local no_wait, wait = ngx.flush(), ngx.flush(true)
ngx.say(no_wait, wait, ngx.flush(false))
--- response_body
a
111



=== flush with nothing to send
--- lua
local ok, err = ngx.flush()
ngx.say(ok, " ", err)
--- response_body
nil nothing to flush



=== wrong arguments
--- lua
fails(function () ngx.flush(1) end)
fails(function () ngx.flush(true, true) end)
fails(function () ngx.eof(1) end)
--- response_body
here: bad argument #1 to 'flush' (boolean expected, got number)
here: attempt to pass 2 arguments, but accepted 0 or 1
here: no argument is expected



=== a HEAD request gets the header only
--- lua
local first = ngx.say("a")
local second, err = ngx.say("b")
ngx.log(ngx.WARN, first, " ", second, " ", err)
--- request
HEAD /t
--- response_body
--- error_log
1 nil header only



=== filters written in Lua see each call
--- config
    location = /filtered {
        content_by_lua_block {
            ngx.print("a", 1)
            ngx.say({ "b" })
            ngx.flush(true)
            ngx.eof()
        }
        header_filter_by_lua_block {
            ngx.header["X-Filter"] = "yes"
            collectgarbage()
        }
        body_filter_by_lua_block {
            if ngx.arg[1] ~= "" then
                ngx.arg[1] = "[" .. ngx.arg[1]:gsub("\n", "") .. "]"
            end
        }
    }
--- request
GET /filtered
--- response_headers
X-Filter: yes
--- response_body: [a1][b]
--- no_error_log
[error]
