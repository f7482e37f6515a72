# A bar chart of ratios as SVG.
package Bench::Plot;
use strict;
use warnings;

my ($label_width, $bar_width, $bar_height, $gap) = (100, 560, 12, 12);
my @series = (
    {key => 'rate_ratio', text => 'throughput (longer is better)', color => '#2b7a4b'},
    {key => 'cost_ratio', text => 'instructions per request (shorter is better)', color => '#b8562b'},
);

# ROWS: {name, title, rate_ratio, cost_ratio}; either ratio may be missing.
sub bars {
    my ($title, $rows) = @_;
    my @drawn = grep { my $key = $_->{key}; grep { defined $_->{$key} } @$rows } @series;
    my ($longest) = sort { $b <=> $a } 1.2, map { my $row = $_; map { $row->{$_->{key}} // 0 } @drawn } @$rows;
    my $scale = $bar_width / $longest;
    my $row_height = @drawn * $bar_height + $gap;
    my $top = 40 + 18 * @drawn;
    my ($width, $height) = ($label_width + $bar_width + 60, $top + $row_height * @$rows + 30);

    my @svg = qq{<svg xmlns="http://www.w3.org/2000/svg" width="$width" height="$height" font-family="sans-serif" font-size="12">};
    push @svg, qq{<rect width="100%" height="100%" fill="white"/>}, text(10, 24, $title, 'font-size="16"');
    for my $i (0 .. $#drawn) {
        my $y = 36 + 18 * $i;
        push @svg, rect(10, $y, 12, 12, $drawn[$i]{color}), text(28, $y + 11, $drawn[$i]{text});
    }
    for my $i (0 .. $#$rows) {
        my ($row, $y) = ($rows->[$i], $top + $row_height * $i);
        push @svg, text($label_width - 8, $y + $bar_height * @drawn / 2 + 4, $row->{name},
            'text-anchor="end"', $row->{title});
        for my $j (0 .. $#drawn) {
            my $ratio = $row->{$drawn[$j]{key}} // next;
            my $bar_y = $y + $j * $bar_height;
            push @svg, rect($label_width, $bar_y, $ratio * $scale, $bar_height - 2, $drawn[$j]{color}),
                text($label_width + $ratio * $scale + 5, $bar_y + 9, sprintf('%.2f', $ratio), 'font-size="10"');
        }
    }
    my ($one, $bottom) = ($label_width + $scale, $height - 25);
    push @svg, qq{<line x1="$one" y1="$top" x2="$one" y2="$bottom" stroke="#333" stroke-dasharray="4 3"/>},
        text($one, $height - 8, 'equal', 'text-anchor="middle"'), '</svg>';
    return join("\n", @svg) . "\n";
}

sub rect {
    my ($x, $y, $width, $height, $color) = @_;
    return sprintf '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>', @_;
}

sub text {
    my ($x, $y, $text, $attributes, $tip) = @_;
    my $title = defined $tip ? '<title>' . escape($tip) . '</title>' : '';
    return sprintf '<text x="%.1f" y="%.1f" %s>%s%s</text>', $x, $y, $attributes // '', $title, escape($text);
}

sub escape {
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;');
    return $_[0] =~ s/([&<>])/$entity{$1}/gr;
}

1;
