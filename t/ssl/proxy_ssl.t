# proxy_ssl_certificate_by_lua* and proxy_ssl_verify_by_lua*.
use Test::Nginx::Socket::Lua 'no_plan';
use TlsCase;

repeat_each(2);
run_tests();

__DATA__

=== the server is shown the certificate that the handler sets
--- tls
ssl_verify_client on;
ssl_client_certificate $TEST_NGINX_CERTS/ca.crt;
location = /t { return 200 "$ssl_client_verify $ssl_client_s_dn"; }
--- config
location = /t {
    access_by_lua_block { ngx.ctx.name = "client" }
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_session_reuse off;
    proxy_ssl_certificate_by_lua_block {
        local ssl, cert = require "ngx.ssl", require "ngx.ssl.proxysslcert"
        ngx.sleep(0.001)
        local name = ngx.ctx.name
        assert(cert.clear_certs())
        assert(cert.set_cert(assert(ssl.parse_pem_cert(cert_file(name .. ".crt")))))
        assert(cert.set_priv_key(assert(ssl.parse_pem_priv_key(cert_file(name .. ".key")))))
        assert(cert.set_der_cert(ssl.cert_pem_to_der(cert_file(name .. ".crt"))))
        assert(cert.set_der_priv_key(ssl.priv_key_pem_to_der(cert_file(name .. ".key"))))
        print("phase ", ngx.get_phase(), ", ", require("ngx.proxyssl").get_tls1_version_str())
    }
}
--- request
GET /t
--- response_body chomp
SUCCESS CN=client
--- error_log
phase proxy_ssl_cert, TLSv1
--- no_error_log
[error]



=== an error in the handler fails the try
--- tls
ssl_verify_client optional_no_ca;
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_certificate_by_lua_block { ngx.sleep(0.001) error("on purpose") }
}
--- request
GET /t
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
lua entry thread aborted: runtime error: proxy_ssl_certificate_by_lua(nginx.conf:
--- no_error_log
[alert]



=== the handler judges the server's certificate
--- tls
location = /t { return 200 fine; }
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_session_reuse off;
    lua_upstream_skip_openssl_default_verify on;
    proxy_ssl_verify_by_lua_block {
        local verify = require "ngx.ssl.proxysslverify"
        ngx.sleep(0.001)
        print("result ", verify.get_verify_result(), " ", type(verify.get_verify_cert()), ".")
    }
}
--- request
GET /t
--- response_body chomp
fine
--- error_log
result 0 cdata.
--- no_error_log
[error]



=== a verdict other than 0 fails the try
--- tls
location = /t { return 200 fine; }
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_session_reuse off;
    lua_upstream_skip_openssl_default_verify on;
    proxy_ssl_verify_by_lua_block {
        assert(require("ngx.ssl.proxysslverify").set_verify_result(23))
    }
}
--- request
GET /t
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
certificate verify failed
--- no_error_log
[alert]



=== OpenSSL's own check comes first
--- tls
location = /t { return 200 fine; }
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_verify_by_lua_block { ngx.log(ngx.ALERT, "not reached") }
}
--- request
GET /t
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
certificate verify failed
--- no_error_log
[alert]



=== a certificate that OpenSSL trusts is the handler's to judge
--- tls
location = /t { return 200 fine; }
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_ssl_session_reuse off;
    proxy_ssl_verify on;
    proxy_ssl_name test.com;
    proxy_ssl_trusted_certificate $TEST_NGINX_CERTS/ca.crt;
    proxy_ssl_verify_by_lua_block { print("trusted.") }
}
--- request
GET /t
--- response_body chomp
fine
--- error_log
trusted.
--- no_error_log
[error]



=== a server that the handler keeps waiting times out
--- tls
location = /t { return 200 fine; }
--- config
location = /t {
    proxy_pass https://unix:$TEST_NGINX_HTML_DIR/tls.sock:;
    proxy_connect_timeout 100ms;
    lua_upstream_skip_openssl_default_verify on;
    proxy_ssl_verify_by_lua_block { ngx.sleep(30) }
}
--- request
GET /t
--- error_code: 504
--- response_body_like: 504 Gateway Time-out
--- error_log
while loading proxy ssl verify by lua
--- no_error_log
[alert]



=== a location without https has no use for them
--- config
location = /t {
    proxy_pass http://127.0.0.1:1;
    proxy_ssl_certificate_by_lua_block { return }
}
--- must_die
--- error_log
proxy_ssl_certificate_by_lua* should be used with proxy_pass https url
