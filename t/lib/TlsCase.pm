# Certificates, and a client that does TLS handshakes. Blocks with a server of their own:
#
#     use Test::Nginx::Socket::Lua 'no_plan';
#     use TlsCase;
#
#     === a title that reads as a sentence
#     --- tls
#     ssl_certificate_by_lua_block { ... }     what the server has beside its certificate
#     --- lua
#     show(handshake())                        prints "ok", or nil and why
#     show(handshake("test.com", get))         get(sock) is called with the connected socket
#
# In $TEST_NGINX_CERTS lie ca.crt, server.crt and client.crt with their keys, and other.crt, which
# nobody has signed. The server's name is test.com. What LuaCase gives is there too.
package TlsCase;

use strict;
use warnings;

use File::Temp qw(tempdir);
use LuaCase;
use Test::Nginx::Socket::Lua ();

my $dir = tempdir('ngx-certs-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;
$ENV{TEST_NGINX_CERTS} = $dir;
$ENV{TEST_NGINX_HTML_DIR} ||= Test::Nginx::Util::html_dir();

sub openssl {
    my (@args) = @_;
    open my $saved, '>&', \*STDERR or die "dup: $!\n";
    open STDERR, '>', "$dir/openssl.log" or die "$dir/openssl.log: $!\n";
    my $status = system 'openssl', @args;
    open STDERR, '>&', $saved or die "dup: $!\n";
    die "openssl @args failed\n" if $status != 0;
}

sub make_certificate {
    my ($name, $subject, @more) = @_;
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-days', '2', '-keyout', "$dir/$name.key", '-out', "$dir/$name.crt", '-subj', "/CN=$subject",
        @more);
}

make_certificate('ca', 'authority');
make_certificate($_->[0], $_->[1], '-CA', "$dir/ca.crt", '-CAkey', "$dir/ca.key", '-addext',
    'authorityInfoAccess=OCSP;URI:http://127.0.0.1/ocsp')
    for ['server', 'test.com'], ['client', 'client'];
make_certificate('other', 'other.com');
chmod 0644, glob "$dir/*";

my $client = <<'END';
init_by_lua_block {
    -- The bytes of a file in the folder of certificates.
    function cert_file(name)
        local file = assert(io.open("$TEST_NGINX_CERTS/" .. name, "rb"))
        local bytes = file:read("*a")
        file:close()
        return bytes
    end

    function handshake(name, get)
        local sock = ngx.socket.tcp()
        sock:settimeout(5000)
        assert(sock:connect("unix:$TEST_NGINX_HTML_DIR/tls.sock"))
        local ok, err = sock:sslhandshake(false, name or "test.com", true)
        if not ok then
            return nil, err
        end
        local result = "ok"
        if get then
            result = get(sock)
        end
        sock:close()
        return result
    end

    -- For handshake(): asks the server for a page.
    function get_page(sock)
        assert(sock:send("GET /page HTTP/1.0\r\n\r\n"))
        local answer = assert(sock:receive("*a"))
        return (answer:gsub("^.-\r\n\r\n", ""):gsub("\n$", ""))
    end
}
END

Test::Nginx::Socket::Lua::add_block_preprocessor(
    sub {
        my $block = shift;
        return if !defined $block->tls;
        my $http = $block->http_config // '';
        $block->set_value('http_config', "$client$http
    lua_ssl_trusted_certificate $dir/ca.crt;
    lua_socket_log_errors off;
    server {
        listen unix:\$TEST_NGINX_HTML_DIR/tls.sock ssl;
        server_name test.com;
        ssl_certificate $dir/server.crt;
        ssl_certificate_key $dir/server.key;
        " . $block->tls . "
    }
");
    });

1;
