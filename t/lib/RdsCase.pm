package RdsCase;
# What the tests of the RDS filters share; t/lib/rds.lua makes the streams.
use strict;
use warnings;

# A location's directives that send a stream byte by byte. The argument is Lua: rds.stream's.
sub bytes {
    my ($result) = @_;
    my @pieces = map {
        "set_by_lua_block \$b$_ { return rds.stream($result):sub($_, $_) }\necho -n \$b$_;"
    } 1 .. 250;
    return join "\n", 'default_type application/x-resty-dbd-stream;', @pieces, '';
}

1;
