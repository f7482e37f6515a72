package DbCase;
# What the tests of the database modules share.
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(drizzle_upstream postgres_upstream);

# An upstream block for the service, with more directives.
sub drizzle_upstream {
    my ($name, @more) = @_;
    return block($name, @more, 'drizzle_server 127.0.0.1:$TEST_NGINX_MARIADB_PORT dbname=ngx_test'
            . ' user=ngx_test password=ngx_test protocol=mysql charset=utf8;');
}

sub postgres_upstream {
    my ($name, @more) = @_;
    return block($name, @more, 'postgres_server 127.0.0.1:$TEST_NGINX_POSTGRES_PORT dbname=ngx_test'
            . ' user=ngx_test password=ngx_test;');
}

sub block {
    my ($name, @lines) = @_;
    return join "\n    ", "upstream $name {", @lines, "}\n";
}

1;
