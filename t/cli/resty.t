# resty: running code, options, what the code finds.
use strict;
use warnings;
use Test::More;
use Bundle qw(write_file);
use Cli qw(program resty left_over);
use File::Temp qw(tempdir);

my $dir = tempdir(CLEANUP => 1);

sub prints {
    my ($args, $expected, $title) = @_;
    my ($out, $err, $status) = resty(@$args);
    is $out, $expected, $title;
    is $err, '', "$title: nothing on stderr";
    is $status, 0, "$title: status";
}

sub fails {
    my ($args, $status, $message, $title) = @_;
    my ($out, $err, $got) = resty(@$args);
    is $got, $status, "$title: status";
    ref $message ? like($err, $message, $title) : is($err, $message, $title);
}

subtest 'code' => sub {
    prints ['-e', 'print("hello")'], "hello\n", 'a line of code';
    prints ['-e', 'local x = 1', '-e', 'print(x + 1)'], "2\n", 'several, in order';
    prints ["-eprint(1)"], "1\n", 'value in the same word';
    prints ["-e=print(1)"], "1\n", 'behind an equals sign';
    prints ['-l', 'resty.md5', '-e', 'print(type(package.loaded["resty.md5"]))'], "table\n", 'a module';
    write_file("$dir/a.lua", "#!/usr/bin/env resty\nprint('file')\n");
    prints ["$dir/a.lua"], "file\n", 'a file, with a #! line';
    prints ['-e', 'print("first")', "$dir/a.lua"], "first\nfile\n", 'code before a file';
    prints ['--', "$dir/a.lua"], "file\n", 'the end of the options';
    prints ['-e', 'print(ngx.config.is_console, " ", ngx.config.subsystem, " ", ngx.get_phase())'], "true http timer\n", 'where it runs';
};

subtest 'output' => sub {
    prints ['-e', 'print(1, nil, true, ngx.null, {"a", {"b"}})'], "1niltruenullab\n", 'print';
    prints ['-e', 'ngx.say("a", 1) ngx.print("b") ngx.print("c") print(ngx.flush(), ngx.eof())'], "a1\nbc1true\n", 'ngx.say, ngx.print';
    prints ['-e', 'io.write(type(ngx.orig_print), type(ngx.orig_say), type(ngx.orig_exit))'], 'functionfunctionfunction', 'the original functions';
};

subtest 'arguments and input' => sub {
    write_file("$dir/args.lua", 'for i = 0, #arg do print(i, "=", arg[i]) end print((select("#", ...)))');
    my $odd = q(]]} "'\\ $x {# ) . "\n\t\x01\xff";
    prints ["$dir/args.lua", 'a', '-e', $odd, ''], "0=$dir/args.lua\n1=a\n2=-e\n3=$odd\n4=\n4\n", 'arguments of a file';
    prints ['-e', 'print(arg[0], arg[1], arg[-2]:match("resty$"))', '/dev/null', 'x'], "/dev/nullxresty\n", 'arguments of code';
    prints [{ in => "from stdin\n" }, '-e', 'print(io.read("*l"))'], "from stdin\n", 'standard input';
    local $ENV{CLI_TEST} = 'a b';
    prints ['-e', 'print(os.getenv("CLI_TEST"))'], "a b\n", 'the environment';
};

subtest 'the API' => sub {
    prints ['-e', 'local before = ngx.now() ngx.sleep(0.05) ngx.update_time() print(ngx.now() - before >= 0.04)'], "true\n", 'sleeping';
    prints ['-e', 'local t = ngx.thread.spawn(function() ngx.sleep(0.01) return 7 end) print(select(2, ngx.thread.wait(t)))'], "7\n", 'threads';
    prints ['-e', 'ngx.thread.spawn(function() ngx.sleep(0.05) print("late") end) print("early")'], "early\nlate\n", 'threads that go on';
    prints ['-e', 'print((select(2, require("resty.shell").run("echo hello"))))'], "hello\n\n", 'child processes';
};

