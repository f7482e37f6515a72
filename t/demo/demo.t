# Starts the demo as `make run` does, from a copy, and uses each of its endpoints.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use JSON::PP qw(decode_json);
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $binary = $ENV{TEST_NGINX_BINARY} || "$root/build/root/nginx/sbin/nginx";
my $port = $ENV{TEST_NGINX_PORT} || 8080;
my $base = "http://127.0.0.1:$port";
my $prefix = tempdir(CLEANUP => 1);
my $client = HTTP::Tiny->new(max_redirect => 0, timeout => 10);

my $server = start();
END { local $?; stop() if $server }

sub start {
    system('cp', '-r', "$root/doc/demo/.", $prefix) == 0 or die "cp failed\n";
    mkdir "$prefix/logs" or die "$prefix/logs: $!\n";
    edit("$prefix/conf/nginx.conf", sub { s/listen 127\.0\.0\.1:8080/listen 127.0.0.1:$port/ });

    # Workers of a root master must be able to read the files of a private folder.
    my $user = $> == 0 ? 'user root;' : '';
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>', "$prefix/logs/stderr";
        exec $binary, '-p', "$prefix/", '-c', 'conf/nginx.conf', '-g', "daemon off; $user"
            or die "$binary: $!\n";
    }
    for (1 .. 100) {
        return $pid if HTTP::Tiny->new(timeout => 1)->get("$base/api/stats")->{success};
        select undef, undef, undef, 0.1;
    }
    kill TERM => $pid;
    diag(slurp("$prefix/logs/stderr"), slurp("$prefix/logs/error.log"));
    BAIL_OUT('the demo does not start');
}

sub stop {
    kill QUIT => $server;
    waitpid $server, 0;
    my $status = $?;
    undef $server;
    return $status;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or return '';
    local $/;
    return <$in>;
}

# The error log once `pattern` is in it: a request's log phase runs after its answer was sent.
sub log_with {
    my ($pattern) = @_;
    for (1 .. 100) {
        my $log = slurp("$prefix/logs/error.log");
        return $log if $log =~ $pattern;
        select undef, undef, undef, 0.1;
    }
    return slurp("$prefix/logs/error.log");
}

sub edit {
    my ($path, $change) = @_;
    local $_ = slurp($path);
    $change->();
    open my $out, '>', $path or die "$path: $!\n";
    print $out $_;
    close $out;
}

