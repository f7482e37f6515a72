# One nginx that runs the scenarios: a temporary folder, a port, a process.
package Bench::Server;
use strict;
use warnings;
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(time sleep);

# NAME for the reader; COMMAND starts it with nginx's own arguments. Such a
# command may know --print-load-modules: it prints load_module lines.
sub new {
    my ($class, %arg) = @_;
    my $self = bless {%arg, dir => tempdir('ngx-bench-XXXXXX', TMPDIR => 1)}, $class;
    make_path(map { "$self->{dir}/$_" } qw(conf logs temp));
    my $modules = `$self->{command} --print-load-modules 2>/dev/null`;
    spew("$self->{dir}/conf/modules.conf", $? == 0 ? $modules : '');
    return $self;
}

sub name { return $_[0]{name} }
sub port { return $_[0]{port} }
sub dir { return $_[0]{dir} }

# Starts it, with the words WRAPPER before the command, and waits until it answers.
sub start {
    my ($self, $template, @wrapper) = @_;
    $self->{port} = free_port();
    spew("$self->{dir}/conf/nginx.conf", $template =~ s/\@PORT\@/$self->{port}/gr);
    my @command = (@wrapper, split(' ', $self->{command}), '-p', "$self->{dir}/", '-c', 'conf/nginx.conf');
    $self->{pid} = fork // die "fork: $!\n";
    if (!$self->{pid}) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$self->{dir}/logs/out" or die "$!\n";
        open STDERR, '>&', \*STDOUT;
        exec @command or die "$command[0]: $!\n";
    }
    my $end = time + (@wrapper ? 240 : 30);
    until ($self->connection) {
        time < $end && waitpid($self->{pid}, WNOHANG) == 0
            or die "$self->{name} does not start:\n" . slurp("$self->{dir}/logs/out") . "\n";
        sleep 0.05;
    }
    return $self;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return;
    kill 'TERM', $pid;
    # A signal that meets callgrind_control's attaching can get lost.
    my $end = time + 3;
    until (waitpid($pid, WNOHANG)) {
        if (time > $end) { kill 'KILL', $pid; waitpid $pid, 0; last }
        sleep 0.02;
    }
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->stop;
    remove_tree($self->{dir});
}

sub connection {
    my ($self) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port});
}

sub error_log { return slurp("$_[0]{dir}/logs/error.log") }

sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "no free port: $!\n";
    return $socket->sockport;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or return '';
    local $/;
    return <$in> // '';
}

sub spew {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out or die "$path: $!\n";
}

# memcached, Redis: one process that the scenarios talk to.
package Bench::Server::Service;
use File::Temp qw(tempdir);

sub new {
    my ($class, $command, $port) = @_;
    my $dir = tempdir('ngx-bench-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        open STDOUT, '>', "$dir/out" or die "$!\n";
        open STDERR, '>&', \*STDOUT;
        exec $command, $port, $dir or die "$command: $!\n";
    }
    for (1 .. 200) {
        last if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
        Time::HiRes::sleep(0.05);
    }
    return bless {pid => $pid, owner => $$}, $class;
}

sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local $?;
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
}

1;
