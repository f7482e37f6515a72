# Database modules and reloads: statements that are under way are answered, the old workers leave, and
# nothing stays behind after many requests.
# services: mariadb postgres
# build: ngx_drizzle ngx_postgres
use strict;
use warnings;
use Stress;
use Test::More;

my $user = 'dbname=ngx_test user=ngx_test password=ngx_test';
start(1, <<"HTTP");
    upstream my { drizzle_server 127.0.0.1:$ENV{TEST_NGINX_MARIADB_PORT} $user; drizzle_keepalive max=5; }
    upstream pg { postgres_server 127.0.0.1:$ENV{TEST_NGINX_POSTGRES_PORT} $user; }
    upstream bad { drizzle_server 127.0.0.1:$ENV{TEST_NGINX_MARIADB_PORT} user=nobody; }
    upstream none { postgres_server 127.0.0.1:1 user=nobody; }
    server {
        listen 127.0.0.1:PORT;
        rds_json on;
        location = /my { drizzle_pass my; drizzle_query "select 'done' as my, sleep(\$arg_s)"; }
        location = /pg { postgres_pass pg; postgres_query "select 'done' as pg, pg_sleep(\$arg_s)"; }
        location = /error { drizzle_pass my; drizzle_query nonsense; }
        location = /bad { drizzle_pass bad; drizzle_query nonsense; }
        location = /none { postgres_pass none; postgres_query nonsense; }
    }
HTTP

sub answers {
    my ($uri) = @_;
    open my $in, '-|', 'curl', '-s', "http://127.0.0.1:" . ($ENV{TEST_NGINX_PORT} // 1984) . $uri or die "curl: $!\n";
    return $in;
}

sub body {
    my ($in) = @_;
    local $/;
    return <$in> // '';
}

like body(answers('/my?s=0')), qr/"done"/, 'MariaDB answers';
like body(answers('/pg?s=0')), qr/"done"/, 'PostgreSQL answers';

my ($old) = workers();
my @slow = map { answers($_) } '/my?s=2', '/pg?s=2';
select undef, undef, undef, 0.5;
reload();
ok wait_for(20, sub { grep { $_ != $old } workers() }), 'a new worker comes';
like body(answers('/my?s=0')), qr/"done"/, 'it answers';
like body($_), qr/"done"/, 'a statement from before the reload is answered' for @slow;
ok wait_for(20, sub { !grep { $_ == $old } workers() }), 'the old worker leaves, its idle connections notwithstanding';

my ($worker) = workers();
my @uris = ('/my?s=0', '/pg?s=0', '/error', '/bad', '/none');
body(answers($_)) for @uris;
my $descriptors = descriptors($worker);
for (1 .. 30) {
    body(answers($_)) for @uris;
}
ok wait_for(10, sub { descriptors($worker) <= $descriptors + 2 }), 'no descriptor stays open';
ok stop(), 'the server stops';
unlike error_log(), qr/\[(?:alert|emerg|crit)\]/, 'nothing alarming in the log';

done_testing();
