# Where util/fetch-sources looks for archives, and that it trusts checksums only.
use strict;
use warnings;
use Test::More;
use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempdir);
use Bundle qw(root run write_file read_file);

my $content = "an archive\n";
my $sum = sha256_hex($content);

# A folder with the script, a lock file with these alternatives, and a cache of its own.
sub setup {
    my ($alternatives) = @_;
    my $dir = tempdir(CLEANUP => 1);
    mkdir "$dir/$_" or die "$_: $!\n" for qw(util bundle cache upstream);
    system('cp', root() . '/util/fetch-sources', "$dir/util") == 0 or die "cp failed\n";
    write_file("$dir/bundle/sources.lock", "source thing 1.0\n" . $alternatives->("$dir/upstream"));
    return $dir;
}

sub fetch {
    my ($dir, @words) = @_;
    local $ENV{XDG_CACHE_HOME} = "$dir/cache";
    return run("$dir/util/fetch-sources", @words);
}

my $one = sub { "tree thing-1.0\narchive thing.tar.gz $sum\nurl file://$_[0]/upstream.tar.gz\n" };

subtest 'from upstream, then from the store, then from the cache' => sub {
    my $dir = setup($one);
    write_file("$dir/upstream/upstream.tar.gz", $content);
    my ($text, $status) = fetch($dir, 'thing');
    is $status, 0, 'fetched' or diag $text;
    is read_file("$dir/build/sources/thing.tar.gz"), $content, 'it is stored';
    unlink "$dir/upstream/upstream.tar.gz";
    is_deeply [fetch($dir, 'thing')], ["thing-1.0 $dir/build/sources/thing.tar.gz\n", 0], 'the store suffices';
    unlink "$dir/build/sources/thing.tar.gz";
    is_deeply [fetch($dir, 'thing')], ["thing-1.0 $dir/build/sources/thing.tar.gz\n", 0], 'the cache too';
};

subtest 'from a folder of the user, under either name' => sub {
    my $dir = setup($one);
    mkdir "$dir/mine";
    write_file("$dir/mine/upstream.tar.gz", $content);
    is_deeply [fetch($dir, "--with-sources=$dir/mine", 'thing')],
        ["thing-1.0 $dir/build/sources/thing.tar.gz\n", 0], 'taken';
};

subtest 'a wrong checksum' => sub {
    my $dir = setup($one);
    write_file("$dir/upstream/upstream.tar.gz", "another archive\n");
    my ($text, $status) = fetch($dir, 'thing');
    is $status, 1, 'fails';
    like $text, qr/wrong checksum, not used/, 'is told';
    like $text, qr/^ERROR: thing: corrupted download/m, 'ends with an error';
    ok !-e "$dir/build/sources/thing.tar.gz", 'is not stored';
};

subtest 'a broken file in the store is fetched again' => sub {
    my $dir = setup($one);
    write_file("$dir/upstream/upstream.tar.gz", $content);
    fetch($dir, 'thing');
    write_file("$dir/build/sources/thing.tar.gz", 'cut off');
    my ($text, $status) = fetch($dir, 'thing');
    is $status, 0, 'succeeds';
    is read_file("$dir/build/sources/thing.tar.gz"), $content, 'and is whole again';
};

subtest 'nothing answers' => sub {
    my $dir = setup($one);
    my ($text, $status) = fetch($dir, 'thing');
    is $status, 1, 'fails';
    like $text, qr/^ERROR: thing: cannot download thing\.tar\.gz \(no network\?\)\.\n.*--with-sources=FOLDER\.$/m,
        'says what to do';
};

subtest 'an older alternative' => sub {
    my $dir = setup(sub {
        "tree thing-1.1\narchive new.tar.gz $sum\nurl file://$_[0]/gone.tar.gz\n" . $one->(@_);
    });
    write_file("$dir/upstream/upstream.tar.gz", $content);
    my ($text, $status) = fetch($dir, 'thing');
    is $status, 0, 'is taken' or diag $text;
    like $text, qr{^thing: took thing\.tar\.gz instead\nthing-1\.0 }m, 'and told';
};

subtest 'an archive that is packed anew each time' => sub {
    my $files = sha256_hex($content) . " ./dir/file\n" . sha256_hex("two\n") . " ./file\n";
    my $tree = sub {
        "tree thing-1.0\narchive thing.tar.gz tree:" . sha256_hex($files) . "\nurl file://$_[0]/thing.tar.gz\n";
    };
    for my $case (["two\n", 0], ["three\n", 1]) {
        my ($second, $expected) = @$case;
        my $dir = setup($tree);
        mkdir "$dir/$_" for qw(top top/dir);
        write_file("$dir/top/dir/file", $content);
        write_file("$dir/top/file", $second);
        system('tar', '-czf', "$dir/upstream/thing.tar.gz", '-C', $dir, 'top') == 0 or die "tar failed\n";
        my ($text, $status) = fetch($dir, 'thing');
        is $status, $expected, $expected ? 'other files are refused' : 'is known by its files' or diag $text;
    }
};

is_deeply [(fetch(setup($one), 'other'))[1]], [1], 'a name that the lock file lacks fails';

done_testing;
