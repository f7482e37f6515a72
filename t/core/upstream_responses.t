# Responses of backends that are cut into pieces, come early, or are odd.
use Test::Nginx::Socket::Lua 'no_plan';
use RawBackend qw(serve write_pieces);

# A header that begins like a status line, cut after the byte that the URI names.
my $header = "HTTX: value\r\nContent-Length: 4\r\n\r\nbody";
serve(1985, sub {
    my ($socket, $request) = @_;
    my ($at) = $request =~ /cut(\d+)/;
    write_pieces($socket, substr($header, 0, $at), substr($header, $at));
});
# No HTTP at all.
serve(1986, sub {
    my ($socket, $request) = @_;
    my ($at) = $request =~ /cut(\d+)/;
    write_pieces($socket, substr("HTTP plain text", 0, $at), substr("HTTP plain text", $at));
});
# Does not wait for a request.
serve(1987, sub { write_pieces($_[0], "HTTP/1.0 200 OK\r\nX-First: yes\r\n\r\nplain") }, at_once => 1);
serve(1988, sub { write_pieces($_[0], "HTTP/1.0 502 Bad\r\nX-First: yes\r\n\r\nplain") }, at_once => 1);
serve(1989, sub { write_pieces($_[0], "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=\"\r\n\r\nbody") });

# Both events of a new connection, connected and readable, are there when nginx looks.
our $busy = <<'_EOC_';
    location = /busy {
        content_by_lua_block {
            local start = os.clock()
            while os.clock() - start < 0.3 do
            end
        }
    }
    location = /t {
        content_by_lua_block {
            local res = ngx.location.capture_multi { { "/early" }, { "/busy" } }
            ngx.say(res.status, " ", tostring(res.header["X-First"]), " ", tostring(res.header["X-Second"]))
        }
    }
_EOC_

repeat_each(1);
run_tests();

__DATA__

=== a header of a uwsgi or SCGI server that begins like a status line
--- config
    location ~ ^/uwsgi {
        uwsgi_pass 127.0.0.1:1985;
        uwsgi_param URI "$uri\0";
    }
    location ~ ^/scgi {
        scgi_pass 127.0.0.1:1985;
        scgi_param URI "$uri";
    }
--- request eval
[map {("GET /uwsgi/cut$_", "GET /scgi/cut$_")} 1 .. 8]
--- response_headers eval
[map { "HTTX: value" } 1 .. 16]
--- response_body eval
[map { "body" } 1 .. 16]


=== what is no HTTP response is passed on whole
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 6 do
                ngx.say(ngx.location.capture("/cut" .. i).body)
            end
        }
    }
    location ~ . {
        proxy_pass http://127.0.0.1:1986;
    }
--- request
GET /t
--- response_body eval
"HTTP plain text\n" x 6


=== plain text is no answer of a TLS server
--- config eval
$::busy . <<'_EOC_'
    location = /early {
        proxy_pass https://127.0.0.1:1987;
    }
_EOC_
--- request
GET /t
--- response_body
502 nil nil
--- error_log
upstream sent data before TLS handshake


=== nothing of an early answer is left for the next server
--- http_config
    upstream pair {
        server 127.0.0.1:1988;
        server 127.0.0.1:1984 backup;
    }
--- config eval
$::busy . <<'_EOC_'
    location = /early {
        proxy_next_upstream http_502;
        proxy_pass http://pair/second;
    }
    location = /second {
        add_header X-Second yes;
        return 200 "second";
    }
_EOC_
--- request
GET /t
--- response_body
200 nil yes


=== a charset that is a quote
--- config
    location ~ . {
        proxy_pass http://127.0.0.1:1989;
        header_filter_by_lua_block {
            ngx.header.content_type = "text/plain"
        }
    }
--- request
GET /t
--- response_headers
Content-Type: text/plain
--- response_body: body


=== a URI that try_files made shorter than the location
--- http_config
    server {
        listen 127.0.0.1:1990;
        location / {
            return 200 "$request_uri\n";
        }
    }
--- config
    location /long/ {
        try_files /x =404;
        proxy_pass http://127.0.0.1:1990/b/;
    }
--- user_files
>>> x
file
--- request
GET /long/t
--- response_body
/b/
