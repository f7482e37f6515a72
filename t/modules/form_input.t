# The form-input module's directives.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== fields by their variables' names and by others, raw
--- config
    location = /t {
        set_form_input $name;
        set_form_input $other "Full";
        set_form_input $byvar $arg_f;
        echo "$name|$other|$byvar";
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
["POST /t?f=z\nname=a+b%20c&full=x&full=y&z=", "PUT /t?f=b\nb=1&name=", "POST /t\nxname=1&name=2=3&", "POST /t?f=a\nname&a"]
--- response_body eval
["a+b%20c|x|\n", "||1\n", "2=3||\n", "||\n"]



=== all fields of a name
--- config
    location = /t {
        set_form_input_multi $n;
        set_form_input_multi $m none;
        array_join , $n;
        array_join , $m;
        echo "$n|$m|";
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded; charset=utf-8
--- request eval
["POST /t\nn=1&N=2&m=0&n=", "POST /t\nm=1"]
--- response_body eval
["1,2,||\n", "||\n"]



=== requests that post no form have empty values
--- config
    location = /t {
        set_form_input $n;
        set_form_input_multi $m n;
        if ($n ~* x) { echo never; }
        echo "[$n][$m]";
    }
--- request eval
["GET /t?n=1", "POST /t\nn=1", "DELETE /t\nn=1"]
--- response_body eval
["[][]\n", "[][]\n", "[][]\n"]



=== a body that comes in pieces, as the type of the form in any letter case
--- config
    location = /t {
        set_form_input $n;
        set_form_input $m;
        echo "$n $m";
    }
--- raw_request eval
["POST /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: APPLICATION/x-www-FORM-urlencoded\r\nContent-Length: 11\r\n\r\nn=o",
"ne&m=", "t", "wo"]
--- raw_request_middle_delay: 0.05
--- response_body
one two



=== a chunked body
--- config
    location = /t {
        set_form_input $n;
        set_form_input $m;
        echo "$n $m";
    }
--- raw_request eval
"POST /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nn=o\r\n7\r\nne&m=tw\r\n1\r\no\r\n0\r\n\r\n"
--- response_body
one two



=== a client that waits for nginx to ask for the body
--- config
    location = /t {
        set_form_input $n;
        echo "[$n]";
    }
--- raw_request eval
["POST /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n", "n=1"]
--- raw_request_middle_delay: 0.05
--- error_code: 100
--- response_body_like: \[1\]



=== a body that is in a file
--- config
    client_body_in_file_only on;
    location = /t {
        set_form_input $n;
        echo "[$n]";
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /t
n=1
--- response_body
[]
--- error_log
form-input: in-file buffer found. aborted. consider increasing your client_body_buffer_size setting



=== the body stays for others
--- config
    location = /t {
        set_form_input $n;
        echo_read_request_body;
        echo -n "$n ";
        echo_request_body;
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /t
n=1
--- response_body chomp
1 n=1



=== a subrequest has a body of its own
--- config
    location = /t {
        echo_subrequest POST /sub -b n=2;
    }
    location = /sub {
        set_form_input $n;
        echo "sub $n";
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
GET /t
--- response_body
sub 2



=== the next location reads what the first one has read
--- config
    location = /t {
        set_form_input $n;
        rewrite ^ /next last;
    }
    location = /next {
        set_form_input $m n;
        echo_exec /third;
    }
    location = /third {
        set_form_input $m n;
        proxy_pass http://127.0.0.1:$server_port/back;
    }
    location = /back {
        set_form_input $m n;
        echo "$m";
    }
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /t
n=1
--- response_body
1
