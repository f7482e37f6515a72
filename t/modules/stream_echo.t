# ngx_stream_echo: commands as the content handler of a stream server.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

repeat_each(2);
run_tests();

__DATA__

=== echo joins its arguments with blanks and ends the line
--- stream_server_config
    echo hello world;
    echo "" "" "" a;
    echo -n no newline;
    echo -n;
    echo;
    echo -- -n;
--- stream_response eval
"hello world\n   a\nno newline\n-n\n"



=== echo_duplicate repeats a text as it is
--- stream_server_config
    echo_duplicate 1_0 ab;
    echo_duplicate 0 never;
    echo_duplicate 5 "";
    echo_duplicate 2 "\n";
    echo_duplicate -- 1 -n;
--- stream_response eval
"abababababababababab\n\n-n"



=== a large output arrives whole
--- stream_server_config
    echo_duplicate 4_000_000 x;
    echo_flush_wait;
    echo end;
--- stream_response eval
("x" x 4_000_000) . "end\n"



=== echo_sleep lets time pass
--- stream_server_config
    echo before;
    echo_sleep 0.05;
    echo after;
--- stream_response
before
after



=== reading by bytes and by lines
--- stream_server_config
    echo_read_line;
    echo_read_bytes 3;
    echo -n "got: ";
    echo_request_data;
    echo;
    echo_read_bytes 0;
    echo_read_line;
    echo_request_data;
    echo_request_data;
--- stream_request eval
"line\nabcrest\n"
--- keep_newline
--- stream_response
got: line
abc
rest



=== input that does not fit is an error
--- stream_server_config
    echo_read_buffer_size 4;
    echo_read_line;
    echo never;
--- stream_request: toolong
--- stream_response
--- error_log
stream echo: echo_buffer_size is too small for the request
--- no_error_log
[crit]
--- ignore_response



=== a client that says nothing
--- stream_server_config
    echo_read_timeout 50ms;
    echo_client_error_log_level warn;
    echo_read_line;
    echo never;
--- stream_response
--- error_log
[warn]
stream client read timed out
--- no_error_log
[error]



=== a client that closes in the middle
--- stream_server_config
    echo_client_error_log_level error;
    echo_read_line;
    echo never;
--- stream_request: abc
--- shutdown: 1
--- stream_response
--- error_log
[error]
stream client prematurely closed connection
--- no_error_log
[crit]



=== discarded input cannot be read
--- stream_server_config
    echo_discard_request;
    echo hi;
    echo_read_line;
--- stream_request: something
--- ignore_response
--- error_log
stream echo: echo_read_line not allowed after echo_discard_request
--- no_error_log
[error]



=== discarded input does no harm
--- stream_server_config
    echo_discard_request;
    echo_sleep 0.05;
    echo hi;
--- stream_request eval
"x" x 100_000
--- stream_response
hi



=== what is left unread does not cost the client its answer
--- stream_server_config
    echo_read_bytes 1;
    echo_duplicate 100_000 y;
--- stream_request eval
"x" x 100_000
--- shutdown: 1
--- stream_response eval
"y" x 100_000



=== an unknown option
--- stream_server_config
    echo -t hello;
--- must_die
--- error_log
stream echo sees unknown option "-t" in "echo"
--- no_error_log
[alert]



=== a wrong number of values
--- stream_server_config
    echo_read_bytes 1 2;
--- must_die
--- error_log
stream echo requires one value argument in "echo_read_bytes" but got 2
--- no_error_log
[alert]



=== two values wanted
--- stream_server_config
    echo_duplicate 5;
--- must_die
--- error_log
stream echo requires two value arguments in "echo_duplicate" but got 1
--- no_error_log
[alert]



=== a count that is none
--- stream_server_config
    echo_duplicate bc x;
--- must_die
--- error_log
stream echo: bad "n" argument, "bc", in "echo_duplicate"
--- no_error_log
[alert]



=== a delay that is none
--- stream_server_config
    echo_sleep soon;
--- must_die
--- error_log
stream echo: bad "delay" argument, "soon", in "echo_sleep"
--- no_error_log
[alert]



=== a size that is none
--- stream_server_config
    echo_read_bytes -- x;
--- must_die
--- error_log
stream echo sees bad size "x" in "echo_read_bytes"
--- no_error_log
[alert]



=== commands belong into a server
--- stream_config
    echo hello;
--- stream_server_config
    return "";
--- must_die
--- error_log
"echo" directive is not allowed here
--- no_error_log
[alert]
