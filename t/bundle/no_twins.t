# The http and the stream binding hold nothing twice: no run of six lines stands in both, equal or
# equal but for names, numbers and texts.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $root = abs_path(dirname(abs_path(__FILE__)) . '/../..') . '/bundle/ngx_lua';
my $length = 6;

my %keyword = map { $_ => 1 } qw(
    auto bool break case char class const constexpr continue default delete do double else enum
    extern false final for if inline int long namespace new noexcept nullptr operator override
    private public return static struct switch template this true typename using virtual void while
);

# A line with its names, numbers and texts made equal; lines that say nothing become empty:
# comments, includes, lone brackets.
sub shape {
    my ($line) = @_;
    $line =~ s{//.*}{};
    $line =~ s/"(?:[^"\\]|\\.)*"/T/g;
    return '' if $line =~ /^\s*(?:#|extern "C"|namespace|\} \/\/ namespace|$)/;
    $line =~ s/([A-Za-z_]\w*)/$keyword{$1} ? $1 : 'N'/ge;
    $line =~ s/\b\d\w*/0/g;
    $line =~ s/\s+//g;
    return $line =~ /[A-Za-z]/ ? $line : '';
}

# Each run of $length telling lines of a folder: its shape, and where it begins.
sub runs {
    my ($folder) = @_;
    my %runs;
    for my $file (glob "$root/$folder/*.?pp") {
        open my $in, '<', $file or die "$file: $!\n";
        my @lines;
        while (my $line = <$in>) {
            my $shape = shape($line);
            push @lines, [$shape, $.] if length $shape;
        }
        for my $i (0 .. @lines - $length) {
            my $run = join "\n", map { $_->[0] } @lines[$i .. $i + $length - 1];
            $runs{$run} //= "$folder/" . ($file =~ s{.*/}{}r) . ":$lines[$i][1]";
        }
    }
    return \%runs;
}

# What nginx itself prescribes line by line: the fields of its module structs.
sub prescribed { return 3 <= grep { /^&?N(?:::N)*(?:\(\))?,$|^nullptr,$/ } split /\n/, $_[0] }

is_deeply [runs('no_such_folder')], [{}], 'no files, no runs';
is shape('    if (a == 5) { // x'), shape('if (bc == 77) {'), 'names and numbers do not count';
isnt shape('return a;'), shape('delete a;'), 'keywords do';

my ($http, $stream) = (runs('lua_http'), runs('lua_stream'));
ok keys %$http > 1000, 'lua_http was read';
ok keys %$stream > 100, 'lua_stream was read';
my @twins = sort map { "$http->{$_} and $stream->{$_}" }
    grep { $stream->{$_} && !prescribed($_) } keys %$http;
is join("\n", @twins), "", "nothing stands in both";

done_testing();
