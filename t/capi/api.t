# The C interface for other nginx modules: module/ is one, built here and loaded.
use Test::Nginx::Socket::Lua 'no_plan';
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

# The module as the build in whose prefix the binary lies would make it.
sub build {
    my $root = abs_path(dirname(__FILE__) . '/../..');
    my ($build) = $ENV{TEST_NGINX_BINARY} =~ m{(\S+)/root/nginx/sbin/nginx};
    my $nginx = "$build/nginx-1.26.3";
    my $so = tempdir(CLEANUP => 1) . '/capi.so';
    my @include = map {"-I$_"} (map {"$nginx/$_"} qw(src/core src/event src/event/modules src/os/unix
        src/event/quic src/http src/http/modules src/http/v2 src/http/v3 objs)),
        "$build/luajit-root/include/luajit-2.1", "$root/bundle/ngx_lua/api";
    system('cc', '-g', '-Wall', '-Werror', '-fPIC', '-shared', @include, '-o', $so,
           "$root/t/capi/module/ngx_http_capi_module.c") == 0 or die "cannot build the module\n";
    return $so;
}

my $module = build();
add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("main_config", "load_module $module;");
    $block->set_value("config", "location = /t { content_by_lua_block {\n" . $block->lua . "} }")
        if defined $block->lua;
    $block->set_value("request", "GET /t");
    $block->set_value("no_error_log", "[crit]");
});

repeat_each(2);
run_tests();

__DATA__

=== a package of C functions is there before and after the Lua state is made
--- lua
ngx.say(require("capi").uri(), " ", require("capi.late").had_state())
--- response_body
/t true



=== a package in a Lua state of the request's own
--- http_config
lua_code_cache off;
--- lua
ngx.say(require("capi").uri(), " ", require("capi.late").uri())
--- response_body
/t /t



=== shared memory is usable in init_by_lua
--- http_config
capi_counter 64k;
init_by_lua_block {
    local capi = require "capi"
    first, second, late = capi.count(), capi.count(), capi.had_state()
}
--- lua
ngx.say(first, " ", second, " ", late, " ", require("capi").count() > second)
--- response_body
1 2 false true



=== shared memory beside a dictionary
--- http_config
lua_shared_dict figures 100k;
capi_counter 64k;
init_by_lua_block {
    ngx.shared.figures:set("first", require("capi").count())
}
--- lua
ngx.say(require("capi").get("figures", "first"))
--- response_body
01



=== a zone that is named twice
--- http_config
capi_counter 64k;
capi_counter 64k;
--- lua
--- must_die
--- error_log
"capi_counter" directive is duplicate



=== values of a shared dictionary
--- http_config
lua_shared_dict figures 100k;
--- lua
local figures, get = ngx.shared.figures, require("capi").get
figures:set("string", "text")
figures:set("number", 1.5)
figures:set("yes", true)
figures:set("no", false)
for _, key in ipairs { "string", "number", "yes", "no", "nothing" } do
    local rc, value = get("figures", key)
    ngx.say(rc, " ", value)
end
ngx.say(pcall(get, "others", "key"))
--- response_body
0 text
0 1.5
0 true
0 false
-5 nil
falseno such dictionary



=== no request in init_worker and timers
--- http_config
init_worker_by_lua_block {
    local capi = require "capi"
    in_worker = tostring(capi.uri())
    ngx.timer.at(0, function()
        in_timer = tostring(capi.uri())
    end)
}
--- lua
for _ = 1, 100 do
    if in_timer then
        break
    end
    ngx.sleep(0.01)
end
ngx.say(in_worker, " ", in_timer, " ", (select(2, pcall(require("capi").uri))))
--- response_body
nil nil /t



=== settings of the location
--- config
    location = /t {
        lua_http10_buffering off;
        content_by_lua_block {
            ngx.say(require("capi").buffers_http10())
        }
    }
--- response_body
0



=== a function that waits
--- lua
local capi = require "capi"
ngx.say(capi.sleep(1))
ngx.say(capi.sleep(1))
--- response_body
slepttrue
slepttrue



=== waiting in light threads side by side
--- lua
local capi = require "capi"
local threads = {}
for i = 1, 3 do
    threads[i] = ngx.thread.spawn(function()
        capi.sleep(30 - 10 * i)
        ngx.print(i, " ")
    end)
end
for i = 1, 3 do
    ngx.thread.wait(threads[i])
end
ngx.say()
--- response_body eval
"3 2 1 \n"



=== a thread that is killed while it waits
--- lua
local capi = require "capi"
local thread = ngx.thread.spawn(function()
    capi.sleep(10000)
    ngx.say("went on")
end)
ngx.say(ngx.thread.kill(thread))
--- response_body
1
--- error_log
capi: cancelled



=== a request that ends while it waits
--- lua
local capi = require "capi"
ngx.thread.spawn(function()
    capi.sleep(10000)
end)
ngx.say("ended")
ngx.exit(200)
--- response_body
ended
--- error_log
capi: cancelled



=== a filter cannot wait
--- config
    location = /t {
        content_by_lua_block {
            ngx.say("text")
        }
        header_filter_by_lua_block {
            ngx.header["X-Error"] = string.match(select(2, pcall(require("capi").sleep, 1)), "cannot.*")
        }
    }
--- response_headers
X-Error: cannot wait here
--- response_body
text
