# opm: installing, upgrading and removing packages, against an index of the test's own.
use strict;
use warnings;
use Test::More;
use Bundle qw(run write_file read_file);
use Cli qw(program resty);
use File::Temp qw(tempdir);
use PackageIndex;

my $home = tempdir(CLEANUP => 1);
$ENV{HOME} = $home;
chdir $home or die;
my $root = "$home/resty_modules";

my $index = PackageIndex->start;
write_file("$home/.opmrc", "github_account = me\ndownload_server = $index->{url}/\nupload_server = $index->{url}\n");

# Runs opm --cwd; returns what it printed to stdout and stderr, and its exit status.
sub opm { return resty({ program => program('opm') }, '--cwd', @_) }

sub succeeds {
    my ($args, $message, $title) = @_;
    my ($out, $err, $status) = opm(@$args);
    is $status, 0, "$title: status" or diag $err;
    like "$out$err", $message, $title;
}

sub fails {
    my ($args, $message, $title) = @_;
    my (undef, $err, $status) = opm(@$args);
    isnt $status, 0, "$title: status";
    ref $message ? like($err, $message, $title) : is($err, "ERROR: $message\n", $title);
}

sub lua {
    my ($code) = @_;
    my ($out) = resty('-I', "$root/lualib", '-e', $code);
    return $out;
}

$index->add('alice', 'lua-cats', '1.0', { 'cats.lua' => 'return "cats 1.0"', 'cats/old.lua' => 'return 1' });
$index->add('alice', 'lua-zoo', '0.1', { 'zoo.lua' => 'return require("cats") .. " in a zoo"' }, requires => 'alice/lua-cats >= 1.0, luajit >= 2.1');
$index->serve;

subtest 'installing' => sub {
    succeeds ['get', 'alice/lua-zoo'], qr{^\* Fetching alice/lua-zoo\n  Downloading \S+\n\* Fetching alice/lua-cats >= 1.0\n.*^Package alice/lua-zoo 0\.1 installed successfully under \S*resty_modules/ \.\n\z}ms,
        'a package and what it requires';
    is lua('print(require "zoo")'), "cats 1.0 in a zoo\n", 'works';
    is read_file("$root/manifest/lua-cats.list"), "lualib/cats.lua\nlualib/cats/old.lua\npod/lua-cats/lua-cats.pod\n", 'the list of files';
    like read_file("$root/manifest/lua-cats.meta"), qr/^account = alice$/m, 'what it is';
    like read_file("$root/resty.index"), qr/^# BEGIN lua-zoo\ndist lua-zoo\n  version 0.1\n# END lua-zoo\n/m, 'the index of the documentation';
    succeeds ['install', 'alice/lua-cats'], qr/\APackage lua-cats-1\.0 already installed\.\n\z/, 'what is there stays';
    succeeds ['list'], qr{\Aalice/lua-cats {46} +1\.0\nalice/lua-zoo {47} +0\.1\n\z}, 'list';
    succeeds ['info', 'lua-zoo'], qr{\AName             : lua-zoo\nVersion          : 0\.1\nAbstract         : About lua-zoo\n.*^License          : BSD 2-Clause.*\n {19}MIT license\nOriginal Work    : yes\nRequires         : alice/lua-cats >= 1\.0, luajit >= 2\.1\n\z}ms, 'info';
    is_deeply [glob "$root/.opm-* $home/.opm/lock* $home/.opm/cache/*/*.unpacked"], [], 'nothing is left over';
};

subtest 'upgrading' => sub {
    succeeds ['upgrade', 'lua-cats'], qr{Package alice/lua-cats 1\.0 is already the latest version\.}, 'no newer version';
    $index->add('alice', 'lua-cats', '1.10', { 'cats.lua' => 'return "cats 1.10"', 'cats/new.lua' => 'return 1' });
    $index->add('alice', 'lua-cats', '1.9', { 'cats.lua' => 'return "cats 1.9"' });
    $index->serve;
    succeeds ['update'], qr{lua-cats 1\.10 installed.*lua-zoo 0\.1 is already}s, 'all packages';
    is lua('print(require "zoo")'), "cats 1.10 in a zoo\n", 'the new version is there';
    ok !-e "$root/lualib/cats/old.lua", 'files of the old one are not';
    ok -e "$root/lualib/cats/new.lua", 'new files are';
    succeeds ['get', 'alice/lua-cats = 1.9'], qr{1\.9 installed}, 'a certain version';
    succeeds ['get', 'alice/lua-cats>=1.10'], qr{1\.10 installed}, 'at least a version';
};

