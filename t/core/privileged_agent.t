# The privileged agent process, and sockets that programs run by a worker must not inherit.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Bundle qw(root run write_file read_file);

my $binary = $ENV{TEST_NGINX_BINARY} || root() . '/build/root/nginx/sbin/nginx';
my $port = $ENV{TEST_NGINX_PORT} || 1984;
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
mkdir "$dir/logs";

sub configuration {
    my ($connections) = @_;
    write_file("$dir/nginx.conf", <<"CONF");
error_log logs/error.log notice;
pid logs/nginx.pid;
events {}
http {
    access_log off;
    init_by_lua_block {
        assert(require("ngx.process").enable_privileged_agent($connections))
    }
    init_worker_by_lua_block {
        ngx.log(ngx.NOTICE, "i am a ", require("ngx.process").type(), ", id ", ngx.worker.id())
    }
    server {
        listen 127.0.0.1:$port;
        location = /sockets {
            content_by_lua_block {
                local list = io.popen("ls -l /proc/self/fd | grep -c socket:")
                ngx.print(list:read("*n"))
                list:close()
            }
        }
    }
}
CONF
}

sub nginx { return run($binary, '-p', "$dir/", '-c', 'nginx.conf', @_) }

# Waits until the log says so, this many times.
sub logged {
    my ($pattern, $times) = @_;
    for (1 .. 100) {
        my $found = () = read_file("$dir/logs/error.log") =~ /$pattern/g;
        return 1 if $found >= ($times // 1);
        select undef, undef, undef, 0.05;
    }
    return 0;
}

sub agents {
    chomp(my $master = read_file("$dir/logs/nginx.pid"));
    return grep { read_file("/proc/$_/cmdline") =~ /^nginx: privileged agent process/ }
        split ' ', (run('pgrep', '-P', $master))[0];
}

# An open connection on which the number of sockets in a program run by the worker was asked for.
sub connection {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5) or die "connect: $!\n";
    print {$socket} "GET /sockets HTTP/1.1\r\nHost: localhost\r\n\r\n";
    my $answer = '';
    $answer .= <$socket> // die "closed\n" until $answer =~ /\r\n\r\n[0-9a-f]+\r\n(\d+)\r\n/;
    return ($socket, $1);
}

configuration(10);
my ($text, $status) = nginx();
is $status, 0, 'the server starts' or diag $text;
END { local $?; nginx('-s', 'stop') if $dir && -e "$dir/logs/nginx.pid" }

ok logged(qr/i am a privileged agent, id nil/), 'init_worker runs in the agent';
ok logged(qr/i am a worker, id 0/), 'and in the worker';
my ($agent, @more) = agents();
ok $agent && !@more, 'there is one agent';
is +(stat "/proc/$agent")[4], $>, 'it runs as the master does';

kill KILL => $agent;
ok logged(qr/i am a privileged agent/, 2), 'it is started again when it dies';
is scalar(agents()), 1, 'as one';

is +(nginx('-s', 'reload'))[1], 0, 'a reload';
ok logged(qr/i am a privileged agent/, 3), 'starts a new one';
ok logged(qr/privileged agent process \d+ exited with code 0/), 'and the old one ends';

my ($first, $alone) = connection();
my @others = map { (connection())[0] } 1 .. 3;
my ($last, $crowded) = connection();
is $crowded, $alone, 'a program run by the worker inherits no connection of clients';

configuration(0);
nginx('-s', 'reload');
ok logged(qr/\[alert\] .* 0 worker_connection is not enough, privileged agent process cannot be spawned/),
    'an agent without connections is refused';

done_testing;
