# The README's caching example, as it stands there but for its ports, with an application that counts
# how often it is asked.
# services: memcached
use strict;
use warnings;
use Bundle qw(root read_file);
use FakeServer;
use Stress;
use Test::More;

my ($http) = read_file(root() . '/README.md') =~ /^## Caching in memcached\n.*?^http \{\n(.*?)^\}\n```$/ms
    or die "the README has no such example\n";

my $count = "$ENV{T_DIR}/count";
my $application = FakeServer->new(sub {
    my ($request, $say) = @_;
    open my $out, '>>', $count or die "$!\n";
    print $out "$request\n";
    close $out;
    my ($uri) = $request =~ m{^\w+ (\S+)};
    $say->("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nX-Made: yes\r\n\r\nresponse to $uri");
    return 'close';
});
my $port = $application->port;

ok($http =~ s/127\.0\.0\.1:11211/127.0.0.1:$ENV{TEST_NGINX_MEMCACHED_PORT}/, 'memcached has an address');
ok($http =~ s/127\.0\.0\.1:8081/127.0.0.1:$port/, 'so has the application');
ok($http =~ s/listen 8080;/listen 127.0.0.1:PORT;/, 'and the server');
start(1, $http);

sub request {
    my ($uri) = @_;
    my $socket = Stress::connection() or die "no connection\n";
    syswrite $socket, "GET $uri HTTP/1.0\r\nHost: localhost\r\n\r\n";
    my $text = '';
    1 while sysread $socket, $text, 65536, length $text;
    return $text;
}

sub asked {
    my @requests = read_file($count) =~ /^GET /mg;
    return scalar @requests;
}

for my $try (1, 2, 3) {
    my $status = $try == 1 ? 'MISS' : 'HIT';
    my $response = request('/cached/page?id=1');
    like($response, qr/^HTTP\/1\.1 200 /, 'a response');
    like($response, qr/^X-Srcache-Fetch-Status: $status\r$/m, $status);
    like($response, qr/^X-Made: yes\r$/m, 'with its headers');
    like($response, qr/\r\n\r\nresponse to \/cached\/page\?id=1$/, 'and body');
}
is(asked(), 1, 'the application was asked once');

like(request('/cached/page?id=2'), qr/^X-Srcache-Fetch-Status: MISS\r$/m, 'other arguments, another response');
is(asked(), 2, 'from the application');
like(request('/memc?x'), qr/^HTTP\/1\.1 404 /, 'the cache is internal');
unlike(error_log(), qr/\[(?:error|alert|crit|emerg)\]/, 'no error is logged');
ok(stop(), 'the server ends when told to');
done_testing();
