# Reloading under load loses no request.
use strict;
use warnings;
use Stress;
use Test::More;
use Time::HiRes qw(sleep);

my ($reloads, $pause) = long() ? (20, 1) : (5, 0.4);

start(2, <<'HTTP');
    lua_shared_dict counts 1m;
    init_by_lua_block { greeting = "hello" }
    server {
        listen 127.0.0.1:PORT;
        location = /hello {
            content_by_lua_block {
                ngx.shared.counts:incr("requests", 1, 0)
                ngx.say(greeting, ", ", "world")
            }
        }
        location = /slow {
            content_by_lua_block { ngx.sleep(0.05) ngx.say("slept") }
        }
        location = /count {
            content_by_lua_block { ngx.print(ngx.shared.counts:get("requests")) }
        }
    }
HTTP

my $seconds = $reloads * $pause + 2;
my @first = workers();
my %wait = (
    '/hello' => clients(4, $seconds, '/hello', "hello, world\n"),
    '/slow'  => clients(4, $seconds, '/slow', "slept\n"),
);
for (1 .. $reloads) {
    sleep $pause;
    reload();
}
for my $uri (sort keys %wait) {
    my $got = $wait{$uri}->();
    cmp_ok($got->{answered}, '>', 100, "$uri: there was a load ($got->{answered} requests)");
    is($got->{lost}, 0, "$uri: no request is lost");
    is($got->{wrong}, 0, "$uri: no response is wrong");
}

my %old = map { $_ => 1 } @first;
ok(wait_for(10, sub { my @now = workers(); @now == 2 && !grep { $old{$_} } @now }),
    'two new workers have taken over');
cmp_ok(get('/count'), '>', 100, 'the shared dictionary outlives reloads');
unlike(error_log(), qr/\[(?:alert|crit|emerg)\]/, 'nothing grave is logged');
ok(stop(), 'the server ends when told to');
done_testing();
