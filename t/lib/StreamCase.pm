# Blocks whose client speaks to a stream server directly.
#
#     use Test::Nginx::Socket 'no_plan';
#     use StreamCase;
#
#     === a title that reads as a sentence
#     --- lua
#     ngx.say("hello")         code of the server's content handler
#     --- stream_response
#     hello
#
# Instead of `lua`, `stream_server_config` may give the server's directives; `stream_config` adds to
# the stream{} block. `stream_request` is what the client sends, as it stands; nothing by default. What
# comes back until the server closes is compared with `stream_response` or matched with
# `stream_response_like`. By default the error log must have no [error].
package StreamCase;

use strict;
use warnings;

use Test::Nginx::Socket ();

my $port = Test::Nginx::Socket::server_port() + 10;
Test::Nginx::Socket::server_port_for_client($port);
$ENV{TEST_NGINX_STREAM_PORT} = $port;

Test::Nginx::Socket::add_block_preprocessor(sub {
    my $block = shift;
    my $server = $block->stream_server_config // '';
    my $stream = $block->stream_config // '';
    my $lua = $block->lua;
    $server .= "content_by_lua_block {\n$lua\n}\n" if defined $lua;
    my $options = $block->listen_options // '';
    $block->set_value(main_config => ($block->main_config // '') . <<"END");
stream {
$stream
    server {
        listen 127.0.0.1:$port $options;
$server
    }
}
END
    $block->set_value(config => '') if !defined $block->config;
    my $request = $block->stream_request // '';
    chomp $request if length $request && !defined $block->keep_newline;
    $block->set_value(raw_request => $request);
    $block->set_value(http09 => '');
    $block->set_value(response_body => $block->stream_response) if defined $block->stream_response;
    $block->set_value(response_body_like => $block->stream_response_like)
        if defined $block->stream_response_like;
    $block->set_value(no_error_log => '[error]')
        if !defined $block->no_error_log && !defined $block->error_log;
});

1;
