# The kit that other modules build on: variables computed by filters (with set-misc's directives as
# the example) and upstream lists.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== filters run in order with set, if and rewrite
--- config
    location = /t {
        set $x a;
        set_md5 $x;
        set $y $x;
        set $x b;
        if ($arg_upper) {
            set_encode_hex $x "c$arg_upper";
        }
        set_quote_sql_str $x;
        echo "$y $x";
    }
    location ~ ^/capture/(.*) {
        set_encode_hex $x $1;
        rewrite ^ /show break;
        echo $x;
    }
--- request eval
["GET /t", "GET /t?upper=d", "GET /capture/AB"]
--- response_body eval
["0cc175b9c0f1b6a831c399e269772661 'b'\n", "0cc175b9c0f1b6a831c399e269772661 '6364'\n", "4142\n"]
--- no_error_log
[warn]
[error]



=== filters run in a server, before its locations
--- config
    set_encode_hex $x $arg_in;
    location = /t {
        set_quote_sql_str $x;
        echo $x;
    }
--- request
GET /t?in=A
--- response_body
'41'



=== variables with a setter of nginx's own are assigned through it
--- config
    location = /t {
        set_encode_hex $args $arg_in;
        echo "$args [$arg_in]";
    }
--- request
GET /t?in=AB
--- response_body
4142 []



=== a variable that has no value yet gives a warning
--- config
    location = /t {
        set_md5 $unset;
        echo $unset;
    }
--- request
GET /t
--- response_body
d41d8cd98f00b204e9800998ecf8427e
--- error_log
using uninitialized "unset" variable



=== the warning can be switched off
--- config
    location = /t {
        uninitialized_variable_warn off;
        set_md5 $unset;
        echo $unset;
    }
--- request
GET /t
--- response_body
d41d8cd98f00b204e9800998ecf8427e
--- no_error_log
[warn]



=== names of headers and arguments keep their own values
--- config
    location = /t {
        set_if_empty $arg_x default;
        set_if_empty $http_x_y default;
        echo "$arg_x $http_x_y";
    }
--- request eval
["GET /t?x=1", "GET /t"]
--- more_headers
X-Y: sent
--- response_body eval
["1 sent\n", "default sent\n"]
--- no_error_log
[warn]



=== a name without dollar sign is refused
--- config
    location = /t {
        set_md5 name value;
    }
--- must_die
--- error_log
invalid variable name "name"



=== a variable that nginx computes cannot be assigned
--- config
    location = /t {
        set_md5 $host value;
    }
--- must_die
--- error_log
the duplicate "host" variable



=== an upstream list maps keys to its upstreams
--- http_config
    upstream_list universe moon sun earth;
    upstream_list single only;
    upstream_list none 0:nothing;
--- config
    location = /t {
        set_hashed_upstream $a universe $arg_key;
        set_hashed_upstream $b $arg_list $arg_key;
        echo "$a $b.";
    }
--- request eval
["GET /t?list=universe", "GET /t?key=hello&list=Universe", "GET /t?key=HELLO&list=universe",
"GET /t?key=world&list=single", "GET /t?key=larry&list=none"]
--- response_body eval
["moon moon.\n", "sun sun.\n", "sun sun.\n", "moon only.\n", "earth .\n"]



=== an upstream stands in the list as often as its weight says
--- http_config
    upstream_list weighted 3:a 2:b;
--- config
    location = /t {
        set_hashed_upstream $x weighted $arg_key;
        echo -n $x;
    }
--- request eval
[map { "GET /t?key=$_" } qw(a b c d e)]
--- response_body eval
# nginx's hash of a single letter is its code; "a" is 97, 97 % 5 is 2
["a", "b", "b", "a", "a"]



=== a list that is not known ends the request
--- http_config
    upstream_list known a;
--- config
    location = /t {
        set_hashed_upstream $x $arg_list key;
        echo $x;
    }
--- request
GET /t?list=unknown
--- error_code: 500
--- error_log
set_hashed_upstream: upstream list "unknown" not defined yet



=== a list named in the configuration must be known there
--- config
    location = /t {
        set_hashed_upstream $x unknown key;
    }
--- must_die
--- error_log
set_hashed_upstream: upstream list "unknown" not defined yet



=== a name can be given to one list
--- http_config
    upstream_list a x;
    upstream_list A y;
--- config
    location = /t { echo x; }
--- must_die
--- error_log
duplicate upstream list name "A"



=== an upstream cannot be a mere number
--- http_config
    upstream_list a b 12;
--- config
    location = /t { echo x; }
--- must_die
--- error_log
upstream list just consists of number "12"



=== a weight ends with a colon
--- http_config
    upstream_list a 12b;
--- config
    location = /t { echo x; }
--- must_die
--- error_log
upstream list not correct format "12b"
