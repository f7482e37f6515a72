# tcpsock:receiveuntil: each case with the default buffer, and byte by byte with a small one.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(1);
run_tests();

__DATA__

=== whole records
--- config
location = /small {
    lua_socket_buffer_size 1;
    content_by_lua_block { cases(1) }
}
--- http_config
init_worker_by_lua_block {
    local function try(step, bytes, pattern, options)
        local it = peer(bytes, { step = step }):receiveuntil(pattern, options or {})
        local results = { bytes .. " / " .. pattern .. ":" }
        for i = 1, 3 do
            local data, err, partial = it()
            results[#results + 1] = data and "<" .. data .. ">" or err .. " <" .. partial .. ">"
            if not data then break end
        end
        ngx.say(table.concat(results, " "))
    end

    function cases(step)
        try(step, "abcabcabd.", "abcabd")
        try(step, "abcabcaad.", "aa")
        try(step, "baaaaaaaaeaaaaaaadf.", "aaaaad")
        try(step, "a--b--c", "--")
        try(step, "a--b--c", "--", { inclusive = true })
        try(step, "--a", "--")
        try(step, "abc-", "--")
        try(step, "aXbX", "X", { inclusive = false })
    end
}
--- lua
cases()
ngx.print(ngx.location.capture("/small").body)
--- response_body eval
my $table = <<'END';
abcabcabd. / abcabd: <abc> closed <.>
abcabcaad. / aa: <abcabc> closed <d.>
baaaaaaaaeaaaaaaadf. / aaaaad: <baaaaaaaaeaa> closed <f.>
a--b--c / --: <a> <b> closed <c>
a--b--c / --: <a--> <b--> closed <c>
--a / --: <> closed <a>
abc- / --: closed <abc>
aXbX / X: <a> <b> closed <>
END
$table x 2



=== pieces on the way to the pattern
--- config
location = /small {
    lua_socket_buffer_size 1;
    content_by_lua_block { cases(1) }
}
--- http_config
init_worker_by_lua_block {
    local function try(step, bytes, pattern, size, other, options)
        local sock = peer(bytes, { step = step })
        local it = sock:receiveuntil(pattern, options or {})
        local results = { bytes .. " / " .. pattern .. " " .. size .. ":" }
        for i = 1, 12 do
            local data, err, partial
            if other and i % 2 == 0 then
                data, err, partial = sock:receive(other)
            else
                data, err, partial = it(size)
            end
            results[#results + 1] = data and "<" .. data .. ">" or err or "end"
            if err then break end
        end
        ngx.say(table.concat(results, " "))
    end

    function cases(step)
        try(step, "hello, world ----abc.", "--abc", 4)
        try(step, "hello, world ----abc.", "--abc", 4, 1)
        try(step, "-----abc.", "--abc", 2)
        try(step, "----abc----abc-.", "--abc", 2, 1)
        try(step, "ab1ab1.", "ab1ab2", 2, 3)
        try(step, "--a--ab", "--b", 2)
        try(step, "-axx", "-b", 1)
        try(step, "aaaaaaab", "aaab", 2, nil, { inclusive = true })
    end
}
--- lua
cases()
ngx.print(ngx.location.capture("/small").body)
--- response_body eval
my $table = <<'END';
hello, world ----abc. / --abc 4: <hell> <o, w> <orld> < --> end closed
hello, world ----abc. / --abc 4: <hell> <o> <, wo> <r> <ld -> <-> <> <.> end closed
-----abc. / --abc 2: <--> <-> end closed
----abc----abc-. / --abc 2: <--> <-> <-a> <b> <c-> <-> <> <-> end <.> closed
ab1ab1. / ab1ab2 2: <ab1> <ab1> closed
--a--ab / --b 2: <--> <a--> <ab> closed
-axx / -b 1: <-> <a> <x> <x> closed
aaaaaaab / aaab 2: <aa> <aa> <aaab> end closed
END
$table x 2



=== half a pattern survives a timeout
--- lua
local sock = peer("a--bc", { hold = 3 })
local it = sock:receiveuntil("--b")
sock:settimeout(30)
local data, err, partial
repeat
    data, err, partial = it()
until partial ~= ""
joined(data, err, partial)
sock:send("!")
sock:settimeout(5000)
joined(it())
joined(it())
--- response_body
nil|timeout|a

nil|closed|c
--- error_log
lua tcp socket read timed out



=== wrong arguments
--- lua
local sock = peer("a")
fails(sock.receiveuntil, sock)
fails(function () sock:receiveuntil({}) end)
fails(function () sock:receiveuntil("a", 1) end)
fails(sock.receiveuntil, sock, "a", { inclusive = 1 })
joined(sock:receiveuntil(""))
local it = sock:receiveuntil("zz")
fails(it, 1, 2)
fails(it, "x")
--- response_body
expecting 2 or 3 arguments (including the object), but got 1
here: bad argument #1 to 'receiveuntil' (string expected, got table)
here: bad argument #2 to 'receiveuntil' (table expected, got number)
bad "inclusive" option value type: number
nil|pattern is empty
expecting 0 or 1 argument, but seen 2
bad argument #1 to '?' (number expected, got string)
