# ngx.ssl: certificates and keys, addresses and names, clients' certificates.
use Test::Nginx::Socket::Lua 'no_plan';
use TlsCase;

repeat_each(2);
run_tests();

__DATA__

=== a certificate and its key from PEM
--- tls
ssl_certificate_by_lua_block {
    local ssl = require "ngx.ssl"
    assert(ssl.clear_certs())
    assert(ssl.set_cert(assert(ssl.parse_pem_cert(cert_file("server.crt") .. cert_file("ca.crt")))))
    assert(ssl.set_priv_key(assert(ssl.parse_pem_priv_key(cert_file("server.key")))))
}
--- lua
show(handshake())
--- response_body
ok



=== the same from DER
--- tls
ssl_certificate_by_lua_block {
    local ssl = require "ngx.ssl"
    local cert = assert(ssl.cert_pem_to_der(cert_file("server.crt")))
    local key = assert(ssl.priv_key_pem_to_der(cert_file("server.key")))
    assert(ssl.clear_certs())
    assert(ssl.set_der_cert(cert))
    assert(ssl.set_der_priv_key(key))
    assert(ssl.set_cert(assert(ssl.parse_der_cert(cert))))
    assert(ssl.set_priv_key(assert(ssl.parse_der_priv_key(key))))
}
--- lua
show(handshake())
--- response_body
ok



=== without certificates there is no handshake
--- tls
ssl_certificate_by_lua_block { assert(require("ngx.ssl").clear_certs()) }
--- lua
show(handshake())
--- response_body
nil handshake failed



=== what is no certificate or no key
--- tls
return 200;
--- lua
local ssl = require "ngx.ssl"
local good, bad = cert_file("server.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
show(ssl.parse_pem_cert(bad))
show(ssl.parse_pem_cert(good .. bad))
show(ssl.parse_der_cert("x"))
show(ssl.parse_pem_priv_key("x"))
show(ssl.parse_der_priv_key("x"))
show(ssl.cert_pem_to_der(""))
show(ssl.priv_key_pem_to_der("x", "secret"))
show(ssl.set_der_cert("x"))
show(ssl.server_name())
--- response_body
nil PEM_read_bio_X509_AUX() failed
nil PEM_read_bio_X509() failed
nil d2i_X509_bio() failed
nil PEM_read_bio_PrivateKey() failed
nil d2i_PrivateKey_bio() failed
nil PEM_read_bio_X509_AUX() failed
nil PEM_read_bio_PrivateKey() failed
nil bad request
nil bad request



=== what a connection tells of itself
--- tls
location = /page {
    content_by_lua_block {
        local ssl = require "ngx.ssl"
        ngx.print(ssl.server_name(), " ", ssl.get_tls1_version() >= ssl.TLS1_2_VERSION, " ",
                  ssl.get_tls1_version_str():sub(1, 5), " ", #ssl.get_client_random(), " ",
                  ssl.get_client_random(0), " ", #ssl.get_session_master_key() > 0, " ",
                  #ssl.export_keying_material(16, "EXPORTER-test", ""), " ",
                  select(2, ssl.raw_server_addr()), " ", select(2, ssl.raw_client_addr()), " ",
                  select(2, ssl.server_port()), " ", #ssl.get_req_shared_ssl_ciphers() > 0, " ",
                  ssl.ssl_session_reused(ssl.get_req_ssl_pointer()), " ",
                  select(2, ssl.ssl_session_reused(1)), " ",
                  select(2, ssl.get_upstream_ssl_pointer()), " ", select(2, ssl.verify_client()))
    }
}
--- lua
show(handshake("test.com", get_page))
--- response_body
test.com true TLSv1 32 32 true 16 unix unix unix domain has no port true false bad ssl bad upstream API disabled in the current context



=== a client is asked for a certificate and judged by the one that it shows
--- tls
ssl_certificate_by_lua_block {
    local ssl = require "ngx.ssl"
    assert(ssl.verify_client(assert(ssl.parse_pem_cert(cert_file("ca.crt"))), 2))
}
location = /page { return 200 $ssl_client_verify; }
--- config
location = /with {
    lua_ssl_certificate $TEST_NGINX_CERTS/client.crt;
    lua_ssl_certificate_key $TEST_NGINX_CERTS/client.key;
    content_by_lua_block { ngx.print(handshake("test.com", get_page)) }
}
location = /other {
    lua_ssl_certificate $TEST_NGINX_CERTS/other.crt;
    lua_ssl_certificate_key $TEST_NGINX_CERTS/other.key;
    content_by_lua_block { ngx.print((handshake("test.com", get_page):gsub(":.*", ""))) }
}
--- lua
show(handshake("test.com", get_page))
show(ngx.location.capture("/with").body)
show(ngx.location.capture("/other").body)
--- response_body
NONE
SUCCESS
FAILED



=== the OCSP request for a certificate
--- tls
return 200;
--- lua
local ssl, ocsp = require "ngx.ssl", require "ngx.ocsp"
local leaf = ssl.cert_pem_to_der(cert_file("server.crt"))
local chain = leaf .. ssl.cert_pem_to_der(cert_file("ca.crt"))
show(ocsp.get_ocsp_responder_from_der_chain(chain))
show(ocsp.get_ocsp_responder_from_der_chain(chain, 7))
show(ocsp.get_ocsp_responder_from_der_chain(leaf))
show(ocsp.get_ocsp_responder_from_der_chain(leaf .. leaf))
local request = ocsp.create_ocsp_request(chain)
show(#request > 60)
show((select(2, ocsp.create_ocsp_request(chain, #request - 1)):gsub("%d+", "N")))
show(ocsp.validate_ocsp_response("x", chain))
show(ocsp.set_ocsp_status_resp("x"))
--- response_body
http://127.0.0.1/ocsp
http:// truncated
nil no issuer certificate in chain
nil issuer certificate not next to leaf
true
output buffer too small: N > N
nil d2i_OCSP_RESPONSE() failed
nil bad request