subtest 'exit statuses' => sub {
    fails ['-e', 'os.exit(7)'], 7, '', 'os.exit';
    fails ['-e', 'ngx.exit(3)'], 3, '', 'ngx.exit';
    fails ['-e', 'local function f() error("oops") end f()'], 1,
        qr/\AERROR: \(command line -e\):1: oops\nstack traceback:\n\t\[C\]: in function 'error'\n\t\(command line -e\):1: in function 'f'\n.*in function 'xpcall'\n\z/s,
        'an error';
    fails ['-e', 'error({})'], 1, qr/\AERROR: table: /, 'an error that is no string';
    fails ['-e', 'x ='], 1, qr/\AERROR: \(command line -e\):1: unexpected symbol near/, 'a syntax error';
    write_file("$dir/bad.lua", "x = = 1\n");
    my ($out, $err, $status) = resty('-e', 'print("not run")', "$dir/bad.lua");
    is_deeply [$out, $status], ['', 1], 'a syntax error in the file keeps the code from running';
    like $err, qr/\AERROR: \Q$dir\E\/bad.lua:1: unexpected symbol/, 'and is told';
    write_file("$dir/err.lua", "\nerror('in file')\n");
    fails ["$dir/err.lua"], 1, qr/\AERROR: \Q$dir\E\/err.lua:2: in file\n/, 'an error in a file';
    fails ['-e', 'local ffi = require("ffi") ffi.cdef "int kill(int, int); int getpid(void);" ffi.C.kill(ffi.C.getpid(), 9)'], 9, '', 'a kill';
};

