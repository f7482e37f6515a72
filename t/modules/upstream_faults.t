# memc, redis2, redis and srcache with servers that fail: replies cut at each byte, servers that end
# in mid-reply, bytes of no protocol, servers that do not answer, reloads.
use strict;
use warnings;
use FakeServer;
use IO::Select;
use Stress;
use Test::More;
use Time::HiRes qw(sleep);

# The whole reply to a request for the value "hello", by module.
my %reply = (
    memc   => "VALUE KEY 7 5\r\nhello\r\nEND\r\n",
    redis2 => "+OK\r\n\$5\r\nhello\r\n",
    redis  => "+OK\r\n\$5\r\nhello\r\n",
);
my %body = (memc => 'hello', redis2 => $reply{redis2}, redis => 'hello');
my $go = "$ENV{T_DIR}/go";

# What to do is in the key: MODULE-WHAT-N.
my $server = FakeServer->new(sub {
    my ($request, $say) = @_;
    my ($key, $module, $what, $n) = $request =~ /((\w+)-(\w+)-(\d+))/ or return 'close';
    my $reply = $reply{$module} =~ s/KEY/$key/r;

    if ($what eq 'cut') {
        $say->(substr $reply, 0, $n);
        sleep 0.005;
        $say->(substr $reply, $n);
        return;
    }
    if ($what eq 'drop') {
        $say->(substr $reply, 0, $n);
        return 'close';
    }
    if ($what eq 'wrong') {
        $say->(substr($reply, 0, $n) . '!' . substr($reply, $n + 1));
        return;
    }
    if ($what eq 'more') {
        $say->($reply . $reply);
        return;
    }
    sleep 0.02 until -e $go;    # hold
    $say->($reply);
    return;
});
my $port = $server->port;

start(1, <<"HTTP");
    upstream server {
        server 127.0.0.1:$port max_fails=0;
        keepalive 4;
    }
    server {
        listen 127.0.0.1:PORT;
        location = /memc   { set \$memc_key \$arg_k; memc_pass server; }
        location = /redis2 { redis2_query select 0; redis2_query get \$arg_k; redis2_pass server; }
        location = /redis  { set \$redis_key \$arg_k; redis_pass server; }
        location = /cached { srcache_fetch GET /memc k=\$arg_k; srcache_store PUT /store; echo made; }
        location = /store  { set \$memc_key memc-drop-0; memc_pass server; }
        location = /late   { set \$memc_key \$arg_k; memc_read_timeout 300ms; memc_pass server; }
        location = /fine   { echo fine; }
    }
HTTP

sub request {
    my ($uri) = @_;
    my $socket = Stress::connection() or die "no connection\n";
    syswrite $socket, "GET $uri HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    return $socket;
}

# Status and body; nothing if the response does not end.
sub response {
    my ($socket) = @_;
    my $select = IO::Select->new($socket);
    my $text = '';
    while (1) {
        $select->can_read(20) or return;
        sysread $socket, $text, 65536, length $text or last;
    }
    my ($status, $head, $body) = $text =~ /^HTTP\/1\.1 (\d+)(.*?)\r\n\r\n(.*)/s or return ('none', '');
    if ($head =~ /chunked/) {
        $body = join '', $body =~ /[0-9a-f]+\r\n(.*?)\r\n(?=[0-9a-f]+\r\n|$)/gs;
    }
    return ($status, $body);
}

sub ask { return response(request($_[0])) }

# The places in a module's reply, without the key's variable length.
sub places { my ($module) = @_; return 1 .. length($reply{$module} =~ s/KEY/$module-drop-10/r) - 1 }

for my $module (sort keys %reply) {
    my @bad;
    for my $n (places($module)) {
        my ($status, $body) = ask("/$module?k=$module-cut-$n");
        push @bad, $n if ($status // '') ne '200' || $body ne $body{$module};
    }
    is("@bad", '', "$module: a reply in two pieces is whole, wherever it is cut");

    my ($whole, $broken, $stuck) = (0, 0, 0);
    for my $n (places($module)) {
        my ($status, $body) = ask("/$module?k=$module-drop-$n");
        if (!defined $status) { $stuck++ }
        elsif ($status eq '200' && $body eq $body{$module}) { $whole++ }
        elsif ($status =~ /^(?:502|200)$/) { $broken++ }
    }
    is($stuck, 0, "$module: no request waits for a server that is gone");
    is($whole + $broken, scalar(() = places($module)), "$module: each is 502 or breaks off");
    cmp_ok($whole, '<=', 7, "$module: only what lacks the trailer counts as whole");

    # A wrong length may make nginx wait for more; it has to bear that the client does not.
    for my $n (0 .. length($reply{$module}) - 1) {
        IO::Select->new(request("/$module?k=$module-wrong-$n"))->can_read(0.1);
    }
    is((ask("/$module?k=$module-cut-1"))[1], $body{$module}, "$module: wrong bytes do no harm");

    is((ask("/$module?k=$module-more-0"))[1], $body{$module}, "$module: surplus bytes are left out");
    is((ask("/$module?k=$module-cut-2"))[1], $body{$module}, "$module: and not taken for the next reply");
}

my ($status, $body) = ask('/memc?k=memc-wrong-0');
is($status, 502, 'what is no reply is 502');
like(error_log(), qr/memcached sent invalid response: "!ALUE memc-wrong-0 7 5"/, 'the log says so');
($status) = ask('/redis2?k=redis2-wrong-0');
is($status, 502, 'redis2: what is no reply is 502');
like(error_log(), qr/redis2 sent invalid response: "!OK/, 'redis2: the log says so');
like(error_log(), qr/Redis server returned extra bytes: "\+OK/, 'redis2: the log tells of surplus bytes');
like(error_log(), qr/prematurely closed connection/, 'the log tells of servers that went');

for my $what ('drop-3', 'drop-20', 'drop-29', 'wrong-1') {
    is((ask("/cached?k=memc-$what"))[1], "made\n", "srcache: a cache that fails ($what) is a miss");
}

ok(wait_for(10, sub { error_log() =~ /srcache_store subrequest failed: rc=502 status=0/ }), 'a store that fails is logged');

($status) = ask('/late?k=memc-hold-1');
is($status, 504, 'a server that does not answer is 504');

my @held = map { request("/$_?k=$_-hold-1") } sort keys %reply;
is((ask('/fine'))[1], "fine\n", 'others are served meanwhile');
my @old = workers();
reload();
ok(wait_for(20, sub { grep { my $now = $_; !grep { $_ == $now } @old } workers() }), 'a reload');
open my $signal, '>', $go or die "$!\n";
close $signal;
my @done = map { (response($_))[1] // 'nothing' } @held;
is_deeply(\@done, [map { $body{$_} } sort keys %reply], 'requests in flight are finished by the old worker');

unlike(error_log(), qr/\[(?:alert|crit|emerg)\]/, 'nothing grave is logged');
ok(stop(), 'the server ends when told to');
done_testing();
