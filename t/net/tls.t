# tcpsock:sslhandshake, against a server with a certificate made for the occasion.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);

# A certificate for "peer.test" that is its own authority, and another one.
for my $name (qw(peer other)) {
    system(qw(openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2),
           '-subj', "/CN=$name.test", '-addext', "subjectAltName=DNS:$name.test",
           '-keyout', "/tmp/$name.$$.key", '-out', "/tmp/$name.$$.crt") == 0
        or die "openssl failed";
}
our %file = map { my $n = $_; map { ("$n.$_" => slurp("/tmp/$n.$$.$_")) } qw(key crt) } qw(peer other);
unlink glob "/tmp/{peer,other}.$$.{key,crt}";

sub slurp {
    open my $in, '<', $_[0] or die "$_[0]: $!";
    local $/;
    return <$in>;
}

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value(http_config => ($block->http_config // '') . <<'END');
server {
    listen 127.0.0.1:1986 ssl;
    ssl_certificate ../html/peer.crt;
    ssl_certificate_key ../html/peer.key;
    location / { return 200 "secret\n"; }
}
init_worker_by_lua_block {
    function tls(...)
        local sock = ngx.socket.tcp()
        assert(sock:connect("127.0.0.1", 1986))
        return sock, sock:sslhandshake(...)
    end
    function get(sock)
        sock:send({ "GET / HTTP/1.0\r\n", "Host: a\r\n\r\n" })
        return (sock:receive("*a"):match("[^\n]*\n$"):gsub("\n", ""))
    end
}
END
    $block->set_value(user_files => join '', map { ">>> $_\n$file{$_}" } sort keys %file);
});

run_tests();

__DATA__

=== a handshake gives a session, or true where none is wanted
--- lua
local sock, session, err = tls()
joined(type(session), err, get(sock))
local sock, ok = tls(false)
joined(ok, get(sock))
local sock, again = tls(session)
joined(type(again), get(sock))
--- response_body
cdata|nil|secret
true|secret
cdata|secret



=== the second handshake on a connection is the first one's
--- lua
local sock, session = tls()
joined(sock:sslhandshake(session) == session, sock:sslhandshake(false), get(sock))
--- response_body
true|true|secret



=== a certificate that is trusted, and has the name
--- config
lua_ssl_trusted_certificate ../html/peer.crt;
--- lua
local sock, session, err = tls(nil, "peer.test", true)
joined(type(session), err, get(sock))
--- response_body
cdata|nil|secret



=== one that is trusted, but has another name
--- config
lua_ssl_trusted_certificate ../html/peer.crt;
--- lua
local sock, session, err = tls(nil, "other.test", true)
joined(session, err)
joined(sock:send("x"))
--- response_body
nil|certificate host mismatch
nil|closed
--- error_log
lua ssl certificate does not match host "other.test"
attempt to send data on a closed socket



=== one that is not trusted
--- config
lua_ssl_trusted_certificate ../html/other.crt;
--- lua
local sock, session, err = tls(nil, "peer.test", true)
joined(session, (err:gsub("[ -]signed", "-signed")))
--- response_body_like
^nil\|18: self-signed certificate$
--- error_log
lua ssl certificate verify error: (18: self



=== nobody checks where nobody asks
--- lua
local sock, session, err = tls(nil, "other.test", false)
joined(type(session), get(sock))
--- response_body
cdata|secret



=== a kept TLS connection needs no second handshake
--- lua
local options = { pool = "tls" }
local sock = ngx.socket.tcp()
for i = 1, 2 do
    sock:connect("127.0.0.1", 1986, options)
    joined(sock:getreusedtimes(), sock:sslhandshake(false))
    sock:send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    repeat local line = sock:receive() until line == ""
    joined(sock:receive(7) == "secret\n", i == 1 and sock:setkeepalive() or sock:close())
end
--- response_body
0|true
true|1
1|true
true|1



=== a peer that speaks no TLS, one that says nothing
--- lua
local sock = peer("what?\n")
joined(sock:sslhandshake())
local sock = peer("", { wait = 5 })
sock:settimeout(30)
joined(sock:sslhandshake())
joined(sock:receive())
--- response_body
nil|handshake failed
nil|timeout
nil|closed
--- error_log
SSL_do_handshake() failed



=== a thread that is killed in the middle
--- lua
local sock = peer("", { wait = 5 })
local thread = ngx.thread.spawn(function () sock:sslhandshake() end)
joined(sock:send("x"))
ngx.thread.kill(thread)
joined(sock:send("x"))
--- response_body
nil|socket busy connecting
nil|closed
--- error_log
attempt to send data on a closed socket



=== wrong arguments
--- lua
local sock = ngx.socket.tcp()
fails(sock.sslhandshake)
joined(sock:sslhandshake())
joined(sock:setclientcert("a"))
joined(sock:setclientcert("a", "b"))
joined(sock:setclientcert())
joined(sock:settrustedstore("a"))
joined(sock:settrustedstore())
fails(function () sock:getsslpointer() end)
local plain = peer("abc")
joined(plain:getsslpointer())
joined(plain:getsslsession())
--- response_body
ngx.socket sslhandshake: expecting 1 ~ 5 arguments (including the object), but seen 0
nil|closed
nil|client certificate must be supplied with corresponding private key
nil|bad cert arg: cdata expected, got string
true
nil|bad store arg: cdata expected, got string
nil|closed
here: socket is never created nor connected
nil|no ssl connection
nil|closed
