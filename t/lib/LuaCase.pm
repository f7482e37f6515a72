# Blocks that are one handler: `--- lua` has the code of a content handler at /t.
#
#     use Test::Nginx::Socket::Lua 'no_plan';
#     use LuaCase;
#
#     === a title that reads as a sentence
#     --- lua
#     ngx.say(ngx.md5("hello"))
#     fails(ngx.md5)         prints why a function fails, or "no error"; a position in the handler
#                            reads "here: "
#     --- response_body
#     ...
#
# Defaults, each replaced by a section of its name: the request is GET /t, and the error log has no
# [error]. `--- config` is added to the location's server.
package LuaCase;

use strict;
use warnings;

use Test::Nginx::Socket::Lua ();

my $helpers = <<'END';
local function fails(f, ...)
    local ok, err = pcall(f, ...)
    ngx.say(ok and "no error" or (err:gsub("content_by_lua%(nginx.conf:%d+%):%d+:", "here:")))
end
END

Test::Nginx::Socket::Lua::add_block_preprocessor(sub {
    my $block = shift;
    defined(my $lua = $block->lua) or return;

    my $more = $block->config // '';
    $block->set_value(config => <<"END");
location = /t {
    content_by_lua_block {
$helpers
$lua
    }
}
$more
END
    $block->set_value(request => 'GET /t')
        if !defined $block->request && !defined $block->raw_request;
    $block->set_value(no_error_log => '[error]')
        if !defined $block->no_error_log && !defined $block->error_log;
});

1;
