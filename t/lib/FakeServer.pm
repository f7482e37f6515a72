# A TCP server in a process of its own that answers as a test wants: late, in pieces, wrong.
#
#     my $server = FakeServer->new(sub {
#         my ($request, $say) = @_;   # what has come in one read; sends bytes at once
#         $say->("half");
#         sleep 1;
#         $say->("the rest");
#         return 'close';             # or nothing, to wait for the next request
#     });
#
# Each connection gets a process, so that one that waits keeps no other waiting.
package FakeServer;
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

sub new {
    my ($class, $answer) = @_;
    my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "$!\n";
    my $pid = fork // die "fork: $!\n";
    serve($listener, $answer) if $pid == 0;
    return bless {pid => $pid, owner => $$, port => $listener->sockport}, $class;
}

sub port { return $_[0]{port} }

sub serve {
    my ($listener, $answer) = @_;
    setpgrp;
    $SIG{CHLD} = 'IGNORE';
    while (1) {
        my $socket = $listener->accept or next;
        my $pid = fork // die "fork: $!\n";
        converse($socket, $answer) if $pid == 0;
        close $socket;
    }
}

sub converse {
    my ($socket, $answer) = @_;
    $SIG{PIPE} = 'IGNORE';
    my $say = sub { syswrite $socket, $_[0] };
    while (sysread $socket, my $request, 65536) {
        last if ($answer->($request, $say) // '') eq 'close';
    }
    close $socket;
    POSIX::_exit(0);
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill 'KILL', -$pid, $pid;
    waitpid $pid, 0;
}

sub DESTROY { local $?; $_[0]->stop if $_[0]{owner} == $$ }

1;
