# Blocks that are one handler: `--- lua` has the code of a content handler at /t.
#
#     use Test::Nginx::Socket::Lua 'no_plan';
#     use LuaCase;
#
#     === a title that reads as a sentence
#     --- lua
#     ngx.say(ngx.md5("hello"))
#     show(nil, 1, { 2 })    prints values, tables and null as JSON: nil 1 [2]; not the nils at the end
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
local function show(...)
    local values = { ... }
    local count = select("#", ...)
    while count > 1 and values[count] == nil do
        count = count - 1
    end
    for i = 1, count do
        local value = values[i]
        local plain = type(value) ~= "table" and value ~= ngx.null
        values[i] = plain and tostring(value) or require("cjson").encode(value)
    end
    ngx.say(table.concat(values, " "))
end
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