subtest 'searching' => sub {
    succeeds ['search', 'cats'], qr{\Aalice/lua-cats  About it\n\z}, 'search';
    fails ['search', 'nothing'], qr{\AERROR: failed to search on server: status 404: no search result found\.\n}, 'nothing found';
    fails ['search', 'a;b'], 'bad query: a;b', 'a bad query';
    fails ['get', 'lua-cats'], qr{\AERROR: package name lua-cats is not prefixed by an account name\.\nFinding candidates\.\.\.\nalice/lua-cats  About it\n}, 'a name without account';
};

subtest 'what does not install' => sub {
    $index->add('bob', 'lua-cats', '2.0', { 'other.lua' => '' });
    $index->add('bob', 'lua-clash', '1', { 'cats.lua' => '' });
    $index->add('bob', 'lua-bad', '1', { 'bad.lua' => '' }, checksum => '0' x 32);
    $index->add('bob', 'lua-one', '1', { 'one.lua' => '' }, requires => 'bob/lua-two');
    $index->add('bob', 'lua-two', '1', { 'two.lua' => '' }, requires => 'bob/lua-one');
    $index->add('bob', 'lua-new', '1', { 'new.lua' => '' }, requires => 'nginx >= 99');
    $index->add('bob', 'lua-trash', '1', {}, archive => 'no archive');
    my $evil = tempdir(CLEANUP => 1);
    write_file("$evil/x", 'x');
    $index->add('bob', 'lua-evil', '1', {}, archive => PackageIndex::tar($evil, '-P', '--transform', 's,^x,../../evil,', 'x'));
    symlink '/etc/passwd', "$evil/link";
    $index->add('bob', 'lua-link', '1', {}, archive => PackageIndex::tar($evil, 'link'));
    $index->add('bob', 'lua-empty', '1', {}, archive => PackageIndex::tar($evil, '--transform', 's,^x,top/x,', 'x'));
    $index->serve;
    my $before = `cd $root && find . -type f | sort | xargs cksum`;

    fails ['get', 'bob/lua-cats'], qr{failed to install bob/lua-cats: alice/lua-cats 1\.10 already installed\.}, 'the name is taken';
    fails ['get', 'bob/lua-clash'], qr{file lualib/cats\.lua in package bob/lua-clash already appears in the previously installed package lua-cats\.}, 'a file is taken';
    fails ['get', 'bob/lua-bad'], qr{checksums do not match: [0-9a-f]{32} vs 0{32}\n}, 'a wrong checksum';
    fails ['get', 'bob/lua-one'], qr{cyclic dependency chain detected when installing the package bob/lua-one\n}, 'packages that require each other';
    fails ['get', 'bob/lua-new'], qr{nginx >= 99 required but found nginx 1\.\d+\.\d+ actual according to \S+/resty\.\n}, 'a newer nginx';
    fails ['get', 'bob/lua-trash'], qr{ERROR: bad archive }, 'no archive';
    fails ['get', 'bob/lua-evil'], qr{writes outside its folder: \.\./\.\./evil\n}, 'an archive that climbs';
    ok !-e "$home/.opm/cache/evil" && !-e "$home/.opm/evil", 'wrote nothing';
    fails ['get', 'bob/lua-link'], qr{has something that is no file: l}, 'an archive with a link';
    fails ['get', 'bob/lua-empty'], qr{has no dist\.ini\.\n}, 'an archive without a package';
    fails ['get', 'bob/none'], qr{failed to fetch bob/none: package none not found under account bob\.\n}, 'an unknown package';
    fails ['get', 'luajit'], 'you cannot install luajit via opm.', 'a part of the installation';
    fails ['get', 'a/b ~ 1'], '(command-line argument): bad dependency version comparison operator in "a/b ~ 1": ~', 'a bad operator';
    fails ['get', 'a/b >= x'], '(command-line argument): bad version number in dependency specification in "a/b >= x": x', 'a bad version';
    fails ['get', 'a/b/c'], '(command-line argument): bad dependency name: a/b/c', 'a bad name';
    is `cd $root && find . -type f | sort | xargs cksum`, $before, 'all of that changed nothing';
};

