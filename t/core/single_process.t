# Signals of a server that runs as one process (master_process off).
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Bundle qw(root write_file read_file);

my $binary = $ENV{TEST_NGINX_BINARY} || root() . '/build/root/nginx/sbin/nginx';
my $port = $ENV{TEST_NGINX_PORT} || 1984;

# Starts a server; returns its process and its folder.
sub start {
    my $dir = tempdir(CLEANUP => 1);
    mkdir "$dir/logs";
    write_file("$dir/nginx.conf", <<"CONF");
daemon off;
master_process off;
error_log logs/error.log notice;
pid logs/nginx.pid;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:$port;
        location / { return 200 "ok"; }
        location /slow { limit_rate 1k; root .; }
    }
}
CONF
    write_file("$dir/slow", 'x' x 3000);
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        exec $binary, '-p', "$dir/", '-c', 'nginx.conf' or die "$binary: $!\n";
    }
    for (1 .. 100) {
        last if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
        select undef, undef, undef, 0.05;
    }
    return ($pid, $dir);
}

# The exit status once the process has ended, undef if it goes on for so long.
sub ended {
    my ($pid, $seconds) = @_;
    for (1 .. $seconds * 20) {
        return $? if waitpid($pid, 1) == $pid;
        select undef, undef, undef, 0.05;
    }
    return undef;
}

for my $case (['TERM', 'exiting'], ['INT', 'exiting'], ['HUP', 'exiting'], ['QUIT', 'gracefully shutting down']) {
    my ($signal, $message) = @$case;
    subtest "$signal to an idle server" => sub {
        my ($pid, $dir) = start();
        kill $signal => $pid;
        is ended($pid, 5), 0, 'ends it';
        my $log = read_file("$dir/logs/error.log");
        like $log, qr/\[notice\] .*: \Q$message\E$/m, "logs '$message'";
        like $log, qr/\[notice\] .*: exiting$/m, "logs 'exiting'";
        unlike $log, qr/\[(?:alert|emerg)\]/, 'no alert';
    };
}

subtest 'QUIT lets a response be finished' => sub {
    my ($pid, $dir) = start();
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $!\n";
    print {$client} "GET /slow HTTP/1.0\r\n\r\n";
    ok defined(my $first = <$client>), 'a response has begun';
    kill QUIT => $pid;
    is ended($pid, 0.5), undef, 'the server goes on';
    ok !IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port), 'but takes no new connection';
    my $rest = do { local $/; <$client> };
    like $rest, qr/\r\n\r\nx{3000}\z/, 'the response is complete';
    is ended($pid, 5), 0, 'then it ends';
};

subtest 'TERM after QUIT ends it at once' => sub {
    my ($pid, $dir) = start();
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $!\n";
    print {$client} "GET /slow HTTP/1.0\r\n\r\n";
    my $first = <$client>;
    kill QUIT => $pid;
    is ended($pid, 0.3), undef, 'it goes on';
    kill TERM => $pid;
    is ended($pid, 2), 0, 'until TERM';
};

done_testing;
