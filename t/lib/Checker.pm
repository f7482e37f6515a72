# Memory checkers. Test::Nginx deletes error logs, and no test notices a report
# of a sanitizer or of valgrind by itself: so reports are collected in a folder
# of their own, and each one that is left at the end is a failure.
package Checker;
use strict;
use warnings;
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);

# KIND is none, asan or valgrind; ROOT the repository.
sub new {
    my ($class, $kind, $root) = @_;
    my $self = bless {kind => $kind, root => $root}, $class;
    return $self if $kind eq 'none';
    # Not below the repository: workers of another user must reach it.
    $self->{dir} = tempdir('ngx-reports-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 01777, $self->{dir};
    $ENV{T_REPORTS} = $self->{dir};
    if ($kind eq 'asan') {
        $ENV{T_ASAN_OPTIONS} = join ':', $self->asan_options;
        $ENV{T_UBSAN_OPTIONS} = join ':', 'print_stacktrace=1', "suppressions=$root/util/sanitizers/ubsan.supp";
        $ENV{T_LSAN_OPTIONS} = join ':', "suppressions=$root/util/sanitizers/lsan.supp", 'print_suppressions=0';
    } else {
        $ENV{TEST_NGINX_USE_VALGRIND} = join ' ', $self->valgrind_options;
    }
    return $self;
}

sub asan_options {
    return qw(detect_leaks=1 detect_stack_use_after_return=0 abort_on_error=0);
}

sub valgrind_options {
    my ($self) = @_;
    return qw(--tool=memcheck --leak-check=full --show-possibly-lost=no --num-callers=50),
        '--gen-suppressions=all', "--suppressions=$self->{root}/util/valgrind.suppress",
        "--log-file=$self->{dir}/%q{T_NAME}.%p";
}

sub slow { return $_[0]{kind} eq 'valgrind' }

# The program to test instead of BINARY. For the sanitizers that is a script:
# only nginx gets the options (Test::Nginx rewrites ASAN_OPTIONS of its own
# environment), and with both log_paths set nothing goes to stderr.
sub wrap {
    my ($self, $binary) = @_;
    return $binary if $self->{kind} ne 'asan';
    my $script = "$self->{dir}/nginx";
    open my $out, '>', $script or die "$script: $!\n";
    print $out <<"SCRIPT";
#!/bin/sh
log=log_path=$self->{dir}/\$T_NAME
ASAN_OPTIONS=\$T_ASAN_OPTIONS:\$log UBSAN_OPTIONS=\$T_UBSAN_OPTIONS:\$log LSAN_OPTIONS=\$T_LSAN_OPTIONS
export ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
exec '$binary' "\$@"
SCRIPT
    close $out or die "$script: $!\n";
    chmod 0755, $script;
    return $script;
}

# The texts of all reports, each under the name of the file that was running;
# copies stay in build/reports.
sub reports {
    my ($self) = @_;
    my $dir = $self->{dir} // return;
    my $kept = "$self->{root}/build/reports";
    remove_tree($kept);
    my @texts;
    for my $path (sort grep { -s && !m{/nginx$} } glob "$dir/*") {
        make_path($kept);
        copy($path, $kept) or warn "$path: $!\n";
        open my $in, '<', $path or die "$path: $!\n";
        local $/;
        my ($name) = $path =~ m{([^/]+)$};
        push @texts, "--- report build/reports/$name\n" . <$in>;
    }
    return @texts;
}

1;
