# The sanitizer run must be able to fail: a deliberate overflow, leak and undefined operation, each
# in a test file of its own, have to be reported, and a harmless file must pass.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

chdir dirname(abs_path($0)) . '/../..' or die "$!\n";

my %report = (
    overflow  => qr/AddressSanitizer: heap-buffer-overflow/,
    leak      => qr/LeakSanitizer: detected memory leaks/,
    undefined => qr/runtime error: signed integer overflow/,
);

for my $fault ('none', sort keys %report) {
    my $said = `t/run --asan t/asan/$fault.t 2>&1`;
    my $status = $?;
    if ($fault eq 'none') {
        is($status, 0, 'a harmless request passes') or diag $said;
        next;
    }
    isnt($status, 0, "a run with a deliberate fault fails: $fault");
    like($said, $report{$fault}, "and shows the report: $fault");
}

done_testing();
