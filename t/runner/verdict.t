# The runner itself: what passes, and that nothing that should fail gets through.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use Test::More;

chdir dirname(abs_path($0)) . '/../..' or die "$!\n";
my $dir = "build/runner-$$";
make_path("$dir/bundle/part/tests");
END { remove_tree($dir, "build/unit/$dir") if defined $dir }

# Runs t/run on a file of that text; returns its exit code and its output.
sub verdict {
    my ($text, @options) = @_;
    my $file = "$dir/case.t";
    open my $out, '>', $file or die "$file: $!\n";
    print $out "use Test::More;\n$text\n";
    close $out;
    my $said = `t/run --nginx /bin/true @options $file 2>&1`;
    return ($? >> 8, $said);
}

sub passes {
    my ($title, $text, $line, @options) = @_;
    my ($code, $said) = verdict($text, @options);
    is($code, 0, "$title: passes") or diag $said;
    like($said, $line, "$title: is counted");
}

sub fails {
    my ($title, $text, $line, @options) = @_;
    my ($code, $said) = verdict($text, @options);
    is($code, 1, "$title: fails") or diag $said;
    like($said, $line, "$title: is told");
}

passes('good checks', 'ok(1); ok(1); done_testing();', qr/^2 passed, 0 failed$/m);
fails('a failed check', 'ok(1); ok(0); done_testing();', qr/^1 passed, 1 failed$/m);
fails('no check at all', '', qr/^0 passed, 1 failed$/m);
fails('a missing plan', 'ok(1);', qr/^1 passed, 1 failed$/m);
fails('a death after good checks', 'ok(1); done_testing(); die "late";', qr/^1 passed, 1 failed$/m);
fails('a signal', 'ok(1); kill KILL => $$;', qr/^1 passed, 1 failed$/m);
fails('a bail-out', 'ok(1); BAIL_OUT("enough");', qr/^1 passed, 1 failed$/m);
fails('a file that never ends', 'ok(1); sleep 60;', qr/killed after 1 s/, '--timeout 1');
fails('an unknown service', "# services: no_such_service\nok(1);", qr/there is no service 'no_such_service'/);

passes('a service that is asked for', <<'TEST', qr/^1 passed, 0 failed$/m);
# services: memcached
use IO::Socket::INET;
my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $ENV{TEST_NGINX_MEMCACHED_PORT});
print $s "version\r\n";
like(scalar <$s>, qr/^VERSION /);
done_testing();
TEST

SKIP: {
    skip 'namespaces need root', 2 if $> != 0;
    passes('a network of its own', <<'TEST', qr/^1 passed, 0 failed$/m);
my @links = `ip -o link`;
is(scalar @links, 1);
done_testing();
TEST
}

# Unit tests become TAP by t/lib/unit-test.
sub unit {
    my ($text) = @_;
    my $file = "$dir/bundle/part/tests/case_test.cpp";
    open my $out, '>', $file or die "$file: $!\n";
    print $out $text =~ /^#/ ? '' : "#include <gtest/gtest.h>\n#include <cstdlib>\n", "$text\n";
    close $out;
    my $said = `t/lib/unit-test $file 2>/dev/null`;
    return ($? >> 8, $said);
}

my ($code, $said) = unit('TEST(A, Good) {} TEST(A, Bad) { FAIL(); } TEST(A, Crash) { abort(); } TEST(A, Late) {}');
isnt($code, 0, 'failed unit tests fail');
like($said, qr/^ok 1 - A\.Good\nnot ok 2 - A\.Bad\nnot ok 3 - A\.Crash.*\n1\.\.3\n/, 'each is one check, up to a crash');
($code, $said) = unit('#error no program');
isnt($code, 0, 'a unit test that does not compile fails');
like($said, qr/^not ok 1 .* compiles and links/, 'and says so');

my $status = system("t/run t/no_such_file.t >/dev/null 2>&1");
is($status >> 8, 2, 'a path that does not exist is refused');

done_testing();
