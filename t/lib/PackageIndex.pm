package PackageIndex;

# A package index for the tests of opm: answers from memory, in a process of its own.
#
#     my $index = PackageIndex->start;
#     $index->add('alice', 'lua-cats', '1.0', { 'cats.lua' => 'return 1' }, requires => 'bob/lua-dogs');
#     $index->serve;      # from now on; $index->{url}
use strict;
use warnings;
use Bundle qw(write_file read_file);
use Digest::MD5 qw(md5_hex);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::INET;

sub start {
    my ($class) = @_;
    my $socket = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "listen: $!\n";
    return bless { socket => $socket, url => 'http://127.0.0.1:' . $socket->sockport, packages => {} }, $class;
}

# Adds a version of a package. Options: requires; archive (bytes instead of a proper one); checksum.
sub add {
    my ($self, $account, $name, $version, $files, %options) = @_;
    my $archive = $options{archive} // make_archive("$name-$version", $account, $name, $version, $files, $options{requires});
    $self->{packages}{"$account/$name"}{$version} = { archive => $archive, checksum => $options{checksum} // md5_hex($archive) };
}

sub make_archive {
    my ($top, $account, $name, $version, $files, $requires) = @_;
    my $dir = tempdir(CLEANUP => 1);
    make_path("$dir/$top.opm/lib", "$dir/$top.opm/pod/$name");
    for my $path (keys %$files) {
        make_path(dirname("$dir/$top.opm/lib/$path"));
        write_file("$dir/$top.opm/lib/$path", $files->{$path});
    }
    write_file("$dir/$top.opm/pod/$name/$name.pod", "=head1 $name\n");
    write_file("$dir/$top.opm/resty.index", "dist $name\n  version $version\n");
    write_file("$dir/$top.opm/dist.ini", <<"INI" . ($requires ? "requires = $requires\n" : ''));
# made by a test
name = $name
abstract = About $name
author = Somebody
account = $account
license = 2bsd, mit
is_original = yes
repo_link = https://github.com/$account/$name
version = $version
INI
    return tar($dir, "$top.opm");
}

sub tar {
    my ($dir, @args) = @_;
    open my $out, '-|', 'tar', '-C', $dir, '-czf', '-', @args or die "tar: $!\n";
    binmode $out;
    local $/;
    my $bytes = <$out>;
    close $out or die "tar failed\n";
    return $bytes;
}

# Answers requests until stop().
sub serve {
    my ($self) = @_;
    $self->stop;
    my $pid = fork() // die "fork: $!\n";
    if ($pid == 0) {
        while (my $client = $self->{socket}->accept) {
            $self->answer($client);
            close $client;
        }
        exit 0;
    }
    $self->{pid} = $pid;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

sub DESTROY { local $?; $_[0]->stop }

sub answer {
    my ($self, $client) = @_;
    my $request = '';
    while ($request !~ /\r\n\r\n/) {
        sysread($client, $request, 4096, length $request) or return;
    }
    my ($path, $query) = $request =~ m{^GET ([^ ?]+)\??(\S*) HTTP/1\.1\r\n} or return;
    my %query = map { my ($k, $v) = split /=/, $_, 2; $v =~ s/%(..)/chr hex $1/ge; ($k => $v) } split /&/, $query;
    my ($status, $body, @headers) = $self->respond($path, %query);
    binmode $client;
    print {$client} join "\r\n", "HTTP/1.1 $status X", 'Content-Length: ' . length $body, @headers, '', $body;
}

sub respond {
    my ($self, $path, %query) = @_;
    if ($path eq '/api/pkg/fetch' || $path eq '/api/pkg/exists') {
        my $full = "$query{account}/$query{name}";
        my $version = $self->newest($full, $query{op} // '', $query{version});
        return (404, "ERROR: package $query{name} not found under account $query{account}.\n") if !defined $version;
        return (200, qq({"found_version":"$version"})) if $path =~ /exists/;
        my $checksum = $self->{packages}{$full}{$version}{checksum};
        $checksum =~ s/^(.{8})(.{4})/$1-$2-/;
        return (302, '', "Location: /api/pkg/tarball/$query{account}/$query{name}-$version.opm.tar.gz", "X-File-Checksum: $checksum");
    }
    if ($path =~ m{^/api/pkg/tarball/([^/]+)/(.+)-([\d.]+)\.opm\.tar\.gz$}) {
        return (200, $self->{packages}{"$1/$2"}{$3}{archive});
    }
    if ($path =~ m{^/api/pkg/search}) {
        my @found = grep { /\Q$query{q}/ } sort keys %{ $self->{packages} };
        return @found ? (200, join '', map { "$_  About it\n" } @found) : (404, "no search result found.\n");
    }
    return (404, 'no such page');
}

sub newest {
    my ($self, $full, $op, $wanted) = @_;
    my $number = sub { my @n = $_[0] =~ /\d+/g; return sprintf '%05d' x 4, (@n, 0, 0, 0, 0)[0 .. 3] };
    my @versions = sort { $number->($b) cmp $number->($a) } keys %{ $self->{packages}{$full} // {} };
    @versions = grep { $_ eq $wanted } @versions if $op eq 'eq';
    @versions = grep { $number->($_) ge $number->($wanted) } @versions if $op eq 'ge';
    @versions = grep { $number->($_) gt $number->($wanted) } @versions if $op eq 'gt';
    return $versions[0];
}

1;
