# Timers and client aborts in great numbers leave nothing behind.
use strict;
use warnings;
use Stress;
use Test::More;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);

my $timers = long() ? 1_000_000 : 50_000;
my $aborts = long() ? 100_000 : 1_000;
# Bytes a pending timer may take: its event, its closure with a variable of its own, their slots.
my $timer_size = 256;

start(1, <<"HTTP");
    lua_max_pending_timers 2000000;
    lua_check_client_abort on;
    server {
        listen 127.0.0.1:PORT;
        location = /pending {
            content_by_lua_block {
                for i = 1, $timers do
                    assert(ngx.timer.at(1000 + i % 1000, function () return i end))
                end
                ngx.say(ngx.timer.pending_count())
            }
        }
        location = /run {
            content_by_lua_block {
                local n = 0
                local function count() n = n + 1 end
                for i = 1, $timers do
                    assert(ngx.timer.at(0, count))
                    if i % 1000 == 0 then ngx.sleep(0) end
                end
                repeat ngx.sleep(0.001) until n == $timers
                collectgarbage()
                ngx.say(n)
            }
        }
        location = /wait {
            content_by_lua_block {
                local semaphore = require("ngx.semaphore").new()
                ngx.thread.spawn(function () semaphore:wait(600) end)
                ngx.thread.spawn(function () ngx.sleep(600) end)
                ngx.thread.spawn(function () ngx.location.capture("/slow") end)
                waiting = (waiting or 0) + 1
                semaphore:wait(600)
            }
            log_by_lua_block { waiting = waiting - 1 }
        }
        location = /slow { content_by_lua_block { ngx.sleep(600) } }
        location = /waiting { content_by_lua_block { collectgarbage() ngx.say(waiting) } }
    }
HTTP

my ($worker) = workers();
my $descriptors = descriptors($worker);

get('/run');
my $memory = rss($worker);
is(get('/run'), "$timers\n", "$timers timers without delay run");
cmp_ok(rss($worker) - $memory, '<', 1024, 'and leave no memory behind');

abort_many($aborts / 4);
$memory = rss($worker);
abort_many($aborts);
ok(wait_for(30, sub { get('/waiting') eq "0\n" }), 'aborted requests end');
cmp_ok(rss($worker) - $memory, '<', 1024, "$aborts client aborts leave no memory behind");
ok(wait_for(30, sub { descriptors($worker) <= $descriptors }), 'nor descriptors');

$memory = rss($worker);
is(get('/pending'), "$timers\n", "$timers timers are pending");
my $size = (rss($worker) - $memory) * 1024 / $timers;
cmp_ok($size, '<', $timer_size, "a pending timer takes $size bytes");

is((workers())[0], $worker, 'it was one worker all the time');
ok(stop(), 'the server ends when told to, with all of them pending');
unlike(error_log(), qr/\[(?:error|alert|crit|emerg)\]/, 'nothing is logged');
done_testing();

# Clients that leave while their requests wait for everything, 200 at a time.
sub abort_many {
    my ($count) = @_;
    while ($count > 0) {
        my @sockets = map { request() } 1 .. 200;
        wait_for(30, sub { get('/waiting') eq "200\n" }) or die "requests do not wait\n";
        for my $i (0 .. $#sockets) {
            setsockopt($sockets[$i], SOL_SOCKET, SO_LINGER, pack 'll', 1, 0) if $i % 2;
            close $sockets[$i];
        }
        wait_for(30, sub { get('/waiting') eq "0\n" }) or die "requests do not end\n";
        $count -= 200;
    }
}

sub request {
    my $port = $ENV{TEST_NGINX_PORT} // 1984;
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port") or die "connect: $!\n";
    $socket->autoflush(1);
    print {$socket} "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
    return $socket;
}
