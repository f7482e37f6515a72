# The layout of an installation, and that installing again keeps the administrator's files.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use Bundle qw(root run read_file write_file);

my $root = root();
chdir $root or die "$root: $!\n";
my ($prefix) = read_file('build/config.mk') =~ /^prefix = (.*)$/m;

sub install {
    my ($destination) = @_;
    local $ENV{BUILD} = 'build';
    local $ENV{DESTDIR} = $destination;
    return run('util/install-bundle');
}

my $destination = tempdir(CLEANUP => 1);
my $top = "$destination$prefix";
my ($text, $status) = install($destination);
is $status, 0, 'installs below DESTDIR' or diag $text;
is $text, "installed in $top\n", 'says where';

ok -e "$top/$_", $_ for qw(
    COPYRIGHT bin/openresty nginx/sbin/nginx nginx/logs nginx/conf/nginx.conf nginx/conf/mime.types
    nginx/conf/nginx.conf.default nginx/html/index.html nginx/html/50x.html
    luajit/bin/luajit luajit/lib/libluajit-5.1.a luajit/include/luajit-2.1/lua.h luajit/share/luajit-2.1/jit/v.lua
    lualib/cjson.so lualib/resty/core.lua site/lualib site/pod site/manifest
);
is readlink "$top/bin/openresty", '../nginx/sbin/nginx', 'openresty is a link to the nginx binary';
like read_file("$top/nginx/html/index.html"), qr/<title>Welcome to OpenResty!/, 'the welcome page is ours';
like read_file("$top/nginx/html/50x.html"), qr/An error occurred\./, 'the error page too';
like read_file("$top/COPYRIGHT"), qr/$_/, "COPYRIGHT covers $_" for 'Igor Sysoev', 'Mike Pall';

subtest 'installing again' => sub {
    write_file("$top/nginx/conf/nginx.conf", "# mine\n");
    write_file("$top/nginx/html/index.html", "mine\n");
    unlink "$top/nginx/conf/mime.types", "$top/lualib/cjson.so";
    is((install($destination))[1], 0, 'succeeds');
    is read_file("$top/nginx/conf/nginx.conf"), "# mine\n", 'an edited nginx.conf stays';
    is read_file("$top/nginx/html/index.html"), "mine\n", 'so do pages';
    ok -e "$top/nginx/conf/mime.types", 'a file that is missing comes back';
    ok -e "$top/lualib/cjson.so", 'a library too';
};

subtest 'a failure' => sub {
    my $other = tempdir(CLEANUP => 1);
    my $build = tempdir(CLEANUP => 1);
    write_file("$build/config.mk", read_file('build/config.mk') =~ s/^compiled = .*/compiled = lua-none:none.so/mr);
    local $ENV{BUILD} = $build;
    local $ENV{DESTDIR} = $other;
    my ($message, $code) = run('util/install-bundle');
    isnt $code, 0, 'is told';
    is_deeply [glob "$other/*"], [], 'leaves nothing half-installed';
};

done_testing;
