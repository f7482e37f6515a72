# The examples of the database modules' READMEs, as they stand there.
# services: mariadb postgres
# build: ngx_drizzle ngx_postgres
use Test::Nginx::Socket::Lua 'no_plan';

# The first example of a README, as (upstream block, inside of the server block).
sub example {
    my ($module, $port, $service) = @_;
    open my $in, '<', "bundle/$module/README.md" or die "$module: $!\n";
    local $/;
    my ($text) = <$in> =~ /^```nginx\n(.*?)^```/ms or die "$module: no example\n";
    $text =~ s/127\.0\.0\.1:$port/127.0.0.1:\$TEST_NGINX_${service}_PORT/ or die "$module: no port\n";
    my ($upstream) = $text =~ /^(upstream .*?^\})/ms;
    my ($server) = $text =~ /^server \{\n(.*?)^\}/ms;
    return ($upstream, $server);
}

our ($MyUpstream, $MyServer) = example('ngx_drizzle', 3306, 'MARIADB');
our ($PgUpstream, $PgServer) = example('ngx_postgres', 5432, 'POSTGRES');

repeat_each(2);
run_tests();

__DATA__

=== drizzle and rds_json
--- http_config eval: $::MyUpstream
--- config eval: $::MyServer
--- request eval
["GET /cat?name=bob", "GET /cat?name=x%27%20or%201%3D1%20--%20", "GET /cat"]
--- response_body eval
['[{"id":3,"name":"bob"}]', '[]', '[]']



=== postgres and rds_json
--- http_config eval: $::PgUpstream
--- config eval: $::PgServer
--- request eval
["GET /cat?name=bob", "GET /cat?name=x%27%20or%201%3D1%20--%20", "GET /cat"]
--- error_code eval
[200, 404, 404]
--- response_body_like eval
['^\[\{"id":3,"name":"bob"\}\]$', '404 Not Found', '404 Not Found']
