# resolver local=...: name servers from a file in the format of resolv.conf.
use Test::Nginx::Socket 'no_plan';

# Which name server is asked shows in the error when nobody answers there.
our $ask = <<'_EOC_';
    location /t {
        set $name host.test;
        resolver_timeout 100ms;
        proxy_pass http://$name/;
    }
_EOC_

repeat_each(2);
run_tests();

__DATA__

=== the name servers of a file
--- config eval
"resolver local=../html/resolv.conf ipv6=off;" . $::ask
--- user_files
>>> resolv.conf
# a comment
search example.test
options timeout:1
  nameserver	127.0.0.1	# the first
--- request
GET /t
--- error_code: 502
--- error_log
host.test could not be resolved
--- no_error_log
[emerg]


=== an address that is cut off
--- config eval
"resolver local=../html/resolv.conf;" . $::ask
--- user_files eval
">>> resolv.conf\r\nnameserver 127.0.0.1\r\nnameserver [::1\r\n"
--- must_die
--- error_log
[emerg]
unable to parse local resolver


=== a file that is not there
--- config
    resolver local=/no/such/resolv.conf;
--- must_die
--- error_log
open() "/no/such/resolv.conf" failed
unable to parse local resolver


=== a file without name servers
--- config
    resolver local=../html/resolv.conf;
--- user_files
>>> resolv.conf
search example.test
# nameserver 127.0.0.1
nameservers 127.0.0.1
--- must_die
--- error_log
no name servers defined
--- no_error_log
unable to parse


=== IPv6 addresses
--- config eval
"resolver local=../html/resolv.conf;" . $::ask
--- user_files
>>> resolv.conf
nameserver ::1;loopback
--- request
GET /t
--- error_code: 502
--- error_log
host.test could not be resolved
--- no_error_log
[emerg]


=== the fourth server is not looked at
--- config eval
"resolver local=../html/resolv.conf;" . $::ask
--- user_files
>>> resolv.conf
nameserver 127.0.0.1
nameserver 127.0.0.1
nameserver 127.0.0.1
nameserver not an address!
--- request
GET /t
--- error_code: 502
--- error_log
host.test could not be resolved
--- no_error_log
[emerg]


=== a bad address among the first three
--- config
    resolver local=../html/resolv.conf;
--- user_files
>>> resolv.conf
nameserver 127.0.0.1:bad
--- must_die
--- error_log
in resolver "[127.0.0.1:bad]"
unable to parse local resolver


=== off means none
--- config
    resolver local=off;
--- must_die
--- error_log
no name servers defined
--- no_error_log
unable to parse


=== beside servers named in the configuration
--- config eval
"resolver 127.0.0.1 local=../html/resolv.conf;" . $::ask
--- user_files
>>> resolv.conf
nameserver 127.0.0.1
--- request
GET /t
--- error_code: 502
--- error_log
host.test could not be resolved
--- no_error_log
[emerg]
