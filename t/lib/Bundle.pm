package Bundle;

# Helpers of the tests in t/bundle/: running configure and looking at what it prints.
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);

our @EXPORT_OK = qw(root run configure dry_run write_file read_file source_copy);

sub root { return abs_path(dirname(abs_path(__FILE__)) . '/../..') }

# Runs a command; returns its output (both streams, in order) and its exit status.
sub run {
    my (@command) = @_;
    my $pid = open(my $out, '-|') // die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec @command or die "$command[0]: $!\n";
    }
    my $text = do { local $/; <$out> };
    close $out;
    return ($text // '', $? >> 8);
}

sub configure { return run(root() . '/configure', @_) }

# The output of a dry run for a build folder that does not exist.
sub dry_run {
    my ($text, $status) = configure('--dry-run', @_);
    return $status == 0 ? $text : "exit status $status: $text";
}

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!\n";
    print {$out} $text;
    close $out or die "$path: $!\n";
}

sub read_file {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

# A copy of what the build is made of, in a temporary folder, to break things in.
sub source_copy {
    my $copy = tempdir(CLEANUP => 1);
    my $root = root();
    system('cp', '-R', (map {"$root/$_"} qw(configure util bundle patches LICENSE Makefile)), $copy) == 0
        or die "cannot copy the sources\n";
    return $copy;
}

1;
