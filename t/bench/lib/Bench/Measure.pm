# The two measurements of a scenario: requests per second, and instructions
# per request.
package Bench::Measure;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(requests throughput instructions);

# What a plain client sends; the same for both measurements.
my @headers = ('User-Agent: bench', 'Accept: */*');

# Sends COUNT requests over one connection; returns the last response's body.
sub requests {
    my ($server, $uri, $count) = @_;
    my $socket = $server->connection or die $server->name . " does not answer\n";
    my $request = join "\r\n", "GET $uri HTTP/1.1", 'Host: 127.0.0.1', @headers, '', '';
    my $body;
    local $SIG{ALRM} = sub { die $server->name . ": no answer to $uri\n" };
    alarm 120;
    for (1 .. $count) {
        syswrite($socket, $request) == length $request or die "cannot send: $!\n";
        $body = response($socket) // die "$uri fails:\n" . $server->error_log;
    }
    alarm 0;
    return $body;
}

# Reads one response; undef if it is no 200 or breaks off.
sub response {
    my ($socket) = @_;
    my $text = '';
    until ($text =~ /\r\n\r\n/) { sysread $socket, $text, 65536, length $text or return }
    my ($head, $rest) = split /\r\n\r\n/, $text, 2;
    return if $head !~ m{^HTTP/1\.1 200 };
    if ($head =~ /^Content-Length: (\d+)/mi) {
        while (length $rest < $1) { sysread $socket, $rest, 65536, length $rest or return }
        return $rest;
    }
    until ($rest =~ /(?:^|\r\n)0\r\n\r\n\z/) { sysread $socket, $rest, 65536, length $rest or return }
    my $body = '';
    while ($rest =~ s/^([0-9a-f]+)\r\n//i and my $size = hex $1) {
        $body .= substr $rest, 0, $size;
        substr $rest, 0, $size + 2, '';
    }
    return $body;
}

# Requests per second, from wrk on a core of its own where there is one.
sub throughput {
    my ($server, $uri, $seconds) = @_;
    my @pin = cores() > 1 ? qw(taskset -c 0) : ();
    my $out = join ' ', @pin, 'wrk -t1 -c16', "-d${seconds}s", (map { "-H '$_'" } @headers),
        'http://127.0.0.1:' . $server->port . $uri;
    $out = `$out 2>&1`;
    die $server->name . ": $uri:\n$out" if $out =~ /Non-2xx|Socket errors/;
    my ($rate) = $out =~ m{Requests/sec:\s+([\d.]+)} or die "wrk says:\n$out";
    return $rate;
}

sub cores { return 0 + (`nproc` || 1) }

# Words that start a server for `throughput`: away from wrk's core.
sub pin { return cores() > 1 ? qw(taskset -c 1) : () }

# Instructions per request under callgrind: a fresh server, warmed up (code is
# compiled, caches are filled), then COUNT requests in two halves. The halves
# must agree: a command can reach a busy server late. Where they never do, as with much garbage
# collection in few requests, the closest pair counts, and a remark says so.
sub instructions {
    my ($server, $template, $uri, $count, $warm_up) = @_;
    my $out = $server->dir . '/callgrind.out';
    my ($closest, $difference);
    for (1 .. 3) {
        unlink glob "$out*";
        $server->start($template, qw(valgrind --tool=callgrind --trace-children=yes),
            "--callgrind-out-file=$out", '--dump-line=no');
        requests($server, $uri, $warm_up);
        control($server, '--zero');
        my ($first, $second) = map { half($server, $uri, $count / 2, "$out.$_") } 1, 2;
        $server->stop;
        my $apart = abs($first - $second) / $first;
        ($closest, $difference) = (($first + $second) / 2, $apart) if !defined $difference || $apart < $difference;
        return $closest if $difference < 0.1;
    }
    printf STDERR "%s: the two halves of the requests are %.0f %% apart\n", $uri, 100 * $difference;
    return $closest;
}

# Each dump starts the count anew.
sub half {
    my ($server, $uri, $count, $dump) = @_;
    requests($server, $uri, $count);
    control($server, '--dump');
    my ($total) = Bench::Server::slurp($dump) =~ /^(?:totals|summary): (\d+)/m
        or die "callgrind left no figures\n";
    return $total / $count;
}

sub control {
    my ($server, $what) = @_;
    my $said = `callgrind_control $what $server->{pid} 2>&1`;
    die "callgrind_control $what:\n$said" if $? != 0 || $said =~ /error/i;
}

1;
