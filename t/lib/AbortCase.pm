# Blocks in which a client leaves while a handler waits for something.
#
#     use Test::Nginx::Socket::Lua 'no_plan';
#     use AbortCase;
#
#     === a title that reads as a sentence
#     --- victim
#     content_by_lua_block {         what the location has that the client asks
#         begun()                    the client may leave now
#         ngx.sleep(10)
#         note("went on")
#     }
#     --- response_body              what was noted, and the status in the log phase
#     status 499
#
# The request to the victim is `--- victim_request` (GET /victim), how the client leaves is in
# `--- leaves` (close; see abort-client). lua_check_client_abort is on unless the block says
# `--- check: off`. A function case.at_log may add to the status. `--- config` is added to the server.
package AbortCase;

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use Test::Nginx::Socket::Lua ();

my $client = Cwd::abs_path(File::Basename::dirname(__FILE__)) . '/abort-client';

Test::Nginx::Socket::Lua::add_block_preprocessor(sub {
    my $block = shift;
    defined(my $victim = $block->victim) or return;

    my $check = $block->check // 'on';
    my $leaves = $block->leaves // 'close';
    my $request = $block->victim_request // "GET /victim HTTP/1.1\r\nHost: a\r\n\r\n";
    chomp $leaves;
    chomp $check;

    $block->set_value(http_config => ($block->http_config // '') . <<"END");
init_by_lua_block {
    case = {}
    local sign = "$ENV{TEST_NGINX_SERVROOT}.begun"
    function begun() io.open(sign, "w"):close() end
    function note(...)
        for i = 1, select("#", ...) do
            case[#case + 1] = tostring((select(i, ...)))
        end
    end
    function run_client(port)
        case = {}
        os.remove(sign)
        os.execute(("$client %s %s $leaves '%s' &"):format(port, sign, [[$request]]))
        repeat ngx.sleep(0.002) until case.status
        ngx.say(table.concat(case, " "), #case > 0 and "\\n" or "", "status ", case.status)
    end
}
END
    $block->set_value(config => <<"END" . ($block->config // ''));
location = /t {
    content_by_lua_block { run_client(ngx.var.server_port) }
}
location = /victim {
    lua_check_client_abort $check;
    $victim
    log_by_lua_block { case.status = ngx.status .. (case.at_log and case.at_log() or "") }
}
END
    $block->set_value(request => 'GET /t');
    $block->set_value(timeout => 20) if !defined $block->timeout;
    $block->set_value(no_error_log => '[alert]')
        if !defined $block->no_error_log && !defined $block->error_log;
});

1;
