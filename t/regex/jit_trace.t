# The regex API runs inside compiled traces: jit.v writes to the error log, and each loop must be
# compiled as a whole.
use Test::Nginx::Socket::Lua 'no_plan';

our $HttpConfig = qq{
    init_by_lua_block {
        require "jit.v".on("$Test::Nginx::Util::ErrLogFile")
        require "resty.core"
        jit.opt.start("hotloop=10")
    }
};

add_block_preprocessor(sub {
    my $block = shift;
    my $lua = $block->lua;

    $block->set_value(http_config => $HttpConfig);
    $block->set_value(config => "location = /t { content_by_lua_block { $lua } }");
    $block->set_value(request => 'GET /t');
    $block->set_value(error_log => qr/\[TRACE\s+\d+ content_by_lua\(nginx\.conf:\d+\):\d+ loop\]/);
    $block->set_value(no_error_log => ['[error]', 'NYI']);
});

no_long_string();
check_accum_error_log();
repeat_each(2);
run_tests();

__DATA__

=== match, cached
--- lua
    local m
    for i = 1, 300 do
        m = ngx.re.match("hello, 1234", [[(\w+), (\d)(\d+)]], "jo")
    end
    ngx.say(m[1], " ", m[3])
--- response_body
hello 234



=== match, compiled each time
--- lua
    local m
    for i = 1, 300 do
        m = ngx.re.match("hello, 1234", [[(\d)(\d+)]])
    end
    ngx.say(m[0])
--- response_body
1234



=== match without success
--- lua
    local m
    for i = 1, 300 do
        m = ngx.re.match("hello", [[\d]], "jo")
    end
    ngx.say(m)
--- response_body
nil



=== match with names and a position
--- lua
    local m
    for i = 1, 300 do
        m = ngx.re.match("a=1", [[(?<key>\w)=(?<value>\d)?]], "jo", { pos = 1 })
    end
    ngx.say(m.key, m.value)
--- response_body
a1



=== find
--- lua
    local from, to
    for i = 1, 300 do
        from, to = ngx.re.find("hello, 1234", [[(\d)(\d+)]], "jo", nil, 2)
    end
    ngx.say(from, " ", to)
--- response_body
9 11



=== gmatch
--- lua
    local one, two
    for i = 1, 300 do
        local iter = ngx.re.gmatch("hello, world", [[\w+]], "jo")
        one, two = iter(), iter()
    end
    ngx.say(one[0], " ", two[0])
--- response_body
hello world



=== gmatch, compiled each time
--- lua
    local one
    for i = 1, 300 do
        local iter = ngx.re.gmatch("hello, world", [[\w+]])
        one = iter()
    end
    ngx.say(one[0])
--- response_body
hello



=== sub and gsub with a template
--- lua
    local one, all
    for i = 1, 300 do
        one = ngx.re.sub("abcbd", "b(.)", "[$0$1]", "jo")
        all = ngx.re.gsub("abcbd", "b(.)", "[$0$1]", "jo")
    end
    ngx.say(one, " ", all)
--- response_body
a[bcc]bd a[bcc][bdd]



=== sub, compiled each time
--- lua
    local one
    for i = 1, 300 do
        one = ngx.re.sub("abcbd", "b", "B")
    end
    ngx.say(one)
--- response_body
aBcbd
