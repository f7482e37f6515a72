# How the server names itself: -v, -V, the Server header and built-in error pages.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use Bundle qw(root run write_file read_file);

my $binary = $ENV{TEST_NGINX_BINARY} || root() . '/build/root/nginx/sbin/nginx';
my $port = $ENV{TEST_NGINX_PORT} || 1984;

my ($version) = run($binary, '-v');
like $version, qr{\Anginx version: (?:openresty/1\.26\.3\.\d+|nginx/1\.26\.3)(?: \(no pool\))?\n\z}, '-v';
my ($name, $number) = $version =~ m{: (\w+)/(\S+)};

my ($settings) = run($binary, '-V');
like $settings, qr/\A\Q$version\Ebuilt by .+\nbuilt with OpenSSL .+\nTLS SNI support enabled\nconfigure arguments: --prefix=\S+\/nginx /,
    '-V goes on with the compiler, OpenSSL and the configure arguments';
unlike $settings, qr/ccache/, 'and does not tell of ccache';

my $dir = tempdir(CLEANUP => 1);
mkdir "$dir/logs";
my $user = $> == 0 ? 'user root;' : '';
write_file("$dir/nginx.conf", <<"CONF");
$user
error_log logs/error.log;
pid logs/nginx.pid;
events {}
http {
    access_log off;
    server {
        listen 127.0.0.1:$port;
        http2 on;
        location = /tokens { return 200 "ok"; }
        location = /quiet { server_tokens off; return 200 "ok"; }
        location = /quiet-error { server_tokens off; return 404; }
        location = /error { return 404; }
    }
}
CONF
my ($text, $status) = run($binary, '-p', "$dir/", '-c', 'nginx.conf');
is $status, 0, 'the server starts' or diag $text;
END { local $?; run($binary, '-p', "$dir/", '-c', 'nginx.conf', '-s', 'stop') if $status == 0 }

sub fetch { return (run('curl', '-s', '-i', @_))[0] }

for my $http (['--http1.1', 'HTTP/1.1'], ['--http2-prior-knowledge', 'HTTP/2']) {
    my ($option, $title) = @$http;
    like fetch($option, "http://127.0.0.1:$port/tokens"), qr{^server: \Q$name/$number\E\r$}im, "$title: name and version";
    like fetch($option, "http://127.0.0.1:$port/quiet"), qr{^server: \Q$name\E\r$}im, "$title: only the name without server_tokens";
}
like fetch("http://127.0.0.1:$port/error"), qr{<hr><center>\Q$name/$number\E</center>}, 'error page: name and version';
like fetch("http://127.0.0.1:$port/quiet-error"), qr{<hr><center>\Q$name\E</center>}, 'error page: only the name without server_tokens';

done_testing;
