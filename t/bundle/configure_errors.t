# What configure refuses: one clear message, OpenResty's exit status, and nothing left behind.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use Bundle qw(root configure run source_copy write_file);

# The options, the exit status, the last lines of the output.
my @cases = (
    ['foo', 255, 'Invalid option foo'],
    ['-x', 255, 'Invalid option -x'],
    ['-jx', 255, 'Invalid option -jx'],
    ['--with-nothing_module', 255,
        "ERROR: unknown option --with-nothing_module\n"
            . '       It is neither an option of this bundle nor of nginx; ./configure --help lists both.'],
    ['--with-lua51', 255, 'ERROR: --with-lua51 is no longer supported.'],
    ['--with-lua51=/usr', 255, 'ERROR: --with-lua51 is no longer supported.'],
    ['--without-lua51', 255, 'ERROR: --without-lua51 is no longer supported.'],
    ['--with-libpq=/a --with-pg_config=b', 255,
        '--with-pg_config is not allowed when --with-libpq is already specified.'],
    ['--with-pg_config=b --with-libpq=/a', 255,
        '--with-libpq is not allowed when --with-pg_config is already specified.'],
    ['--with-http_ssl_module --without-http_ssl_module', 2,
        "platform: linux (linux)\n--with-http_ssl_module conflicts with --without-http_ssl_module."],
    ['--without-stream_ssl_module --with-stream_ssl_module', 2,
        "platform: linux (linux)\n--with-stream_ssl_module conflicts with --without-stream_ssl_module."],
    ['--with-libdrizzle=/a', 2,
        "platform: linux (linux)\nThe http_drizzle_module is not enabled while --with-libdrizzle is specified."],
    ['--with-libpq=/a', 2,
        "platform: linux (linux)\nThe http_postgres_module is not enabled while --with-libpq is specified."],
    ['--with-pg_config=a', 2,
        "platform: linux (linux)\nThe http_postgres_module is not enabled while --with-pg_config is specified."],
    ['--with-make=/no/such/make', 1,
        "platform: linux (linux)\nmake utility /no/such/make cannot be run."],
    ['--platform=bsd --with-make=/no/such/make', 1,
        "platform: bsd (linux)\nmake utility /no/such/make cannot be run."],
);

for my $case (@cases) {
    my ($options, $status, $message) = @$case;
    my ($text, $got) = configure('--dry-run', split ' ', $options);
    is_deeply [$text, $got], ["$message\n", $status], $options;
}

# Real runs, in a copy with the sources that the build here has fetched.
my $sources = root() . '/build/sources';

subtest 'a compiler that is not there' => sub {
    my $build = tempdir(CLEANUP => 1) . '/build';
    my ($text, $status) = configure("--build-dir=$build", '--with-cc=/no/such/cc');
    is $status, 1, 'fails';
    like $text, qr{^ERROR: no compiler for C\+\+20 works here: /no/such/cc says: .*not found\n.*util/bootstrap build}m,
        'says which, and what to do';
    is_deeply [glob "$build/*"], [], 'leaves nothing';
};

subtest 'a patch that does not apply' => sub {
    my $copy = source_copy();
    write_file("$copy/patches/nginx-1.26.3/500-broken.patch",
        "A patch for a line that is not there.\n\n--- a/src/core/nginx.h\n+++ b/src/core/nginx.h\n"
            . "\@\@ -1,1 +1,1 \@\@\n-no such line\n+another\n");
    my ($text, $status) = run("$copy/configure", "--with-sources=$sources");
    is $status, 1, 'fails';
    like $text, qr{^ERROR: the patch patches/nginx-1\.26\.3/500-broken\.patch does not apply: .+$}m, 'names the patch';
    like $text, qr{rejected parts are below build/nginx-1\.26\.3\.new}, 'and where to look';
    ok !-e "$copy/build/nginx-1.26.3", 'no half-patched tree';
};

subtest 'a corrupted archive' => sub {
    my $copy = source_copy();
    my $dir = tempdir(CLEANUP => 1);
    write_file("$dir/nginx_1.26.3.orig.tar.gz", 'not a tarball');
    my ($text, $status) = run("$copy/configure", "--with-sources=$dir");
    is $status, 1, 'fails';
    like $text, qr/^ERROR: nginx: corrupted download: \S*nginx_1\.26\.3\.orig\.tar\.gz\.$/m, 'says so';
    is_deeply [glob "$copy/build/nginx* $copy/build/sources/*"], [], 'nothing of it is kept';
};

subtest 'a folder without the archives' => sub {
    my $copy = source_copy();
    my $dir = tempdir(CLEANUP => 1);
    my ($text, $status) = run("$copy/configure", "--with-sources=$dir");
    is $status, 1, 'fails';
    like $text, qr/^ERROR: nginx: \Q$dir\E contains no nginx_1\.26\.3\.orig\.tar\.gz\.$/m, 'says what is missing';
};

done_testing;
