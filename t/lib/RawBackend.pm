package RawBackend;

# A backend that writes what a test wants, piece by piece, whatever it was asked.
#
#     RawBackend::serve(1985, sub { my ($socket, $request) = @_; write_pieces($socket, 'HTT', 'X: y') });
#
# The handler runs in a process of its own, for one connection after the other. With the option
# `at_once` it is called before anything was read.
use strict;
use warnings;
use Exporter qw(import);
use IO::Socket::INET;
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(serve write_pieces);

my @servers;

sub serve {
    my ($port, $handler, %option) = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1)
        or die "cannot listen at port $port: $!\n";
    my $pid = fork // die "fork: $!\n";
    if ($pid) {
        push @servers, $pid;
        return;
    }
    $SIG{TERM} = 'DEFAULT';
    while (my $socket = $listener->accept) {
        my $request = '';
        while (!$option{at_once} && $request !~ /\r\n\r\n|\0/) {
            sysread($socket, $request, 4096, length $request) or last;
        }
        $handler->($socket, $request);
        close $socket;
    }
    exit 0;
}

# The pause lets the reader see each piece by itself.
sub write_pieces {
    my ($socket, @pieces) = @_;
    $socket->autoflush(1);
    local $SIG{PIPE} = 'IGNORE';
    for my $piece (@pieces) {
        print {$socket} $piece or return;
        sleep 0.05;
    }
}

END { kill TERM => @servers if @servers }

1;
