# What nginx says about lua_ssl_* directives that it cannot use.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(1);
run_tests();

__DATA__

=== a certificate needs a key
--- config
    lua_ssl_certificate no_such.crt;
--- must_die
--- error_log eval
qr/\[emerg\] .*no "lua_ssl_certificate_key" is defined for certificate "no_such\.crt"/



=== the last certificate without a key is named
--- http_config
    lua_ssl_certificate one.crt;
    lua_ssl_certificate two.crt;
    lua_ssl_certificate_key one.key;
--- config
--- must_die
--- error_log
no "lua_ssl_certificate_key" is defined for certificate "two.crt"



=== a certificate that is not there
--- config
    lua_ssl_certificate no_such.crt;
    lua_ssl_certificate_key no_such.key;
--- must_die
--- error_log eval
qr{\[emerg\] .*cannot load certificate "\S+/conf/no_such\.crt"}



=== ciphers that OpenSSL does not know
--- config
    lua_ssl_ciphers NONSENSE;
--- must_die
--- error_log
SSL_CTX_set_cipher_list("NONSENSE") failed



=== a file of trusted certificates that is not there
--- config
    location /t {
        lua_ssl_trusted_certificate no_such.pem;
    }
--- must_die
--- error_log eval
qr{SSL_CTX_load_verify_locations\("\S+/conf/no_such\.pem"\) failed}



=== a list of revoked certificates that is not there
--- config
    lua_ssl_crl no_such.crl;
--- must_die
--- error_log eval
qr{X509_LOOKUP_load_file\("\S+/conf/no_such\.crl"\) failed}



=== a command that OpenSSL does not know
--- config
    lua_ssl_conf_command Nonsense 1;
--- must_die
--- error_log
SSL_CONF_cmd("Nonsense", "1") failed



=== a folder of the key log that is not there
--- config
    lua_ssl_key_log no_such/key.log;
--- must_die
--- error_log eval
qr{open\(\) "\S+/conf/no_such/key\.log" failed}



=== errors at http level show where a server has no settings of its own
--- http_config
    lua_ssl_ciphers NONSENSE;
--- config
--- must_die
--- error_log
SSL_CTX_set_cipher_list("NONSENSE") failed



=== settings on several levels go together
--- http_config
    lua_ssl_verify_depth 3;
    lua_ssl_key_log key.log;
--- config
    lua_ssl_ciphers HIGH;
    location /t {
        lua_ssl_protocols TLSv1.2;
        lua_ssl_conf_command Options -SessionTicket;
        return 200 ok;
    }
--- request
GET /t
--- response_body chomp
ok
--- no_error_log
[error]
