# The array-var module's directives.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== split, map, join
--- config
    location = /t {
        array_split ',' $arg_l to=$list;
        array_map "[$array_it]" $list;
        array_join ' ' $list to=$out;
        echo "$out.$array_it.";
    }
--- request eval
["GET /t?l=a,bc,", "GET /t", "GET /t?l=,,,", "GET /t?l=one"]
--- response_body eval
["[a] [bc] []..\n", "[]..\n", "[] [] [] []..\n", "[one]..\n"]



=== an array that is mapped into another one stays as it was
--- config
    location = /t {
        array_split ', ' "x, y" to=$list;
        array_map "<$array_it>" $list to=$other;
        array_map_op set_encode_hex $other to=$hex;
        array_join '|' $list;
        array_join '|' $other;
        array_join '|' $hex;
        echo "$list $other $hex";
    }
--- request
GET /t
--- response_body
x|y <x>|<y> 3c783e|3c793e



=== the last of a limited number of items has the rest
--- config
    location = /t {
        array_split $arg_s $arg_v $arg_n to=$list;
        array_join '|' $list;
        echo $list;
    }
--- request eval
["GET /t?s=--&v=a--b--c&n=2", "GET /t?s=--&v=a--b--c&n=1", "GET /t?s=--&v=a--b--c&n=0", "GET /t?s=--&v=a--b--c",
"GET /t?v=Bob&n=2", "GET /t?v=Bob", "GET /t?v=", "GET /t?s=,&v=a,b&n=9"]
--- response_body eval
["a|b--c\n", "a--b--c\n", "a|b|c\n", "a|b|c\n", "B|ob\n", "B|o|b\n", "\n", "a|b\n"]



=== splitting a variable in place, with and without a limit
--- config
    location = /t {
        set $a "1,2,3";
        set $b "1,2,3";
        array_split , $a;
        array_split , $b 2;
        array_join + $a;
        array_join + $b;
        echo "$a $b";
    }
--- request
GET /t
--- response_body
1+2+3 1+2,3



=== a constant for each element, and a directive named by a variable
--- config
    location = /t {
        array_split , "a,b" to=$list;
        array_map_op $arg_op $list;
        array_join , $list to=$out;
        array_map x $list;
        array_join , $list;
        echo "$out $list";
    }
--- request
GET /t?op=set_quote_sql_str
--- response_body
'a','b' x,x



=== a bad limit
--- config
    location = /t {
        array_split , "a,b" $arg_n to=$list;
        echo never;
    }
--- request eval
["GET /t?n=-1", "GET /t?n=two"]
--- error_code eval
[500, 500]
--- error_log
array_split: invalid max items: "



=== what is no array
--- config
    location = /join {
        set $x text;
        array_join , $x;
        echo never;
    }
    location = /map {
        set $x text;
        array_map y $x;
        echo never;
    }
--- request eval
["GET /join", "GET /map"]
--- error_code eval
[500, 500]
--- error_log
array_join: invalid array variable value in the 2nd argument: "text"



=== array_map_op of what is no array
--- config
    location = /t {
        set $x text;
        array_map_op set_md5 $x;
        echo never;
    }
--- request
GET /t
--- error_code: 500
--- error_log
array_map_op: invalid array variable value in the 2nd argument: "text"



=== array_map_op with a directive that has no filter
--- config
    location = /t {
        array_split , a,b to=$x;
        array_map_op set_hmac_sha1 $x;
        echo never;
    }
--- request
GET /t
--- error_code: 500
--- error_log
array_map_op: directive "set_hmac_sha1" not found or does not use ndk_set_var_value



=== a filter that fails
--- config
    location = /t {
        array_split , 61,6 to=$x;
        array_map_op set_decode_hex $x;
        echo never;
    }
--- request
GET /t
--- error_code: 500
--- error_log
set_decode_hex: invalid value



=== too many arguments
--- config
    location = /t {
        array_join , $x to=$y z;
    }
--- must_die
--- error_log
array_join: unexpected argument "z"



=== what is no option where one is expected
--- config
    location = /t {
        array_map , $x $y;
    }
--- must_die
--- error_log
array_map: expecting the "to" option at the 3rd argument: "$y"



=== what is no option behind a limit
--- config
    location = /t {
        array_split , $x 3 $y;
    }
--- must_die
--- error_log
array_split: expecting the "to" option at the 4th argument: "$y"



=== the result needs a variable
--- config
    location = /t {
        array_split , text;
    }
--- must_die
--- error_log
invalid variable name "text"
