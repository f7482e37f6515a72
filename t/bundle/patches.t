# The patches of nginx: they apply in each combination of options, and say what they are for.
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use Bundle qw(root run read_file);

my $root = root();
my ($archive) = glob "$root/build/sources/nginx_*.tar.gz";
my $tree = 'nginx-1.26.3';

# Prepares a tree as configure does, with these settings of its variables.
sub prepare {
    my ($from, $to, $settings) = @_;
    return run('sh', '-c', <<"SH");
root=$root dry_run= tree=$tree; $settings
. $root/util/configure/common.sh
. $root/util/configure/checks.sh
. $root/util/configure/sources.sh
unpack '$from' '$to' \$(nginx_patches $tree)
SH
}

sub version_of {
    my ($dir) = @_;
    my ($version) = read_file("$dir/src/core/nginx.h") =~ /^#define NGINX_VER +(.*)$/m;
    return $version;
}

my $dir = tempdir(CLEANUP => 1);
my %branded = (yes => qr/^"openresty\/" NGINX_VERSION "\.\d+"$/, '' => qr/^"nginx\/" NGINX_VERSION$/);
for my $branding ('yes', '') {
    for my $no_pool ('', 'yes') {
        my $title = ($branding ? 'branded' : 'not branded') . ($no_pool ? ', no pool' : '');
        my ($text, $status) = prepare($archive, "$dir/tree", "branding=$branding no_pool=$no_pool");
        is $status, 0, "$title: all patches apply" or diag $text;
        like version_of("$dir/tree"), $branded{$branding}, "$title: the name";
        is read_file("$dir/tree/src/core/ngx_palloc.h") =~ /no pool/ ? 'yes' : '', $no_pool, "$title: pools";
        is_deeply [glob "$dir/tree/src/*/*.{rej,orig}"], [], "$title: no rejects";
    }
}

subtest 'a tree that is patched already, as in a release' => sub {
    prepare($archive, "$dir/release", 'branding=yes no_pool=');
    unlink "$dir/release/.stamp";
    my ($text, $status) = prepare("$dir/release", "$dir/again", 'branding= no_pool=yes');
    is $status, 0, 'is brought to other options' or diag $text;
    like $text, qr/^taking back 010-branding\.patch$/m, 'by taking back what is not wanted';
    like $text, qr/^applying 900-no-pool\.patch$/m, 'and adding what is';
    unlike $text, qr/^applying 020/m, 'the others are left alone';
    prepare($archive, "$dir/fresh", 'branding= no_pool=yes');
    my ($difference) = run('diff', '-r', '-x', '.stamp', "$dir/again", "$dir/fresh");
    is $difference, '', 'the result is as from the archive';
};

for my $patch (glob "$root/patches/*/*.patch") {
    my ($name) = $patch =~ m{patches/(.*)};
    my ($head) = read_file($patch) =~ /\A(.*?)^--- /ms;
    like $head, qr/\A\S.{80,}\bHooks?: .+\n\n\z/s, "$name begins with problem, behaviour and hook";
}

done_testing;
