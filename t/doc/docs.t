# The documentation against the tree: links lead somewhere, every directive has its entry.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find qw(find);
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..');
chdir $root or die "$root: $!\n";

my @pages;
find({ no_chdir => 1, wanted => sub { push @pages, $_ if /\.md$/ } },
    grep { -e } qw(README.md doc bundle t));
cmp_ok scalar @pages, '>', 10, 'there are pages';

for my $page (sort @pages) {
    my $text = slurp($page);
    $text =~ s/^```.*?^```//msg;
    my @broken;
    while ($text =~ /\[[^\]\n]*\]\(([^)\s]+)\)/g) {
        my $link = $1;
        next if $link =~ /^\w+:/;
        my ($file, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
        my $target = $file eq '' ? $page : dirname($page) . "/$file";
        push @broken, $link
            if !-e $target || defined $anchor && !grep { $_ eq $anchor } anchors($target);
    }
    is_deeply \@broken, [], "all links of $page lead somewhere";
}

# The binding's own table, and the rows that other folders give it.
my @directives = map { slurp("bundle/ngx_lua/$_") =~ /"(\w+)",\s/g }
    qw(lua_http/directives.cpp lua_process/service_directives.hpp lua_net/socket_conf.hpp);
cmp_ok scalar @directives, '>=', 80, 'the table of directives was read';
my $documented = join '', map { slurp($_) } glob 'doc/directives/*.md';
for my $name (@directives) {
    # Families that are not built yet share one table, by their common name.
    (my $family = $name) =~ s/_(?:block|file)$//;
    next if $documented =~ /\b$name\b/ || $documented =~ /^\| `$family` \|/m;
    fail "$name is documented";
}
pass 'every directive is documented';

my @unknown = grep { my $name = $_; !grep { $_ eq $name } @directives }
    $documented =~ /^## (\w+_by_lua\w*)/mg, $documented =~ /^### ((?:lua|balancer)_\w+)/mg,
    $documented =~ /^## (lua_\w+)/mg;
is_deeply \@unknown, [], 'no entry describes a directive that does not exist';

done_testing();

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    return <$in>;
}

# The names of a page's headings, as web front ends make them.
sub anchors {
    my ($page) = @_;
    return map { my $name = lc; $name =~ s/[^\w\- ]//g; $name =~ tr/ /-/; $name }
        slurp($page) =~ /^#+ +(.*?) *$/mg;
}
