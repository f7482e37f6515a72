# Requests leave nothing behind: memory and descriptors of a worker stay flat.
use strict;
use warnings;
use Stress;
use Test::More;

# Requests of a uri that are measured, after a third as many that warm up.
my $total = long() ? 200_000 : 6_000;
# KiB: the Lua heap breathes, but 50 bytes a request are beyond this.
my $limit = long() ? 1024 : 256;

start(1, <<'HTTP');
    lua_shared_dict figures 1m;
    init_by_lua_block { cjson = require "cjson" }
    server {
        listen 127.0.0.1:PORT;
        location = /say {
            content_by_lua_block {
                ngx.header["X-Request"] = ngx.var.request_uri
                ngx.say("hello, ", ngx.var.remote_addr)
            }
        }
        location = /phases {
            set_by_lua_block $answer { return 42 }
            rewrite_by_lua_block { ngx.ctx.seen = {"rewrite"} }
            access_by_lua_block { table.insert(ngx.ctx.seen, "access") }
            content_by_lua_block { ngx.say(table.concat(ngx.ctx.seen, " "), ngx.var.answer) }
            header_filter_by_lua_block { ngx.header["X-Seen"] = ngx.ctx.seen }
            body_filter_by_lua_block { ngx.arg[1] = ngx.arg[1]:upper() }
            log_by_lua_block { ngx.ctx.seen = nil }
        }
        location = /json {
            content_by_lua_block {
                local user = cjson.decode(cjson.encode{name = "Ada", tags = {"a", "b"}, n = ngx.now()})
                ngx.shared.figures:set("user" .. math.random(1000), user.name, 1)
                ngx.say(ngx.re.gsub(user.name, "a", "o", "jo"))
            }
        }
        location = /threads {
            content_by_lua_block {
                local thread = ngx.thread.spawn(function() ngx.sleep(0) return 1 end)
                ngx.say(select(2, ngx.thread.wait(thread)))
            }
        }
        location = /capture {
            content_by_lua_block {
                local res = ngx.location.capture("/say", {args = {a = 1}})
                ngx.print(res.status, res.body)
            }
        }
        location = /error {
            content_by_lua_block {
                local ok, err = pcall(error, {code = 404})
                local co = coroutine.create(function() coroutine.yield() error("broken") end)
                coroutine.resume(co)
                ngx.say(ok, err.code, select(2, coroutine.resume(co)))
            }
        }
    }
HTTP

my ($worker) = workers();
my $descriptors = descriptors($worker);
for my $uri (qw(/say /phases /json /threads /capture /error)) {
    load($uri, $total / 3);
    my $memory = rss($worker);
    load($uri, $total);
    my $growth = rss($worker) - $memory;
    cmp_ok($growth, '<', $limit, "$uri: memory stays flat ($growth KiB over $total requests)");
    ok(wait_for(5, sub { descriptors($worker) <= $descriptors }), "$uri: so do descriptors");
}
is((workers())[0], $worker, 'it was one worker all the time');
unlike(error_log(), qr/\[(?:error|alert|crit|emerg)\]/, 'nothing is logged');
ok(stop(), 'the server ends when told to');
done_testing();

sub load {
    my ($uri, $count) = @_;
    my $done = 0;
    while ($done < $count) {
        my ($requests, $errors) = wrk(1, $uri);
        is($errors, '', "$uri: all are answered") if $errors;
        $done += $requests;
    }
}
