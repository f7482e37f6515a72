# resty.http: URIs, proxies, TLS, and servers that answer nonsense.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $fake = "$ENV{TEST_NGINX_SERVROOT}/html/fake.sock";
my $client = <<"END";
local http = require "resty.http"
local function to_fake(params)
    local httpc = http.new()
    httpc:set_timeout(300)
    assert(httpc:connect { host = "unix:$fake" })
    return httpc, httpc:request(params or { headers = { Host = "fake" } })
end
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $client . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(tcp_listen => $fake) if defined $block->tcp_reply;
    $block->set_value(tcp_no_close => 1) if defined $block->tcp_reply && !defined $block->closes;
});
no_long_string();
run_tests();

__DATA__

=== URIs
--- lua
local httpc = http.new()
for _, uri in ipairs { "http://a.com", "https://a.com/x?y=1", "http://[::1]:81/p", "http://a?b", "ftp://x", "http:///x" } do
    show(httpc:parse_uri(uri))
    show(httpc:parse_uri(uri, false))
end
show(httpc:parse_uri("//b:99/"))
--- response_body
["http","a.com",80,"\/"]
["http","a.com",80,"\/",""]
["https","a.com",443,"\/x?y=1"]
["https","a.com",443,"\/x","y=1"]
["http","[::1]",81,"\/p"]
["http","[::1]",81,"\/p",""]
["http","a",80,"\/?b"]
["http","a",80,"\/","b"]
nil bad uri: ftp://x
nil bad uri: ftp://x
nil bad uri: http:///x
nil bad uri: http:///x
["http","b",99,"\/"]



=== who is reached through a proxy
--- lua
local httpc = http.new()
show(httpc:get_proxy_uri("http", "a"))
httpc:set_proxy_options { http_proxy = "http://p", no_proxy = ".example.com, foo,1.2.3.4" }
for _, host in ipairs { "example.com", "a.b.example.com", "notexample.com", "foo", "a.foo", "1.2.3.4" } do
    show(host, httpc:get_proxy_uri("http", host))
end
show(httpc:get_proxy_uri("https", "a"))
httpc:set_proxy_options { http_proxy = "http://p", no_proxy = "*" }
show(httpc:get_proxy_uri("http", "a"))
--- response_body
nil
example.com
a.b.example.com
notexample.com http://p
foo
a.foo http://p
1.2.3.4
nil
nil



=== a request through a proxy, and one past it
--- config
location /x {
    content_by_lua_block {
        ngx.req.read_body()
        ngx.say(ngx.req.raw_header():match("^[^\r]+"), " ", ngx.var.http_proxy_authorization)
    }
}
--- lua
local port = ngx.var.server_port
local httpc = http.new()
httpc:set_proxy_options {
    http_proxy = "http://127.0.0.1:" .. port,
    http_proxy_authorization = "Basic x",
    no_proxy = "127.0.0.1",
}
ngx.print(httpc:request_uri("http://else.where:81/x?y").body)
ngx.print(httpc:request_uri("http://else.where/x", { headers = { ["Proxy-Authorization"] = "Basic y" } }).body)
ngx.print(httpc:request_uri("http://127.0.0.1:" .. port .. "/x").body)
httpc:set_proxy_options { http_proxy = "https://127.0.0.1", https_proxy = "http://127.0.0.1:1" }
show(httpc:request_uri("http://else.where"))
show(httpc:request_uri("https://else.where"))
--- response_body
GET http://else.where:81/x?y HTTP/1.1 Basic x
GET http://else.where/x HTTP/1.1 Basic y
GET /x HTTP/1.1 nil
nil protocol https not supported for proxy connections
nil failed to connect to: 127.0.0.1:1: connection refused



=== options that do not fit, servers that are not there
--- lua
local httpc = http.new()
show(httpc:connect { host = "a", port = 1 })
show(httpc:connect { scheme = "http", host = "127.0.0.1", port = 1 })
show(httpc:connect { scheme = "https", host = "127.0.0.1", ssl_client_cert = "x" })
show(httpc:request_uri("http://127.0.0.1:1/"))
--- response_body
nil 'scheme' is required when providing a port
nil connection refused
nil bad ssl_client_cert: cdata expected, got string
nil connection refused



=== chunks with a trailer
--- lua
local httpc, res = to_fake()
show(res.headers.foo)
show(res:read_body())
show(res:read_trailers().foo, res.headers.FOO)
show(httpc:set_keepalive())
--- tcp_reply eval: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Foo\r\n\r\n3\r\nabc\r\n0\r\nFoo: bar\r\n\r\n"
--- response_body
nil
abc
bar bar
1



=== no trailer
--- lua
local httpc, res = to_fake()
show(res:read_trailers())
show(res:read_body() == "")
--- tcp_reply eval: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
--- response_body
nil no trailers
true



=== a body that ends with the connection
--- closes
--- lua
local httpc, res = to_fake()
show(res.body_reader(2))
show(res.body_reader(2))
show(res.body_reader(2))
--- tcp_reply eval: "HTTP/1.1 200 OK\r\n\r\nabc"
--- response_body
ab
c closed
nil



=== half a body
--- lua
local httpc, res = to_fake()
show(res:read_body())
show(httpc:set_keepalive())
--- tcp_reply eval: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd"
--- response_body
nil timeout abcd
2 connection must be closed



=== half a head
--- lua
local httpc, res, err = to_fake()
show(res, err)
show(httpc:set_keepalive())
--- tcp_reply eval: "HTTP/1.1 200 OK\r\nContent-"
--- response_body
nil timeout
2 connection must be closed



=== a chunk size that is none
--- lua
local httpc, res = to_fake()
show(res:read_body())
show(httpc:set_keepalive())
--- tcp_reply eval: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
--- response_body
nil unable to read chunksize 
2 connection must be closed



=== a status line that is none
--- lua
local httpc, res, err = to_fake()
show(res, err)
--- tcp_reply eval: "what?\r\n\r\n"
--- response_body
nil couldn't parse HTTP version from response status line: what?



=== a status that is none
--- lua
local httpc, res, err = to_fake()
show(res, err)
--- tcp_reply eval: "HTTP/1.1 x\r\n\r\n"
--- response_body
nil couldn't parse status code from response status line: HTTP/1.1 x



=== who wants no body after all
--- lua
local httpc, res = to_fake { method = "POST", body = "x", headers = { Host = "fake", Expect = "100-continue" } }
show(res.status, res:read_body())
--- tcp_reply eval: "HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno"
--- response_body
417 no
