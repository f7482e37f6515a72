# Runs the configurations that README.md shows, as they stand there.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use Test::More;
use Time::HiRes qw(time sleep);

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $binary = $ENV{TEST_NGINX_BINARY} || "$root/build/root/nginx/sbin/nginx";
my $port = $ENV{TEST_NGINX_PORT} || 8081;
my $base = "http://127.0.0.1:$port";
my $server;
END { local $?; stop() if $server }

my ($first, $json, $access, $rate) = examples();
ok defined $rate, 'the README has its four examples';

start($first);
is get('/')->{content}, "hello, 127.0.0.1\n", 'the first nginx.conf answers';
is stop(), 0;

start(in_http($first, $json));
my $hello = get('/api/hello');
is $hello->{headers}{'content-type'}, 'application/json', 'a JSON answer has its type';
like $hello->{content}, qr/"message":"Hello, World!"/, 'and text';
is stop(), 0;

start(in_http($first, $access));
for my $time ('asked', 'cached') {
    is get('/protected?user=ada&pass=lovelace')->{content}, "welcome, ada\n", "a user may pass: $time";
    is get('/protected?user=ada&pass=wrong')->{status}, 401, "another may not: $time";
}
is get('/protected')->{status}, 401, 'nor may nobody';
is get('/auth?user=ada&pass=lovelace')->{status}, 404, 'the inner location is not for clients';
is stop(), 0;

start(in_http($first, $rate));
my %count;
my $slowest = 0;
# Begin with a fresh second: the limit is per second of the clock.
sleep 1.01 - (time - int time);
for (1 .. 25) {
    my $began = time;
    my $status = get('/api')->{status};
    my $took = time - $began;
    $count{$status}++;
    $slowest = $took if $status == 200 && $took > $slowest;
}
cmp_ok $count{200}, '>=', 10, 'requests within the limit are served';
cmp_ok $slowest, '>', 0.05, 'those just above it are slowed down';
is stop(), 0;

start(in_http($first, $rate));
sleep 1.01 - (time - int time);
my @children;
for (1 .. 60) {
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        my $status = get('/api')->{status};
        require POSIX;
        POSIX::_exit($status == 429 ? 1 : $status == 200 ? 0 : 2);
    }
    push @children, $pid;
}
my %exits;
for my $pid (@children) {
    waitpid $pid, 0;
    $exits{$? >> 8}++;
}
cmp_ok $exits{0} // 0, '>=', 10, 'many at once: some are served';
cmp_ok $exits{1} // 0, '>=', 1, 'and those far above the limit refused';
is $exits{2}, undef, 'nothing else happens';
is stop(), 0;

done_testing();

sub examples {
    open my $in, '<', "$root/README.md" or die "README.md: $!\n";
    local $/;
    return <$in> =~ /^```nginx\n(.*?)^```$/msg;
}

# The example in the http block of the first configuration, in place of its server.
sub in_http {
    my ($conf, $example) = @_;
    $conf =~ s/^http \{.*/http {\n$example}\n/ms;
    return $conf;
}

sub start {
    my ($conf) = @_;
    my $prefix = tempdir(CLEANUP => 1);
    mkdir "$prefix/$_" or die "$prefix/$_: $!\n" for 'logs', 'conf';
    $conf =~ s/listen 127\.0\.0\.1:8081/listen 127.0.0.1:$port/;
    open my $out, '>', "$prefix/conf/nginx.conf" or die "nginx.conf: $!\n";
    print $out $conf;
    close $out;

    my $user = $> == 0 ? 'user root;' : '';
    $server = fork // die "fork: $!\n";
    if ($server == 0) {
        exec $binary, '-p', "$prefix/", '-c', 'conf/nginx.conf', '-g', "daemon off; $user"
            or die "$binary: $!\n";
    }
    for (1 .. 100) {
        return if get('/')->{status} != 599;
        sleep 0.1;
    }
    BAIL_OUT('an example of the README does not start');
}

sub get {
    my ($path) = @_;
    return HTTP::Tiny->new(timeout => 5)->get("$base$path");
}

sub stop {
    kill QUIT => $server;
    waitpid $server, 0;
    my $status = $?;
    undef $server;
    return $status;
}
