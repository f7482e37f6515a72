# Code in the documentation: configurations are accepted by `openresty -t`, Lua code compiles.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find qw(find);
use File::Temp qw(tempdir);
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
my $binary = $ENV{TEST_NGINX_BINARY} || "$root/build/root/nginx/sbin/nginx";
my $prefix = tempdir(CLEANUP => 1);
mkdir "$prefix/$_" or die "$prefix/$_: $!\n" for 'logs', 'conf';

# What may stand around a snippet, from the outside in.
my @contexts = (
    '%s',
    "events {}\n%s",
    "events {}\nhttp {\n%s}\n",
    "events {}\nhttp {\nserver {\n%s}\n}\n",
    "events {}\nhttp {\nserver {\nlocation / {\n%s}\n}\n}\n",
    "events {}\nhttp {\nupstream backend {\n%s}\n}\n",
);

chdir $root or die "$root: $!\n";
my @pages;
find({ no_chdir => 1, wanted => sub { push @pages, $_ if /\.md$/ } }, 'README.md', 'doc');
for my $page (sort @pages) {
    my $text = slurp($page);
    while ($text =~ /^```(nginx|lua)\n(.*?)^```$/msg) {
        my ($language, $code) = ($1, $2);
        my $line = 1 + substr($text, 0, $-[0]) =~ tr/\n//;
        my $problem = $language eq 'nginx' ? refused($code) : does_not_compile($code);
        ok !$problem, "$page:$line" or diag($problem);
    }
}
done_testing();

# Nothing if some context takes the snippet, else the complaint of each.
sub refused {
    my ($code) = @_;
    my @complaints;
    for my $context (@contexts) {
        spew("$prefix/conf/nginx.conf", sprintf $context, $code);
        my $output = `$binary -t -p $prefix/ -c conf/nginx.conf 2>&1`;
        return if $? == 0;
        push @complaints, $output =~ /(\[emerg\].*)/;
    }
    return join "\n", @complaints;
}

# Code is compiled, not run.
sub does_not_compile {
    my ($code) = @_;
    spew("$prefix/conf/nginx.conf", <<'END');
daemon off;
events {}
http {
    init_by_lua_block {
        local file = io.open("conf/snippet.lua")
        local ok, err = loadstring(file:read("*a"), "=snippet")
        io.stderr:write("result: ", tostring(ok and "good" or err), "\n")
        error("enough")
    }
}
END
    spew("$prefix/conf/snippet.lua", $code);
    my $output = `cd $prefix && $binary -p $prefix/ -c conf/nginx.conf 2>&1`;
    my ($result) = $output =~ /^result: (.*)/m;
    return defined $result ? $result ne 'good' && $result : $output;
}

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    return <$in>;
}

sub spew {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
}
