package Cli;

# Helpers of the tests in t/cli/: running the installed programs.
use strict;
use warnings;
use Bundle qw(root write_file);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

our @EXPORT_OK = qw(program resty start printed left_over poll);

# A program of the installation under test.
sub program {
    my ($name) = @_;
    my $nginx = $ENV{TEST_NGINX_BINARY} // root() . '/build/root/nginx/sbin/nginx';
    return dirname(dirname(dirname($nginx))) . "/bin/$name";
}

my $dir = tempdir(CLEANUP => 1);

# Starts resty with its streams on files; `in` is what it can read. Returns the process.
sub start {
    my ($options, @args) = @_;
    write_file("$dir/in", $options->{in} // '');
    unlink "$dir/out";
    my $pid = fork() // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN, '<', "$dir/in" or die;
        open STDOUT, '>', "$dir/out" or die;
        open STDERR, '>', "$dir/err" or die;
        exec($options->{program} // program('resty'), @args) or die "exec: $!\n";
    }
    return $pid;
}

# Whether what was started has printed anything.
sub printed { return -s "$dir/out" }

# Runs resty; returns what it printed to stdout and stderr, and its exit status (signal: 128 + number).
sub resty {
    my @args = @_;
    my $options = ref $args[0] ? shift @args : {};
    my $pid = start($options, @args);
    return finish($pid);
}

sub finish {
    my ($pid) = @_;
    waitpid $pid, 0;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    return (map({ Bundle::read_file("$dir/$_") } qw(out err)), $status);
}

# Temporary folders of resty that are there and do not go away: other tests may be running theirs.
sub left_over {
    my @found = glob '/tmp/resty_*';
    poll(sub { !grep { -e } @found });
    return grep { -e } @found;
}

# Waits until the condition holds; false if it does not in ten seconds.
sub poll {
    my ($condition) = @_;
    for (1 .. 200) {
        return 1 if $condition->();
        select undef, undef, undef, 0.05;
    }
    return 0;
}

1;
