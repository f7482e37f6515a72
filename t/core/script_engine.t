# Strings with variables and captures: their length is that of what was written, and what does not
# fit is refused.
use Test::Nginx::Socket 'no_plan';

our $plus = '+' x 200;

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("no_error_log", "[crit]") if !defined $block->error_log;
});

repeat_each(2);
run_tests();

__DATA__

=== captures are not escaped after a rewrite with arguments
--- config
    location /t/ {
        rewrite ^/t/(.*)$ /other?arg=$1;
        set $value $1;
        return 200 "$value";
    }
--- request eval
"GET /t/$::plus"
--- response_body eval
$::plus


=== a rewrite without arguments does not escape after one with them
--- config
    location /t/ {
        rewrite ^/t/(.*)$ /t/$1?arg=$1;
        rewrite ^/t/(.*)$ /u/$1;
        return 200 "$uri";
    }
--- request eval
"GET /t/$::plus"
--- response_body eval
"/u/$::plus"


=== groups inside of groups, in a redirect
--- config
    location /p/ {
        rewrite ^/p/((.*))$ http://backend.test/$1$2 redirect;
    }
--- request eval
"GET /p/$::plus"
--- error_code: 302
--- response_headers eval
"Location: http://backend.test/" . "+" x 400


=== groups inside of groups, in arguments
--- config
    location /p/ {
        rewrite ^/p/((.*))$ /p/x?$1$2;
        return 200 "$args";
    }
--- request eval
"GET /p/$::plus"
--- response_body eval
"%2B" x 400


=== a group that took no part
--- config
    location /p/ {
        rewrite ^/p/(a)?(.*)$ /p/x?$1-$2;
        return 200 "$args";
    }
--- request
GET /p/+
--- response_body: -%2B


=== a value that grows while it is evaluated
--- http_config
    map $uri $m { ~(?<cap>.*) $cap; }
--- config
    location /set/ {
        set $cap "";
        set $t "$cap $m";
        return 200 "$t";
    }
    location /string/ {
        set $cap "";
        return 200 "$cap $m";
    }
--- request eval
["GET /set/" . "x" x 2000, "GET /string/" . "x" x 2000]
--- error_code eval
[500, 500]
--- error_log
a value grew while it was being evaluated


=== a value that shrinks has its new length
--- http_config
    map $uri $m { ~(?<d>[0-9]).*$ $d; }
--- config
    location ~ ^/t/(?<d>[0-9]+)$ {
        return 200 "$1:$m:END";
    }
    location ~ ^/set/(?<d>[0-9]+)$ {
        set $value "$1:$m:END";
        return 200 "$value";
    }
    location ~ ^/if/(?<d>[0-9]+)$ {
        set $same "1:1:END";
        if ($same = "$1:$m:END") {
            return 200 "same";
        }
        return 200 "other";
    }
--- request eval
["GET /t/1234567", "GET /set/1234567", "GET /if/1234567"]
--- response_body eval
["1:1:END", "1:1:END", "same"]


=== names of files
--- http_config
    map $uri $m { ~(?<cap>.*) $cap; }
--- config
    location /index/ {
        set $cap "";
        index "$cap$m";
    }
    location /try/ {
        set $cap "";
        try_files "$cap$m" =404;
    }
    location /root/ {
        set $cap "";
        root "html$cap$m";
    }
--- user_files
>>> index/.keep
--- request eval
["GET /index/", "GET /try/" . "x" x 500, "GET /root/" . "x" x 500]
--- error_code eval
[500, 500, 500]
--- error_log
a value grew while it was being evaluated


=== captures of a cloned subrequest are its own
--- http_config
    log_format got "capture: <$http_x>";
    map $uri $never { volatile; ~(?<x>nothing)(?<y>here) "$x$y"; default ""; }
    server {
        listen 127.0.0.1:1985;
        location / {
            root html;
        }
        access_log logs/error.log got;
    }
--- config
    location ~ ^/(f).txt$ {
        slice 50;
        proxy_set_header Range $slice_range;
        proxy_set_header X "$never$1";
        proxy_pass http://127.0.0.1:1985;
    }
--- user_files eval
">>> f.txt\n" . "0123456789" x 20
--- request
GET /f.txt
--- response_body_like: ^(0123456789){20}
--- grep_error_log eval: qr/capture: <.*>/
--- grep_error_log_out eval
qr/^(capture: <[f-]>\n)+$/



=== names of files that are evaluated
--- config
    location /index/ {
        index "in$arg_x.html";
    }
    location /try/ {
        try_files "/$arg_file.txt" =404;
    }
--- user_files
>>> index/index.html
the index
>>> a.txt
the file
--- request eval
["GET /index/?x=dex", "GET /try/?file=a", "GET /try/?file=b"]
--- response_body_like eval
["the index", "the file", "404"]
--- error_code eval
[200, 200, 404]
