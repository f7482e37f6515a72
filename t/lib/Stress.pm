# A server with a master and workers, and clients that count what they lose:
# what the tests of t/stress/ share.
package Stress;
use strict;
use warnings;
use Exporter qw(import);
use File::Path qw(make_path);
use IO::Socket::INET;
use Time::HiRes qw(time sleep);

our @EXPORT = qw(long start reload stop workers clients wait_for wrk rss descriptors error_log get);

my $dir = ($ENV{T_DIR} // die "run this by t/run\n") . '/server';
my $port = $ENV{TEST_NGINX_PORT} // 1984;
my $master;
my $owner = $$;

# Quick in `make test`, thorough in `make check-stress` (T_LONG=1).
sub long { return $ENV{T_LONG} }

# Starts the server with so many workers; HTTP is what goes into its http block beside the log
# settings, with PORT for the port.
sub start {
    my ($workers, $http) = @_;
    make_path("$dir/conf", "$dir/logs");
    my $load = join "\n", map { "load_module $_;" } split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    $http =~ s/\bPORT\b/$port/g;
    open my $conf, '>', "$dir/conf/nginx.conf" or die "$!\n";
    print $conf <<"CONF";
$load
daemon off;
worker_processes $workers;
pid logs/nginx.pid;
error_log logs/error.log notice;
events { worker_connections 512; }
http {
    access_log off;
    keepalive_requests 1000000;
$http
}
CONF
    close $conf;
    $master = fork // die "fork: $!\n";
    if (!$master) {
        open STDOUT, '>', "$dir/logs/out" or die "$!\n";
        open STDERR, '>&', \*STDOUT;
        exec $ENV{TEST_NGINX_BINARY}, '-p', "$dir/", '-c', 'conf/nginx.conf' or die "$!\n";
    }
    wait_for(20, sub { connection() }) or die "the server does not start:\n" . text("$dir/logs/out");
}

sub reload { kill 'HUP', $master }

# Ends the server as an administrator does; true if it ends.
sub stop {
    my $pid = $master;
    undef $master;
    kill 'QUIT', $pid;
    return wait_for(10, sub { waitpid($pid, 1) == $pid });
}

END {
    local $?;
    kill 'KILL', workers(), $master if defined $master && $$ == $owner;
}

# The process ids of the workers that take connections.
sub workers {
    return map { /^\s*(\d+) nginx: worker process$/ ? $1 : () } split /\n/, `ps -o pid=,args= --ppid $master`;
}

# Waits up to SECONDS until CODE returns true, and returns whether it did.
sub wait_for {
    my ($seconds, $code) = @_;
    my $end = time + $seconds;
    while (1) {
        return 1 if $code->();
        return 0 if time > $end;
        sleep 0.02;
    }
}

sub connection { return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5) }

# One request; returns the body of a 200, otherwise undef.
sub get {
    my ($uri) = @_;
    my $socket = connection() or return;
    syswrite $socket, "GET $uri HTTP/1.0\r\nHost: localhost\r\n\r\n";
    my $text = '';
    1 while sysread $socket, $text, 65536, length $text;
    return $text =~ /^HTTP\/1\.1 200 .*?\r\n\r\n(.*)/s ? $1 : undef;
}

# Starts COUNT clients that send requests one after another for SECONDS, every tenth one with
# `Connection: close`, and expect BODY each time. Returns code that waits for them and returns
# {answered, wrong, lost, reused}: lost requests got no whole response. A server may close a
# connection between two requests: a request on a used connection that is closed without a byte is
# sent again, as clients do (RFC 9112, 9.3.1), and counted in `reused`.
sub clients {
    my ($count, $seconds, $uri, $body) = @_;
    my @pipes;
    for (1 .. $count) {
        my $pid = open(my $pipe, '-|') // die "fork: $!\n";
        if (!$pid) {
            $SIG{PIPE} = 'IGNORE';
            print join ' ', client($seconds, $uri, $body);
            close STDOUT;
            require POSIX;
            POSIX::_exit(0);
        }
        push @pipes, $pipe;
    }
    return sub {
        my %sum;
        for my $pipe (@pipes) {
            my @figures = split ' ', <$pipe> // '';
            $sum{$_} += shift @figures // 0 for qw(answered wrong lost reused);
            close $pipe;
        }
        return \%sum;
    };
}

sub client {
    my ($seconds, $uri, $expected) = @_;
    my $end = time + $seconds;
    my ($n, $answered, $wrong, $lost, $reused) = (0, 0, 0, 0, 0);
    my ($socket, $used);
    while (time < $end) {
        my $close = ++$n % 10 == 0;
        my ($state, $body) = ('silent');
        for (1 .. 2) {
            $used = 0, $socket = connection() if !$socket;
            ($state, $body) = $socket ? exchange($socket, $uri, $close) : 'refused';
            last if !($used && $state eq 'silent');
            $reused++;
            undef $socket;
        }
        if ($state eq 'whole') { $answered++; $wrong++ if $body ne $expected }
        else { $lost++ }
        $used = 1;
        undef $socket if $close || $state ne 'whole' || $socket && ${*$socket}{last};
    }
    return ($answered, $wrong, $lost, $reused);
}

# One request and its response: whole (and the body), cut, silent (no byte came) or status.
sub exchange {
    my ($socket, $uri, $close) = @_;
    my $connection = $close ? "Connection: close\r\n" : '';
    syswrite $socket, "GET $uri HTTP/1.1\r\nHost: localhost\r\n$connection\r\n" or return 'silent';
    my $text = '';
    until ($text =~ /\r\n\r\n/) {
        sysread $socket, $text, 65536, length $text or return length $text ? 'cut' : 'silent';
    }
    my ($head, $rest) = split /\r\n\r\n/, $text, 2;
    return 'status' if $head !~ m{^HTTP/1\.1 200 };
    ${*$socket}{last} = $head =~ /^Connection: close/mi;
    if ($head =~ /^Content-Length: (\d+)/mi) {
        while (length $rest < $1) { sysread $socket, $rest, 65536, length $rest or return 'cut' }
        return ('whole', $rest);
    }
    until ($rest =~ /(?:^|\r\n)0\r\n\r\n\z/) { sysread $socket, $rest, 65536, length $rest or return 'cut' }
    my $body = '';
    while ($rest =~ s/^([0-9a-f]+)\r\n//i and my $size = hex $1) {
        $body .= substr $rest, 0, $size;
        substr $rest, 0, $size + 2, '';
    }
    return ('whole', $body);
}

# Load for SECONDS; returns (requests, errors), where errors is wrk's own line about them or ''.
sub wrk {
    my ($seconds, $uri, @options) = @_;
    my $said = `wrk -t1 -c32 -d${seconds}s @options 'http://127.0.0.1:$port$uri' 2>&1`;
    my ($requests) = $said =~ /(\d+) requests in/ or die "wrk says:\n$said";
    my $errors = join ' ', $said =~ /((?:Non-2xx|Socket errors)[^\n]*)/g;
    return ($requests, $errors);
}

# Resident memory of a process that is its own, in KiB: shared zones do not count.
sub rss {
    my ($pid) = @_;
    return text("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m ? $1 : die "no process $pid\n";
}

sub descriptors {
    my ($pid) = @_;
    my @open = glob "/proc/$pid/fd/*";
    return scalar @open;
}

sub error_log { return text("$dir/logs/error.log") }

sub text {
    my ($path) = @_;
    open my $in, '<', $path or return '';
    local $/;
    return <$in> // '';
}

1;
