# What configure's options do to the commands that it would run.
use strict;
use warnings;
use Test::More;
use Bundle qw(root dry_run configure);

my $default = dry_run();

sub nginx_words {
    my ($text) = @_;
    return [$text =~ /^  (\S.*?)(?: \\|\))$/gm];
}

subtest 'a dry run shows each step and ends with what to type' => sub {
    like $default, qr/\Aplatform: linux \(linux\)\n/, 'the platform comes first';
    like $default, qr/make .*XCFLAGS=-DLUAJIT_ENABLE_LUA52COMPAT -fPIC.* PREFIX=\/usr\/local\/openresty\/luajit\)/, 'LuaJIT is built';
    like $default, qr/^export LUAJIT_LIB='.*'\nexport LUAJIT_INC='.*luajit-2\.1'$/m, 'its folders are exported';
    like $default, qr/Type the following commands to build and install:\n    g?make\n    g?make install\n\z/, 'the hint is last';
};

subtest 'nginx gets its options in OpenResty\'s order' => sub {
    my $words = nginx_words($default);
    is $words->[0], '--prefix=/usr/local/openresty/nginx', 'the prefix';
    is $words->[1], '--with-cc-opt=-O2', 'compiler options';
    my $text = join ' ', @$words;
    like $text, qr/--add-module=\S*ngx_devel_kit .*--add-module=\S*ngx_lua .*--with-ld-opt=-Wl,-E /, 'modules, then linker options';
    is $words->[-1], '--with-http_ssl_module', 'ssl last';
    my $debug = nginx_words(dry_run('--with-debug', '--with-cc-opt=-O3', '--with-ld-opt=-Wl,-z,now', '--user=www'));
    is_deeply [@$debug[0 .. 2]],
        [
        '--prefix=/usr/local/openresty/nginx', '--with-debug',
        q('--with-cc-opt=-DNGX_LUA_USE_ASSERT -DNGX_LUA_ABORT_AT_PANIC -O2 -O3'),
        ],
        'debug definitions before, the user\'s flags after -O2';
    like join(' ', @$debug), qr/'--with-ld-opt=-Wl,-E -Wl,-z,now' --user=www --with-compat/, 'the user\'s own options follow';
};

subtest 'each part of nginx that is on by default has an off switch' => sub {
    for my $part (qw(compat pcre-jit threads http_v2_module http_v3_module http_realip_module http_addition_module
        http_auth_request_module http_secure_link_module http_random_index_module http_gzip_static_module
        http_sub_module http_dav_module http_flv_module http_mp4_module http_gunzip_module http_slice_module
        http_stub_status_module stream stream_ssl_module stream_ssl_preread_module stream_realip_module
        http_ssl_module))
    {
        like $default, qr/^  --with-\Q$part\E[ )]/m, "$part is on";
        unlike dry_run("--without-$part"), qr/--with-\Q$part\E[ )]/, "$part can be turned off";
    }
    my $once = () = dry_run('--with-http_v2_module') =~ /--with-http_v2_module/g;
    is $once, 1, 'asking for one that is on anyway does not double it';
};

subtest 'turning a part off takes along what needs it' => sub {
    unlike dry_run('--without-http_ssl_module'), qr/http_v3/, 'HTTP/3 goes with ssl';
    unlike dry_run('--without-stream'), qr/--with-stream/, 'all of stream goes';
    unlike dry_run('--without-http_lua_module'), qr/ngx_lua/, 'the Lua module goes';
    like dry_run('--without-http_rewrite_module'), qr/ngx_devel_kit_module is disabled/, 'NDK needs the rewrite module';
};

subtest 'LuaJIT flags' => sub {
    unlike dry_run('--without-luajit-lua52'), qr/LUA52COMPAT/, 'without Lua 5.2 features';
    like dry_run('--without-luajit-gc64'), qr/-DLUAJIT_DISABLE_GC64/, 'without GC64';
    like dry_run('--with-luajit-xcflags=-DA', '--with-luajit-xcflags=-DB'), qr/-fPIC -DA -DB'/, 'flags gather';
    like dry_run('--with-debug'), qr/-DLUA_USE_APICHECK -DLUA_USE_ASSERT/, 'debug asserts';
    my $external = dry_run('--with-luajit=/opt/luajit');
    like $external, qr{^export LUAJIT_LIB='/opt/luajit/lib'$}m, 'an external one is used';
    unlike $external, qr/XCFLAGS/, 'and none is built';
    is dry_run('--with-luajit'), $default, '--with-luajit alone changes nothing';
};

subtest 'the prefix' => sub {
    like dry_run('--prefix=/opt/x'), qr{--prefix=/opt/x/nginx .*}s, 'is nginx\'s with /nginx';
    like dry_run('--prefix='), qr{--prefix=\./nginx }, 'may be empty';
};

subtest 'paths of the caller are made absolute' => sub {
    for my $option (qw(--add-module --add-dynamic-module --with-openssl --with-pcre --with-zlib --with-libatomic)) {
        like dry_run("$option=some/dir"), qr{^  $option=/\S*/some/dir }m, $option;
    }
    like dry_run('--with-openssl-opt=no-async'), qr/'--with-openssl-opt=-g no-async'/, 'library options get -g';
};

subtest 'every option of nginx is known, and only those' => sub {
    my ($tree) = glob root() . '/build/nginx-*/auto/options';
    ok $tree, 'the nginx that was built is there' or return;
    open my $in, '<', $tree or die "$tree: $!\n";
    my %nginx = map { s/\*$//r => 1 } map {/^\s+(--[^)\s]+)\)/} <$in>;
    delete @nginx{qw(--help --builddir= --prefix --prefix=)};
    open my $list, '<', root() . '/util/configure/nginx-options' or die "nginx-options: $!\n";
    my %ours = map { chomp; $_ => 1 } grep { !/^#/ } <$list>;
    is_deeply [sort keys %ours], [sort keys %nginx], 'the list is nginx\'s';
};

subtest 'components' => sub {
    my $root = root();
    open my $table, '<', "$root/bundle/components" or die "components: $!\n";
    my @rows = map { [split] } grep { !/^#/ && /\S/ } <$table>;
    my %folder = map { $_->[0] => 1 } @rows;
    ok $folder{$_}, "$_ is in the table"
        for map { s{.*/bundle/}{}r =~ s{/.*}{}r } glob "$root/bundle/*/config $root/bundle/lua-*/lib";
    my @refused = grep { dry_run("--without-$_->[1]") =~ /^exit status/ } @rows;
    is_deeply \@refused, [], 'each has its --without option';
    my ($help) = configure('--help');
    my @unlisted = grep { index($help, "-$_->[1]") < 0 } @rows;
    is_deeply \@unlisted, [], 'the help lists each';
};

done_testing;
