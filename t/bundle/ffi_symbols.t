# Every C function that the Lua half declares is exported by the server, and so is every name in the
# list of aliases. A missing one would show up only when its module is loaded, or called.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find;
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $engine = "$root/bundle/ngx_lua";
my $nginx = $ENV{TEST_NGINX_BINARY} // "$root/build/root/nginx/sbin/nginx";

my %exported = map { $_ => 1 } `nm -D --defined-only '$nginx'` =~ /^[0-9a-f]+ [A-Z] (\S+)$/mg;
ok(%exported, 'the server exports symbols') or BAIL_OUT("no symbols in $nginx");

my @files;
find(sub { push @files, $File::Find::name if /\.lua$/ }, "$engine/lualib");
my $functions = 0;
for my $file (sort @files) {
    my @names = declared($file) or next;
    $functions += @names;
    (my $short = $file) =~ s{^\Q$root\E/}{};
    is_deeply([grep { !$exported{$_} } @names], [], "$short: all declared functions exist");
}
cmp_ok($functions, '>', 100, 'declarations were found');

my @aliases;
for my $name ('aliases.ld', 'aliases_tls.ld') {
    open my $list, '<', "$engine/$name" or die "$name: $!";
    push @aliases, map { /^(\w+) = \w+;/ } <$list>;
}
cmp_ok(scalar @aliases, '>', 30, 'aliases were found');
is_deeply([grep { !$exported{$_} } @aliases], [], 'all aliases exist');

done_testing;


# Names of the functions in a file's cdefs. `@NAME(` in those of native.declare is NAME with the
# prefix of http.
sub declared {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    my $text = do { local $/; <$in> };
    my %names;
    while ($text =~ /(?:cdef|declare)\s*\(?\s*\[\[(.*?)\]\]/sg) {
        my $cdef = $1;
        $names{$_} = 1 for $cdef =~ /\b(ngx_\w+)\s*\(/g;
        $names{"ngx_http_lua_ffi_$_"} = 1 for $cdef =~ /\@(\w+)\s*\(/g;
    }
    return sort keys %names;
}