subtest 'configuration' => sub {
    prints ['--shdict', 'dogs 1m', '--shdict=cats 12k', '-e', 'ngx.shared.dogs:set("a", 1) print(ngx.shared.dogs:get("a"), ngx.shared.cats:capacity())'], "112288\n", 'shared dictionaries';
    prints ['--http-conf', 'lua_regex_match_limit 1;', '--http-conf', 'variables_hash_max_size 2048;', '-e', 'print(1)'], "1\n", 'lines for http';
    prints ['--main-conf', 'env CLI_MADE=here;', '-e', 'print(os.getenv("CLI_MADE"))'], "here\n", 'lines for main';
    write_file("$dir/main.conf", "env CLI_INCLUDED=yes;\n");
    write_file("$dir/http.conf", "lua_shared_dict included 12k;\n");
    prints ['--main-include', "$dir/main.conf", '--http-include', "$dir/http.conf", '-e', 'print(os.getenv("CLI_INCLUDED"), ngx.shared.included ~= nil)'], "yestrue\n", 'included files';
    mkdir "$dir/lib";
    write_file("$dir/lib/mine.lua", 'return "mine"');
    prints ['-I', "$dir/lib", '-I', '/nowhere', '-e', 'print(require "mine", package.path:find("/lualib/", 1, true) ~= nil)'], "minetrue\n", 'search path';
    prints ['-j', 'off', '-e', 'print((jit.status()))'], "false\n", '-j off';
    my ($out, $err) = resty('-jv', '-e', 'for i = 1, 1000 do local x = i end');
    like "$out$err", qr/\[TRACE/, '-j v';
    prints ['-c', '100', '--no-stream', '--resolve-ipv6', '--errlog-level=error', '-e', 'print(1)'], "1\n", 'other options';
    my ($quiet, $warned) = resty('-e', 'ngx.log(ngx.WARN, "seen") ngx.log(ngx.NOTICE, "unseen")');
    like $warned, qr/\[warn\].*seen/, 'warnings show';
    unlike $warned, qr/unseen/, 'notices do not';

    my ($conf, undef, $status) = resty('--dump-nginx-conf', '-c', '77', '--ns', '1.2.3.4', '--ns=[::1]', '--stream-conf', 'resolver_timeout 3s;',
        '--load-module', 'x.so', '--errlog-level', 'info', '-e', '1');
    is $status, 0, 'printing the configuration';
    for my $part ('load_module "x.so";', "daemon off;\nmaster_process off;\nworker_processes 1;\npid logs/nginx.pid;\n", 'error_log stderr info;',
        'worker_connections 77;', 'resolver 1.2.3.4 [::1] ipv6=off;', 'resolver_timeout 3s;', 'env PATH;')
    {
        like $conf, qr/\Q$part\E/, "it has $part";
    }
    like $conf, qr/^stream \{.*^http \{/ms, 'and both blocks';
    ($conf) = resty('--dump-nginx-conf', '--no-stream', '--resolve-ipv6', '-e', '1');
    unlike $conf, qr/stream|ipv6/, 'without stream and ipv6=off';
};

subtest 'wrong options' => sub {
    fails ['--nonsense'], 1, qr/\AERROR: unknown option --nonsense\n\nresty \[options\]/, 'unknown';
    fails ['-x'], 1, qr/\AERROR: unknown option -x\n/, 'unknown, short';
    fails ['-e'], 1, qr/\AERROR: option -e takes an argument but found none\.\n/, 'no value';
    fails ['--ns'], 1, qr/option --ns takes an argument but found none\.\n/, 'no value, long';
    fails ['-c', 'x', '-e1'], 1, qr/option -c value must be a number but found 'x'\.\n/, '-c';
    fails ['-j', 'x', '-e1'], 1, qr/\AERROR: unknown -j option value: x\.\n/, '-j';
    fails ['-jv', '-joff', '-e1'], 1, qr/\AERROR: duplicate -j option found\.\n/, '-j twice';
    fails ['--shdict', 'dogs', '-e1'], 255, "ERROR: invalid --shdict option value: dogs\n  (expecting NAME SIZE)\n", '--shdict';
    fails ['--shdict', 'dogs 1x', '-e1'], 255, qr/invalid --shdict/, '--shdict unit';
    fails ['--ns', 'localhost', '-e1'], 255, "ERROR: Invalid --ns option value: localhost\n  (expecting an IP address)\n", '--ns';
    fails ['--http-include', '/no/where', '-e1'], 2, "ERROR: could not find http include file '/no/where'\n", '--http-include';
    fails ['--main-include', '/no/where', '-e1'], 2, "ERROR: could not find main include file '/no/where'\n", '--main-include';
    fails ['--gdb-opts', 'a', '--gdb-opts', 'b', '-e1'], 1, "ERROR: duplicate --gdb-opts options\n", 'options twice';
    fails ['--gdb', '--valgrind', '-e1'], 25, "ERROR: options --gdb and --valgrind cannot be specified at the same time.\n", 'two tools';
    fails ['--rr', '--stap', '-e1'], 25, "ERROR: options --rr and --stap cannot be specified at the same time.\n", 'two other tools';
    fails [], 2, qq(Neither Lua input file nor -e "" option specified.\n), 'nothing to run';
    fails ['/no/such.lua'], 2, "Lua input file /no/such.lua not found.\n", 'no such file';
    fails ['--http-conf', 'nonsense;', '-e1'], 1, qr/unknown directive "nonsense"/, 'a configuration error';
    fails ['--nginx', '/no/such', '-e1'], 2, qr{\AERROR: failed to run command "/no/such .*": No such file or directory\n}, 'no nginx';
};

subtest 'other programs around nginx' => sub {
    prints ['--user-runner', q(env 'A B=c d'), '-e', 'print(os.getenv("A B") == nil)'], "true\n", 'a command in front';
    write_file("$dir/show", qq(#!/bin/sh\nfor word; do echo "<\$word>"; done\n));
    chmod 0755, "$dir/show";
    for my $tool (qw(gdb valgrind stap rr)) { system 'ln', '-s', "$dir/show", "$dir/$tool" }
    local $ENV{PATH} = "$dir:$ENV{PATH}";
    my ($out) = resty('--gdb-opts', q( -x "a b" 'c\d' e\ f ), '-e', 'x');
    like $out, qr{\A<-x>\n<a b>\n<c\\d>\n<e f>\n<--args>\n<\S+nginx>\n<-g>\n<# -e 'x'>\n<-p>\n</tmp/resty_[A-Za-z]{10}/>\n<-c>\n<conf/nginx.conf>\n\z}, 'gdb';
    ($out) = resty('--valgrind-opts=-q', '-e', 'x');
    like $out, qr{\A<-q>\n<\S+nginx>\n}, 'valgrind';
    ($out) = resty('--rr', '-e', 'x');
    like $out, qr{\A<record>\n<\S+nginx>\n}, 'rr';
    ($out) = resty('--stap-opts', '-v', '-e', "it's");
    like $out, qr{\A<-v>\n<-c>\n<'\S+nginx' '-g' '# -e '\\''it'\\''s'\\''' '-p' }, 'stap, which gets one text';
    my (undef, $err, $status) = resty('--gdb-opts', '"open', '-e1');
    is $err, qq(syntax error: "open\n), 'a quote that is not closed';
};

subtest 'help and versions' => sub {
    my ($out, $err, $status) = resty('-h');
    is_deeply [$err, $status], ['', 0], '-h';
    is $out, (resty('--help'))[0], '--help';
    # Each option that --help names is understood: none is "unknown".
    for my $option ($out =~ /^\s+(--?[\w-]+)/mg) {
        next if $option =~ /^(?:-h|--help|-v|-V)$/;
        my (undef, $message) = resty($option, 'x');
        unlike $message, qr/unknown option/, "$option is known";
    }
    (undef, $err) = resty('-V');
    like $err, qr{\Aresty \d+\.\d+\nnginx version: }, '-V';
};

is_deeply [left_over()], [], 'no temporary folder is left';
done_testing();
