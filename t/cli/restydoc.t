# restydoc, restydoc-index, md2pod.pl: from Markdown to what is printed.
use strict;
use warnings;
use Test::More;
use Bundle qw(run write_file read_file);
use Cli qw(program resty);
use File::Temp qw(tempdir);

my $dir = tempdir(CLEANUP => 1);

sub pod {
    my ($markdown) = @_;
    write_file("$dir/x.md", $markdown);
    my ($out, $err) = resty({ program => program('md2pod.pl') }, "$dir/x.md");
    return $err ne '' ? $err : $out =~ s/\A=encoding utf-8\n\n//r;
}

subtest 'md2pod.pl' => sub {
    is pod("Title\n=====\n\nSub\n---\n\n### Third ###\n##### Fifth\n"), "=head1 Title\n\n=head2 Sub\n\n=head3 Third\n\n=head4 Fifth\n\n", 'headings';
    is pod("one\ntwo\n\nthree\n"), "one\ntwo\n\nthree\n\n", 'paragraphs';
    is pod("*i* _i_ **b** __b__ a_b_c `c` `a>b` `x->>y`\n"), "I<i> I<i> B<b> B<b> a_b_c C<c> C<< a>b >> C<<< x->>y >>>\n\n", 'emphasis and code';
    is pod("[a|b/c](http://x/) [top](#top) [Back to TOC](#toc) \\[x\\]\n"), "L<aE<verbar>bE<sol>c|http://x/> L<top>  [x]\n\n", 'links';
    is pod("a < b > c &amp; &lt; &copy; &#8212;\n"), "a E<lt> b E<gt> c & E<lt> E<copy> E<8212>\n\n", 'entities';
    is pod("a <!-- hidden\nx --> b\n"), "a  b\n\n", 'comments';
    is pod("- a\n- b\n    - c\n- d\n\n1. x\n7. y\n\nend\n"),
        "=over\n\n=item *\n\na\n\n=item *\n\nb\n\n=over\n\n=item *\n\nc\n\n=back\n\n=item *\n\nd\n\n=back\n\n=over\n\n=item 1.\n\nx\n\n=item 2.\n\ny\n\n=back\n\nend\n\n",
        'lists';
    is pod("```lua\nx = 1\n\ny = '*z*'\n```\n"), "    x = 1\n\n    y = '*z*'\n\n", 'code between fences';
    is pod("text\n\n    code\n    more\nafter\n"), "text\n\n    code\n    more\n\nafter\n\n", 'indented code';
    is pod("| a | b |\n| --- | --- |\n"), "    | a | b |\n    | --- | --- |\n\n", 'tables stay';
    like pod("```\nx\n"), qr/missing terminating ```/, 'a fence that is not closed';
    my ($out, $err, $status) = resty({ program => program('md2pod.pl') });
    is_deeply [$err, $status], ["No input file specified.\n", 1], 'no file';
    (undef, undef, $status) = resty({ program => program('md2pod.pl') }, '-x');
    is $status, 1, 'a bad option';
    resty({ program => program('md2pod.pl') }, '-o', "$dir/out.pod", "$dir/x.md");
    resty({ program => program('md2pod.pl') }, '-h');
    write_file("$dir/ok.md", "# A\n");
    resty({ program => program('md2pod.pl') }, '-o', "$dir/out.pod", "$dir/ok.md");
    is read_file("$dir/out.pod"), "=encoding utf-8\n\n=head1 A\n\n", 'to a file';
};

my $project = "$dir/lua-cats-1.2";
mkdir $project;
mkdir "$project/lib";
write_file("$project/README.md", "Cats\n====\n\nAbout cats.\n\nTable of Contents\n=================\n\n* [x](#x)\n\nFeeding\n=======\n\nGive milk.\n\n## How much\n\nA lot, <b>.\n");
write_file("$project/lib/kitten.md", "# Kittens\n\n- small\n\n# Feeding\n\nLittle.\n");
mkdir "$dir/root";

# What restydoc prints of the installed documentation.
sub installed { my ($out, $err) = resty({ program => program('restydoc') }, @_); return $out . $err }

sub doc { return resty({ program => program('restydoc') }, '-r', "$dir/root", @_) }

subtest 'restydoc-index' => sub {
    my ($out, $err, $status) = resty({ program => program('restydoc-index') }, '--outdir', "$dir/root", $project);
    is_deeply [$out, $err, $status], ['', '', 0], 'runs';
    my $index = read_file("$dir/root/resty.index");
    like $index, qr/\Adist lua-cats\n  aliases cats\n  modules lua-cats kitten\n\nmodule lua-cats\n/, 'index';
    unlike $index, qr/table of contents/, 'without the table of contents';
    my $pod = read_file("$dir/root/pod/lua-cats/lua-cats.pod");
    my ($from, $to) = $index =~ /section (\d+) (\d+) how much/;
    is substr($pod, $from, $to - $from), "=head2 How much\n\nA lot, E<lt>bE<gt>.\n\n", 'the range of a section';
};

subtest 'restydoc' => sub {
    is((doc('cats'))[0], "Cats\n\n    About cats.\n\nFeeding\n\n    Give milk.\n\n  How much\n\n    A lot, <b>.\n", 'a module by the alias of its project');
    is((doc('kit'))[0], "Kittens\n\n    *   small\n\nFeeding\n\n    Little.\n", 'by the start of its name');
    is((doc('-s', 'how'))[0], "  How much\n\n    A lot, <b>.\n", 'a section');
    is((doc('-s', 'Feeding', 'lua-cats'))[0], "Feeding\n\n    Give milk.\n\n  How much\n\n    A lot, <b>.\n", 'a section of a module');
    is((doc('-s', 'feeding'))[0], "Feeding\n\n    Little.\n", 'the last module with that section');
    my %wrong = (
        'No documentation found for module pattern dogs.' => ['dogs'],
        'Invalid module pattern "../x".' => ['../x'],
        'Documentation for section pattern "none" not found.' => ['-s', 'none'],
        'Documentation for section pattern "none" in module kitten not found.' => ['-s', 'none', 'kitten'],
    );
    for my $message (sort keys %wrong) {
        my (undef, $err, $status) = doc(@{ $wrong{$message} });
        is $err, "$message\n", $message;
        isnt $status, 0, 'a status';
    }
    like(installed(), qr/\AERROR: you need to specify a module name or a section name\.\n\nrestydoc \[options\]/, 'nothing to look for');
    like(installed('-v'), qr/\Arestydoc \d/, '-v');
    like(installed('-r', '/no/where', 'x'), qr{\Acannot open /no/where/resty\.index for reading: No such file}, 'no index');
    write_file("$dir/root/resty.index", "\n# nothing\n");
    is((doc('x'))[1], "ERROR: $dir/root/resty.index is empty.\n", 'an empty index');
    write_file("$dir/root/resty.index", "dist a\nwhat\n");
    is((doc('x'))[1], "ERROR: $dir/root/resty.index: line 2: syntax error: what\n", 'a broken index');
};

subtest 'the installed documentation' => sub {
    like(installed('-s', 'ngx.thread.spawn'), qr/\A {2}ngx\.thread\.spawn\n\n {4}syntax: /, 'a function of the API');
    like(installed('resty-cli'), qr/\Aresty-cli\n/, 'a component');
};

done_testing();