# One request: (status, decoded JSON body or the text, headers).
sub ask {
    my ($method, $path, $body, %headers) = @_;
    my %options = (headers => \%headers);
    $options{content} = $body if defined $body;
    my $answer = $client->request($method, "$base$path", \%options);
    my $is_json = ($answer->{headers}{'content-type'} // '') =~ m{^application/json};
    my $content = $is_json && length $answer->{content}
        ? decode_json($answer->{content}) : $answer->{content};
    return ($answer->{status}, $content, $answer->{headers});
}

subtest 'links are made, read, followed and deleted' => sub {
    my ($status, $link, $headers) = ask(POST => '/api/links',
        '{"url": "https://example.com/a", "slug": "my-link"}');
    is $status, 201, 'created';
    is $headers->{location}, '/api/links/my-link', 'with its place';
    is $link->{url}, 'https://example.com/a', 'and its address';
    is $link->{hits}, 0, 'not visited yet';

    ($status, undef, $headers) = ask(GET => '/go/My-Link');
    is $status, 302, 'the link redirects, whatever the case';
    is $headers->{location}, 'https://example.com/a', 'to its address';
    (undef, $link) = ask(GET => '/api/links/my-link');
    is $link->{hits}, 1, 'and the visit is counted';

    (undef, my $list) = ask(GET => '/api/links/');
    is_deeply [sort map { $_->{slug} } @{$list->{links}}], ['docs', 'my-link'],
        'it is in the list, beside the example';

    ($status, my $body) = ask(DELETE => '/api/links/my-link');
    is $status, 204, 'deleted';
    is $body // '', '', 'without a body';
    ($status) = ask(GET => '/api/links/my-link');
    is $status, 404, 'and gone';
    ($status) = ask(GET => '/go/my-link');
    is $status, 404, 'also as a redirect';
};

subtest 'a link without slug gets one of its own' => sub {
    my (undef, $first) = ask(POST => '/api/links', '{"url": "http://example.com"}');
    my (undef, $second) = ask(POST => '/api/links', '{"url": "http://example.com"}');
    like $first->{slug}, qr/^[a-z0-9]{3,}$/;
    isnt $first->{slug}, $second->{slug};
};

subtest 'a form can delete by naming the method in a header' => sub {
    ask(POST => '/api/links', '{"url": "http://example.com", "slug": "by-form"}');
    my ($status) = ask(POST => '/api/links/by-form', '', 'X-HTTP-Method-Override' => 'DELETE');
    is $status, 204;
};

subtest 'bad requests are refused with a reason' => sub {
    my ($status, $error) = ask(POST => '/api/links', 'no json');
    is $status, 400;
    like $error->{error}, qr/^no JSON object: /;
    is_deeply [(ask(POST => '/api/links', '"text"'))[0]], [400], 'JSON, but no object';
    is_deeply [(ask('POST', '/api/links'))[0]], [400], 'no body';

    ($status, $error) = ask(POST => '/api/links', '{"url": "ftp://example.com"}');
    is $status, 400;
    is $error->{error}, 'url must be an http or https address';
    ($status, $error) = ask(POST => '/api/links', '{"url": "http://example.com", "slug": "No!"}');
    is $status, 400;
    is $error->{error}, 'slug must be 3 to 32 of a-z, 0-9 and -';
    ($status, $error) = ask(POST => '/api/links', '{"url": "http://example.com", "slug": "docs"}');
    is $status, 409;
    is $error->{error}, 'this slug is taken';

    ($status, $error, my $headers) = ask(PUT => '/api/links', '{}');
    is $status, 405;
    is $headers->{allow}, 'GET, POST';
    is $headers->{'x-request-id'}, $error->{request_id}, 'header and body name the same request';
    ($status) = ask(GET => '/api/other');
    is $status, 404;
    ($status, $error) = ask(POST => '/api/links', 'x' x 17_000);
    is $status, 413;
    is $error->{error}, 'request body too large', "nginx's own errors are JSON too";
};

subtest 'an error in Lua code shows the error page' => sub {
    my ($status, $error) = ask(GET => '/tour/error');
    is $status, 500;
    is $error->{error}, 'internal error';
    my $log = slurp("$prefix/logs/error.log");
    like $log, qr/attempt to index local 'nothing' \(a nil value\)/, 'the log says what it was';
    like $log, qr/answering 500 to request $error->{request_id}/, 'and for which request';
};

subtest 'the page is filled in' => sub {
    my ($status, $page, $headers) = ask(GET => '/');
    is $status, 200;
    like $headers->{'content-type'}, qr{^text/html};
    like $page, qr/LuaJIT 2\.1/;
    like $page, qr/2 workers/;
    unlike $page, qr/\{\{/;
};

subtest 'figures count requests by worker and status' => sub {
    my (undef, $before) = ask(GET => '/api/stats');
    ask(GET => '/nothing-here') for 1 .. 3;
    my (undef, $after) = ask(GET => '/api/stats');
    is $after->{status}{'4xx'} - $before->{status}{'4xx'}, 3, 'three not found';
    cmp_ok $after->{requests}, '>=', $before->{requests} + 4, 'and the request for the figures';
    is scalar @{$after->{workers}}, 2, 'two workers';
    ok((!grep { !$_->{pid} || !$_->{lua_kilobytes} } @{$after->{workers}}), 'both known');
    my $sum = 0;
    $sum += $_->{requests} for @{$after->{workers}};
    is $sum, $after->{requests}, 'which shared the requests';
};

subtest 'the overview joins two subrequests and is kept for a second' => sub {
    sleep 2;
    my ($status, $overview, $headers) = ask(GET => '/api/overview');
    is $status, 200;
    is $headers->{'x-cache'}, 'miss';
    ok $overview->{stats}{requests} && $overview->{list}{links}, 'both parts are there';
    (undef, my $again, $headers) = ask(GET => '/api/overview');
    is $headers->{'x-cache'}, 'hit';
    is_deeply $again, $overview, 'the same answer';
};

subtest 'a request visits the phases in order' => sub {
    my ($status, $tour) = ask(GET => '/tour/phases');
    is $status, 200;
    is_deeply $tour->{visited}, [qw(set rewrite access precontent content)];
    my $visits = qr/phases of this request: set rewrite access precontent content header_filter body_filter log/;
    like log_with($visits), $visits;
};

subtest 'light threads wait side by side' => sub {
    # A machine that stalls for a moment makes one visit slow; one after another they all would be.
    my ($status, $times);
    for (1 .. 5) {
        ($status, $times) = ask(GET => '/tour/threads');
        last if $times->{elapsed_seconds} < $times->{waited_seconds} * 0.8;
    }
    is $status, 200;
    cmp_ok $times->{elapsed_seconds}, '>=', 0.09;
    cmp_ok $times->{elapsed_seconds}, '<', $times->{waited_seconds} * 0.8;
};

subtest 'more than thirty changes a minute are refused' => sub {
    my %count;
    my $refused;
    for (1 .. 40) {
        my ($status, $error, $headers) = ask(DELETE => '/api/links/not-there');
        $count{$status}++;
        $refused = $headers if $status == 429;
    }
    is_deeply [sort keys %count], [404, 429];
    cmp_ok $count{404}, '<', 30, 'earlier changes count too';
    like $refused->{'retry-after'}, qr/^\d+$/, 'it says how long to wait';
    is $refused->{'x-ratelimit-remaining'}, 0;
    is((ask(GET => '/api/links'))[0], 200, 'reading is free');
};

subtest 'a reload keeps the links' => sub {
    my (undef, $before) = ask(GET => '/api/stats');
    kill HUP => $server;
    my $after;
    for (1 .. 50) {
        select undef, undef, undef, 0.1;
        (undef, $after) = ask(GET => '/api/stats');
        last if $after->{workers}[0]{pid} != $before->{workers}[0]{pid}
            && $after->{workers}[1]{pid} != $before->{workers}[1]{pid};
    }
    isnt $after->{workers}[0]{pid}, $before->{workers}[0]{pid}, 'new workers';
    cmp_ok $after->{requests}, '>', $before->{requests}, 'that go on counting';
    is((ask(GET => '/api/links/docs'))[0], 200);
};

is stop(), 0, 'it ends in good order';
unlike slurp("$prefix/logs/error.log"), qr/\[(?:alert|emerg|crit)\]|signal (?:6|11)/,
    'and nothing serious was logged';

done_testing();
