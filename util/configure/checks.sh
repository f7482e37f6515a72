# What must be true before anything is built: options that fit together, and the tools.

detect_platform() {
    os=$(uname -s)
    if [ -z "$platform" ]; then
        case $os in
        Linux) platform=linux ;;
        Darwin) platform=macosx ;;
        FreeBSD) platform=freebsd ;;
        *BSD | DragonFly) platform=bsd ;;
        SunOS) platform=solaris ;;
        MSYS* | MINGW*) platform=msys ;;
        *) platform=posix ;;
        esac
    fi
    echo "platform: $platform ($(echo "$os" | tr '[:upper:]' '[:lower:]'))"
}

conflict() {
    if nginx_has "--with-$1" && feature_off "$1"; then
        refuse 2 "--with-$1 conflicts with --without-$1."
    fi
}

check_conflicts() {
    conflict http_ssl_module
    conflict stream_ssl_module
    conflict stream_ssl_preread_module
    switched_on http_drizzle_module || [ -z "$libdrizzle" ] ||
        refuse 2 "The http_drizzle_module is not enabled while --with-libdrizzle is specified."
    switched_on http_postgres_module || [ -z "$libpq" ] ||
        refuse 2 "The http_postgres_module is not enabled while --with-libpq is specified."
    switched_on http_postgres_module || [ -z "$pg_config" ] ||
        refuse 2 "The http_postgres_module is not enabled while --with-pg_config is specified."
}

# A component that needs another one goes with it.
settle_switches() {
    if feature_off http_ssl_module; then
        nginx_off="$nginx_off http_v3_module "
        switch_off http_encrypted_session_module
    fi
    if feature_off stream; then
        nginx_off="$nginx_off stream_ssl_module  stream_ssl_preread_module  stream_realip_module "
        switch_off stream_lua_module
        switch_off stream_echo_module
    fi
    if nginx_has --without-http_rewrite_module; then
        switch_off ngx_devel_kit_module "--without-http_rewrite_module is given."
    fi
    if ! switched_on ngx_devel_kit_module; then
        for name in set_misc iconv form_input array_var encrypted_session postgres; do
            switch_off http_${name}_module "it needs the ngx_devel_kit_module."
        done
    fi
    if ! switched_on http_lua_module; then
        switch_off http_lua_upstream_module "it needs the http_lua_module."
        switch_off stream_lua_module "it needs the http_lua_module."
    fi
    if ! switched_on lua_tablepool || ! switched_on lua_resty_signal; then
        switch_off lua_resty_shell
    fi
    if nginx_has --without-http; then
        for name in $(components http | awk '{ print $2 }'); do
            switch_off "$name"
        done
    fi
}

find_program() {
    command -v "$1" > /dev/null 2>&1
}

need_program() {
    find_program "$1" || fail 1 "$1 is needed and not found in PATH." \
        "On Debian or Ubuntu: util/bootstrap build (as root) installs all that the build needs."
}

check_make() {
    if [ -n "$make_path" ]; then
        "$make_path" --version > /dev/null 2>&1 || refuse 1 "make utility $make_path cannot be run."
        return
    fi
    make_path=make
    ! find_program gmake || make_path=gmake
    case $platform in
    freebsd | bsd)
        [ $make_path = gmake ] || refuse 1 "make utility gmake cannot be run." ;;
    esac
    $make_path --version > /dev/null 2>&1 || refuse 1 "make utility $make_path cannot be run."
}

choose_compiler() {
    cc=$cc_path
    [ -z "$cc" ] || return 0
    for cc in ${CC:-} cc gcc clang; do
        ! find_program "$cc" || break
    done
}

check_compiler() {
    mkdir -p "$build" || fail 1 "cannot create $build."
    probe=$build/.probe-$$
    echo 'int main() { static_assert(__cplusplus >= 202002L); return 0; }' > "$probe.cpp"
    if ! $cc -std=c++20 -o "$probe" "$probe.cpp" -lstdc++ 2> "$probe.err"; then
        reason=$(head -n 1 "$probe.err")
        rm -f "$probe" "$probe".*
        fail 1 "no compiler for C++20 works here: $cc says: ${reason:-nothing}" \
            "On Debian or Ubuntu: util/bootstrap build (as root) installs g++ and the libraries."
    fi
    rm -f "$probe" "$probe".*
}

# need_header HEADER PACKAGE: a header of a library that the build uses.
need_header() {
    echo "#include <$1>" | $cc $cc_opt -E -x c $2 - > /dev/null 2>&1 ||
        fail 1 "the header $1 is not found." \
            "It comes with $3; util/bootstrap build (as root) installs it on Debian or Ubuntu."
}

check_machine() {
    check_make
    choose_compiler
    [ -n "$dry_run" ] && return 0
    check_compiler
    need_program patch
    need_program tar
    need_program perl
    nginx_has --without-pcre || need_header pcre2.h -DPCRE2_CODE_UNIT_WIDTH=8 libpcre2-dev
    case $nginx_args in
    *--with-openssl=*) ;;
    *) feature_off http_ssl_module || need_header openssl/ssl.h '' libssl-dev ;;
    esac
    case $nginx_args in
    *--with-zlib=* | *--without-http_gzip_module*) ;;
    *) need_header zlib.h '' zlib1g-dev ;;
    esac
    ! switched_on http_drizzle_module || [ -n "$libdrizzle" ] ||
        need_header mariadb/mysql.h '' libmariadb-dev
    ! switched_on http_postgres_module || [ -n "$libpq$pg_config" ] ||
        need_header libpq-fe.h -I/usr/include/postgresql libpq-dev
    [ ! -d "$root/bundle/ngx_lua/lua_shdict" ] || need_header xxhash.h '' libxxhash-dev
}
