#!/usr/bin/env perl
# "nginx -T" prints *_by_lua_block bodies as they stand in the file, however many buffers they fill.
use strict;
use warnings;
use Test::More;
use File::Temp 'tempdir';

my $nginx = $ENV{TEST_NGINX_BINARY} or plan skip_all => 'no TEST_NGINX_BINARY';
my $dir = tempdir(CLEANUP => 1);
mkdir "$dir/$_" for 'conf', 'logs';

my $code = "    -- { ]] }\n    local s = [[ } ]]\n" x 1000;
my $conf = "events {}\nhttp {\n  init_by_lua_block {\n$code  }\n"
    . "  server { location / { content_by_lua_block { ngx.say('}') } } }\n}\n";

open my $file, '>', "$dir/conf/nginx.conf" or die;
print $file $conf;
close $file;

my $out = qx($nginx -T -p $dir -c conf/nginx.conf 2>$dir/stderr);
is $?, 0, 'nginx -T accepts the file';

my ($dump) = $out =~ /^# configuration file \S+:\n(.*)\n\z/s;
ok defined $dump && $dump eq $conf, 'the dump is the file'
    or diag substr($out, 0, 500);

my $err = qx($nginx -t -p $dir -c conf/nginx.conf -g 'http { init_by_lua_block { } }' 2>&1);
like $err, qr/\[emerg\] .*block directives are not supported in -g option/, 'no blocks in -g';

done_testing;