subtest 'one at a time' => sub {
    write_file("$home/.opm/lock", "$$\n");
    fails ['get', 'alice/lua-cats'], "Found the lock file $home/.opm/lock hold by another opm process(PID $$).", 'the lock is taken';
    write_file("$home/.opm/lock", "4194303\n");
    succeeds ['get', 'alice/lua-cats'], qr/already installed/, 'its owner is gone';
};

subtest 'removing' => sub {
    fails ['remove', 'bob/lua-cats'], 'package bob/lua-cats not installed yet (but alice/lua-cats already installed).', 'another account';
    succeeds ['remove', 'lua-cats', 'alice/lua-zoo'], qr{Package alice/lua-cats 1\.10 removed successfully\.\nPackage alice/lua-zoo 0\.1 removed successfully\.\n}, 'two packages';
    is `cd $root && find lualib pod manifest -type f 2>/dev/null; cat resty.index`, '', 'nothing is left';
    fails ['remove', 'lua-cats'], 'package lua-cats not installed yet.', 'again';
    fails ['info'], 'no packages installed yet.', 'info';
    succeeds ['list'], qr/\A\z/, 'list';
};

subtest 'command line' => sub {
    my ($out, undef, $status) = resty({ program => program('opm') }, '-h');
    is $status, 0, '-h';
    like $out, qr/\Aopm \[options\] command package/, 'help';
    like((resty({ program => program('opm') }, '-V'))[0], qr/\Aopm 0\.0\.7 \(/, '-V');
    fails ['nonsense'], qr/\AERROR: unknown command: nonsense\n\nopm \[options\]/, 'an unknown command';
    fails ['get'], 'no packages specified for fetch.', 'get nothing';
    fails ['--install-dir=/tmp', 'list'], 'conflicting options: --cwd and --install-dir=PATH cannot coexist.', 'two folders';
    my (undef, $err) = resty({ program => program('opm') }, '--install-dir=/no/where', 'list');
    is $err, "ERROR: user install dir /no/where not found.\n", 'no such folder';
    mkdir "$home/lua-x-1.0";
    write_file("$home/lua-x-1.0/dist.ini", '');
    write_file("$home/lua-x-1.0.tar.gz", '');
    succeeds ['clean', 'dist'], qr/removed directory lua-x-1\.0\n/, 'clean dist';
    ok !-e "$home/lua-x-1.0" && !-e "$home/lua-x-1.0.tar.gz", 'the folder and the archive are gone';
    fails ['clean', 'all'], 'unrecognized argument for clean: all', 'clean something else';
};

subtest 'the index and the settings' => sub {
    $index->stop;
    close $index->{socket};
    fails ['get', 'alice/lua-cats'], qr{\A\* Fetching alice/lua-cats\nERROR: failed to connect to 127\.0\.0\.1:\d+: connection refused\n}, 'no index';
    write_file("$home/.opmrc", "download_server = ftp://x\n");
    fails ['get', 'a/b'], "$home/.opmrc: the value of download_server must be led by https:// or http://.", 'a bad server';
    write_file("$home/.opmrc", "a = 1\na = 2\n");
    fails ['get', 'a/b'], qq($home/.opmrc: line 2: duplicate key in section "default": a), 'a key twice';
    write_file("$home/.opmrc", "what\n");
    fails ['get', 'a/b'], "$home/.opmrc: line 1: syntax error: what", 'no settings at all';
    unlink "$home/.opmrc";
    opm('search', 'x y');
    is sprintf('%o', (stat "$home/.opmrc")[2] & 0777), '600', 'a new file is private';
};

done_testing();
