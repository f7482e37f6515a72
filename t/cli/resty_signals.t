# resty and signals: what it passes on, how it ends, and that nothing stays behind.
use strict;
use warnings;
use Test::More;
use Cli qw(program start printed left_over poll);

my $forever = 'io.stdout:write("up\n") io.stdout:flush() ngx.sleep(600)';

# Starts resty, sends it a signal once the code runs, returns the exit status.
sub status_after {
    my ($signal, $code) = @_;
    my $pid = start({}, '-e', $code // $forever);
    ok poll(sub { server_of($pid) && printed() }), "$signal: the code runs";
    my $server = server_of($pid);
    kill $signal, $pid;
    waitpid $pid, 0;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    ok poll(sub { !kill 0, $server }), "$signal: the server is gone";
    is_deeply [left_over()], [], "$signal: nothing is left";
    return $status;
}

# The server that a resty process runs.
sub server_of {
    my ($parent) = @_;
    for my $stat (glob '/proc/[0-9]*/stat') {
        open my $in, '<', $stat or next;
        my $line = <$in> // next;
        return $1 if $line =~ /^(\d+) \(nginx\) \S $parent /;
    }
    return;
}

is status_after('INT'), 130, 'SIGINT';
is status_after('PIPE'), 141, 'SIGPIPE';
is status_after('TERM'), 0, 'SIGTERM ends the server at once';
is status_after('QUIT', 'io.stdout:write("up\n") io.stdout:flush() ngx.sleep(0.3)'), 0, 'SIGQUIT lets the code end';
is status_after('HUP', 'io.stdout:write("up\n") io.stdout:flush() ngx.sleep(0.3)'), 0, 'SIGHUP too';
is status_after('KILL'), 137, 'SIGKILL';
is status_after('INT', 'io.stdout:write("up\n") io.stdout:flush() while true do end'), 130, 'SIGINT and code that never waits';
is status_after('TERM', 'io.stdout:write("up\n") io.stdout:flush() while true do end'), 143, 'SIGTERM and such code';

done_testing();
