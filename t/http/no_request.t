# Handlers that serve no request: which functions refuse, and in which words.
use Test::Nginx::Socket::Lua 'no_plan';

# Each function is called in init_worker_by_lua*; what it says is what the block compares.
add_block_preprocessor(sub {
    my $block = shift;
    my $calls = $block->calls;
    $block->set_value(http_config => <<"END");
init_worker_by_lua_block {
    reasons = {}
    for _, f in ipairs { $calls } do
        local ok, err = pcall(f)
        reasons[#reasons + 1] = ok and "no error" or (err:gsub("^.-: API", "API"))
    end
}
END
    $block->set_value(config => <<'END');
location = /t {
    content_by_lua_block { ngx.say(table.concat(reasons, "\n")) }
}
END
    $block->set_value(request => 'GET /t');
    $block->set_value(no_error_log => '[error]');
});

repeat_each(1);
run_tests();

__DATA__

=== request headers and line
--- calls
ngx.req.get_headers,
function () ngx.req.set_header("a", "b") end,
function () ngx.req.clear_header("a") end,
ngx.req.raw_header,
ngx.req.http_version,
ngx.req.is_internal,
ngx.req.get_method,
function () ngx.req.set_method(ngx.HTTP_GET) end,
ngx.req.get_uri_args,
function () ngx.req.set_uri_args("a") end,
function () ngx.req.set_uri("/a") end,
--- response_body eval
"API disabled in the current context\n" x 11



=== request body
--- calls
ngx.req.discard_body,
ngx.req.get_body_data,
ngx.req.get_body_file,
function () ngx.req.set_body_data("a") end,
function () ngx.req.set_body_file("a") end,
ngx.req.init_body,
function () ngx.req.append_body("a") end,
ngx.req.finish_body,
ngx.req.get_post_args,
--- response_body eval
"API disabled in the current context\n" x 9



=== variables and response
--- calls
function () return ngx.var.uri end,
function () ngx.var.args = "a" end,
function () return ngx.header.a end,
function () ngx.header.a = 1 end,
function () return ngx.status end,
function () ngx.status = 200 end,
function () return ngx.headers_sent end,
function () return ngx.is_subrequest end,
function () return ngx.resp.get_headers() end,
function () return ngx.arg[1] end,
--- response_body eval
"API disabled in the current context\n" x 10



=== output and what waits
--- calls
function () ngx.say("a") end,
ngx.print,
ngx.flush,
ngx.eof,
ngx.send_headers,
function () ngx.redirect("/") end,
function () ngx.exec("/") end,
ngx.req.read_body,
function () ngx.sleep(0) end,
function () ngx.exit(200) end,
--- response_body eval
"API disabled in the context of init_worker_by_lua*\n" x 10



=== what works without a request
--- calls
function () return ngx.ctx end,
function () ngx.ctx = {} end,
function () assert(ngx.get_phase() == "init_worker") end,
ngx.now,
ngx.req.start_time,
function () ngx.md5("a") end,
function () ngx.encode_args({ a = 1 }) end,
--- response_body eval
"no error\n" x 7
