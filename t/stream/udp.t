# UDP sessions of stream servers.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $binary = $ENV{TEST_NGINX_BINARY} || "$root/build/root/nginx/sbin/nginx";
my $port = ($ENV{TEST_NGINX_PORT} || 1984) + 10;
my $prefix = tempdir(CLEANUP => 1);
mkdir "$prefix/$_" or die "$prefix/$_: $!\n" for 'logs', 'conf';

my $user = $> == 0 ? 'user root;' : '';
write_file("$prefix/conf/nginx.conf", <<"END");
$user
daemon off;
master_process off;
error_log logs/error.log debug;
events { worker_connections 64; }
stream {
    server {
        listen 127.0.0.1:$port udp;
        preread_by_lua_block { ngx.ctx.phase = ngx.get_phase() }
        content_by_lua_block {
            local sock = assert(ngx.req.socket())
            sock:settimeout(1000)
            local first = sock:receive(3)
            local rest = sock:receive()
            local none, err = sock:receive(1)
            sock:send({ ngx.ctx.phase, " ", first, "|", rest, "|", tostring(none), " ", err })
            sock:send("second")
            ngx.say("said")
        }
        log_by_lua_block { ngx.log(ngx.WARN, "logged ", ngx.var.protocol) }
    }
}
END

my $pid = fork // die "fork: $!\n";
if ($pid == 0) {
    open STDERR, '>', "$prefix/logs/stderr";
    exec $binary, '-p', "$prefix/", '-c', 'conf/nginx.conf' or die "$binary: $!\n";
}
END { local $?; if ($pid) { kill QUIT => $pid; waitpid $pid, 0 } }

my $client = IO::Socket::INET->new(Proto => 'udp', PeerAddr => "127.0.0.1:$port") or die "$@\n";
my @answers;
for (1 .. 50) {    # until the server is there
    $client->send('abcdefg');
    @answers = datagrams(3) and last;
    select undef, undef, undef, 0.1;
}
is_deeply \@answers, ['preread abc|defg|nil no more data', 'second', "said\n"],
    'the datagram comes in pieces, each send is a datagram';

my $log = '';
for (1 .. 50) {
    $log = slurp("$prefix/logs/error.log");
    last if $log =~ /logged UDP/;
    select undef, undef, undef, 0.1;
}
like $log, qr/logged UDP.*, udp client: 127\.0\.0\.1, server: 127\.0\.0\.1:\d+/, 'the log handler ran';
unlike $log, qr/\[(?:error|alert|emerg|crit)\]/, 'no errors';

kill QUIT => $pid;
waitpid $pid, 0;
is $?, 0, 'the server ends in good order';
undef $pid;
done_testing();

sub datagrams {
    my ($n) = @_;
    my $readable = IO::Select->new($client);
    my @got;
    while (@got < $n && $readable->can_read(@got ? 2 : 0.2)) {
        defined $client->recv(my $data, 4096) or return;
        push @got, $data;
    }
    return @got;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or return '';
    local $/;
    return <$in>;
}

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out;
}
