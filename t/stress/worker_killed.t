# A worker that is killed takes only its own requests with it.
use strict;
use warnings;
use Stress;
use Test::More;
use Time::HiRes qw(sleep);

my $kills = long() ? 50 : 5;
my $clients = 6;

start(2, <<'HTTP');
    lua_shared_dict figures 1m;
    server {
        listen 127.0.0.1:PORT;
        location = /work {
            content_by_lua_block {
                local figures = ngx.shared.figures
                for i = 1, 50 do
                    figures:set("key" .. i, ("x"):rep(i * 10))
                    figures:incr("sum", 1, 0)
                end
                for i = 1, 50 do
                    local value = figures:get("key" .. i)
                    if value ~= ("x"):rep(i * 10) then
                        ngx.log(ngx.ERR, "key", i, " is ", value)
                        return ngx.exit(500)
                    end
                end
                ngx.say("done")
            }
        }
        location = /sum {
            content_by_lua_block { ngx.print(ngx.shared.figures:get("sum")) }
        }
    }
HTTP

my $wait = clients($clients, $kills * 0.4 + 2, '/work', "done\n");
my $respawned = 0;
for (1 .. $kills) {
    sleep 0.3;
    my ($victim, $other) = workers();
    kill 'KILL', $victim;
    $respawned += wait_for(5, sub { my @now = workers(); @now == 2 && !grep { $_ == $victim } @now });
}
my $got = $wait->();

is($respawned, $kills, 'the master replaces each killed worker');
cmp_ok($got->{answered}, '>', 100, "there was a load ($got->{answered} requests)");
is($got->{wrong}, 0, 'no response is wrong');
cmp_ok($got->{lost} + $got->{reused}, '<=', $kills * $clients, 'a kill costs at most what was in flight');
my $before = get('/sum');
is(get('/work'), "done\n", 'the shared dictionary goes on working');
is(get('/sum') - $before, 50, 'and counts right');
unlike(error_log(), qr/\[(?:error|crit|emerg)\]/, 'nothing grave is logged but the kills');
ok(stop(), 'the server ends when told to');
done_testing();
