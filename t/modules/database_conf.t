# What the database modules say about configurations that are wrong.
# build: ngx_drizzle ngx_postgres
use Test::Nginx::Socket::Lua 'no_plan';

no_root_location();
run_tests();

__DATA__

=== drizzle_server: an unknown parameter
--- http_config
    upstream db { drizzle_server 127.0.0.1 color=red; }
--- config
    
--- must_die
--- error_log eval
qr/invalid parameter \"color=red\" in drizzle_server/



=== drizzle_server: a protocol of impossible length
--- http_config
    upstream db { drizzle_server 127.0.0.1 protocol=x; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: invalid protocol \"x\" in drizzle_server/



=== drizzle_server: a charset with a quote
--- http_config
    upstream db { drizzle_server 127.0.0.1 "charset=a'b"; }
--- config
    
--- must_die
--- error_log eval
qr/bad charste value \"a'b\" in drizzle_server/



=== drizzle_server: a name that is too long
--- http_config
    upstream db { drizzle_server 127.0.0.1 dbname=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: \"dbname\" value too large in upstream \"db\" \(at most 63 bytes\)/



=== drizzle_server: a port that is none
--- http_config
    upstream db { drizzle_server 127.0.0.1:x; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: invalid port in upstream \"127\.0\.0\.1:x\"/



=== drizzle_keepalive given twice
--- http_config
    upstream db { drizzle_server 127.0.0.1; drizzle_keepalive max=1; drizzle_keepalive max=2; }
--- config
    
--- must_die
--- error_log eval
qr/\"drizzle_keepalive\" directive is duplicate/



=== drizzle_keepalive: a bad maximum
--- http_config
    upstream db { drizzle_server 127.0.0.1; drizzle_keepalive max=x; }
--- config
    
--- must_die
--- error_log eval
qr/invalid \"max\" value \"x\" in \"drizzle_keepalive\" directive/



=== drizzle_keepalive: a bad mode
--- http_config
    upstream db { drizzle_server 127.0.0.1; drizzle_keepalive mode=x; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: invalid \"mode\" value \"x\" in \"drizzle_keepalive\" directive/



=== drizzle_keepalive: a bad overflow
--- http_config
    upstream db { drizzle_server 127.0.0.1; drizzle_keepalive overflow=x; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: invalid \"overflow\" value \"x\" in \"drizzle_keepalive\" directive/



=== drizzle_keepalive: an unknown parameter
--- http_config
    upstream db { drizzle_server 127.0.0.1; drizzle_keepalive min=1; }
--- config
    
--- must_die
--- error_log eval
qr/drizzle: invalid parameter \"min=1\" in \"drizzle_keepalive\" directive/



=== drizzle_query without text
--- config
    drizzle_query "";
--- must_die
--- error_log eval
qr/drizzle: empty value in \"drizzle_query\" directive/



=== two statements for all methods
--- config
    drizzle_query a; drizzle_query b;
--- must_die
--- error_log eval
qr/\"drizzle_query\" directive is duplicate/



=== two statements for one method
--- config
    drizzle_query GET a; drizzle_query HEAD get b;
--- must_die
--- error_log eval
qr/drizzle: \"drizzle_query\" directive for method \"get\" is duplicate/



=== a statement for no known method
--- config
    drizzle_query BREW a;
--- must_die
--- error_log eval
qr/drizzle: invalid method \"BREW\"/



=== drizzle_pass given twice
--- http_config
    upstream db { drizzle_server 127.0.0.1; }
--- config
    location / { drizzle_pass db; drizzle_pass db; }
--- must_die
--- error_log eval
qr/\"drizzle_pass\" directive is duplicate/



=== drizzle_dbname given twice
--- config
    drizzle_dbname a; drizzle_dbname b;
--- must_die
--- error_log eval
qr/\"drizzle_dbname\" directive is duplicate/



=== drizzle_pass to servers of another kind
--- http_config
    upstream db { server 127.0.0.1; }
--- config
    location / { drizzle_pass db; drizzle_query a; }
--- must_die
--- error_log eval
qr/drizzle: no drizzle_server defined in upstream \"db\" in /



=== postgres_server: an unknown parameter
--- http_config
    upstream db { postgres_server 127.0.0.1 color=red; }
--- config
    
--- must_die
--- error_log eval
qr/postgres: invalid parameter \"color=red\" in \"postgres_server\"/



=== postgres_server: a weight that is none
--- http_config
    upstream db { postgres_server 127.0.0.1 weight=0; }
--- config
    
--- must_die
--- error_log eval
qr/postgres: invalid parameter \"weight=0\" in \"postgres_server\"/



=== postgres_keepalive: a bad maximum
--- http_config
    upstream db { postgres_server 127.0.0.1; postgres_keepalive max=-1; }
--- config
    
--- must_die
--- error_log eval
qr/postgres: invalid \"max\" value \"-1\" in \"postgres_keepalive\" directive/



=== postgres_keepalive given twice
--- http_config
    upstream db { postgres_server 127.0.0.1; postgres_keepalive off; postgres_keepalive max=2; }
--- config
    
--- must_die
--- error_log eval
qr/\"postgres_keepalive\" directive is duplicate/



=== postgres_pass to nothing
--- config
    location / { postgres_pass ""; }
--- must_die
--- error_log eval
qr/postgres: empty upstream in \"postgres_pass\" directive/



=== postgres_pass to servers of another kind
--- http_config
    upstream db { server 127.0.0.1; }
--- config
    location / { postgres_pass db; }
--- must_die
--- error_log eval
qr/postgres: no \"postgres_server\" defined in upstream \"db\" in /



=== postgres_query without text
--- config
    postgres_query "";
--- must_die
--- error_log eval
qr/postgres: empty query in \"postgres_query\" directive/



=== two statements for one method of postgres
--- config
    postgres_query GET a; postgres_query GET b;
--- must_die
--- error_log eval
qr/postgres: method \"GET\" is duplicate in \"postgres_query\" directive/



=== a statement of postgres for no known method
--- config
    postgres_query BREW a;
--- must_die
--- error_log eval
qr/postgres: invalid method \"BREW\" in \"postgres_query\" directive/



=== an unknown condition
--- config
    postgres_rewrite sunshine 200;
--- must_die
--- error_log eval
qr/postgres: invalid condition \"sunshine\" in \"postgres_rewrite\" directive/



=== a status that is none
--- config
    postgres_rewrite rows 301;
--- must_die
--- error_log eval
qr/postgres: invalid status value \"301\" for condition \"rows\" in \"postgres_rewrite\" directive/



=== a method twice for a condition
--- config
    postgres_rewrite GET rows 200; postgres_rewrite GET rows 201;
--- must_die
--- error_log eval
qr/postgres: method \"GET\" for condition \"rows\" is duplicate in \"postgres_rewrite\" directive/



=== an unknown method for a condition
--- config
    postgres_rewrite BREW rows 200;
--- must_die
--- error_log eval
qr/postgres: invalid method \"BREW\" for condition \"rows\" in \"postgres_rewrite\" directive/



=== a condition twice
--- config
    postgres_rewrite rows 200; postgres_rewrite rows 201;
--- must_die
--- error_log eval
qr/\"postgres_rewrite\" directive is duplicate/



=== an unknown form of output
--- config
    postgres_output xml;
--- must_die
--- error_log eval
qr/postgres: invalid output format \"xml\" in \"postgres_output\" directive/



=== postgres_output given twice
--- config
    postgres_output rds; postgres_output rds;
--- must_die
--- error_log eval
qr/\"postgres_output\" directive is duplicate/



=== postgres_set: no name
--- config
    postgres_set "" 0 0;
--- must_die
--- error_log eval
qr/postgres: empty variable name in \"postgres_set\" directive/



=== postgres_set: no variable
--- config
    postgres_set a 0 0;
--- must_die
--- error_log eval
qr/postgres: invalid variable name \"a\" in \"postgres_set\" directive/



=== postgres_set: no column
--- config
    postgres_set $a 0 "";
--- must_die
--- error_log eval
qr/postgres: empty column in \"postgres_set\" directive/



=== postgres_set: a variable twice
--- config
    postgres_set $a 0 0; postgres_set $a 1 0;
--- must_die
--- error_log eval
qr/postgres: variable \"\$a\" is duplicate in \"postgres_set\" directive/



=== postgres_set: a row that is none
--- config
    postgres_set $a x 0;
--- must_die
--- error_log eval
qr/postgres: invalid row number \"x\" in \"postgres_set\" directive/



=== postgres_set: an unknown requirement
--- config
    postgres_set $a 0 0 maybe;
--- must_die
--- error_log eval
qr/postgres: invalid requirement option \"maybe\" in \"postgres_set\" directive/



=== postgres_escape: no value
--- config
    postgres_escape $a "";
--- must_die
--- error_log eval
qr/postgres: empty value in \"postgres_escape\" directive/



=== postgres_escape: no name
--- config
    postgres_escape "" a;
--- must_die
--- error_log eval
qr/postgres: empty variable name in \"postgres_escape\" directive/



=== postgres_escape: no variable
--- config
    postgres_escape a b;
--- must_die
--- error_log eval
qr/postgres: invalid variable name \"a\" in \"postgres_escape\" directive/


