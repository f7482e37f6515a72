# Requests for backends that are made of values which grow while they are evaluated are refused;
# others arrive as they are.
use Test::Nginx::Socket::Lua 'no_plan';
use RawBackend qw(serve write_pieces);

# Tells how long the value was that it got.
serve(1986, sub {
    my ($socket, $request) = @_;
    my $length = () = $request =~ /x/g;
    write_pieces($socket, "Status: 200\r\n\r\n$length");
});

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("http_config", <<'_EOC_');
    map $uri $m { ~(?<cap>.*) $cap; }
    server {
        listen 127.0.0.1:1985;
        location / {
            content_by_lua_block {
                ngx.req.read_body()
                local value = ngx.var.http_grown or ngx.req.get_body_data() or ""
                ngx.print(select(2, string.gsub(value, "x", "")))
            }
        }
    }
_EOC_
    my $value = $block->value;
    my $setting = $block->setting;
    $block->set_value("config", <<"_EOC_");
    location ~ /grows {
        set \$cap "";
        $setting "\$cap\$m$value";
    }
    location ~ /keeps {
        set \$cap "";
        $setting "\$m$value";
    }
_EOC_
    $block->set_value("request", ["GET /grows/" . "x" x 900, "GET /keeps/" . "x" x 900]);
    $block->set_value("error_code", [500, 200]);
    $block->set_value("response_body_like", ["500 Internal Server Error", "^900\$"]);
});

repeat_each(1);
run_tests();

__DATA__

=== a header for proxy_pass
--- value
--- setting
proxy_pass http://127.0.0.1:1985; proxy_set_header Grown


=== a body for proxy_pass
--- value
--- setting
proxy_pass http://127.0.0.1:1985; proxy_set_body


=== a parameter for scgi_pass
--- value
--- setting
scgi_pass 127.0.0.1:1986; scgi_param GROWN


=== a parameter for uwsgi_pass
--- value eval
"\0"
--- setting
uwsgi_pass 127.0.0.1:1986; uwsgi_param GROWN
