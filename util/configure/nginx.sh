# nginx's own configure: the modules of the bundle in order, the user's options, the default features.

# add_module_args: --add-module for every enabled nginx module, relative to nginx's folder if the
# build folder lies in the source tree (so that -V and debug info do not depend on where that is).
add_module_args() {
    case $abs_build/ in
    "$root"/*)
        up=$(printf '%s' "${abs_build#"$root"}/" | sed 's,[^/]*/,../,g')
        bundle_dir=${up}bundle ;;
    *) bundle_dir=$root/bundle ;;
    esac
    components http stream | while read -r folder name rest; do
        ! switched_on "$name" || echo "--add-module=$bundle_dir/$folder"
    done
}

feature_args() {
    grep -v '^#' "$root/util/configure/nginx-features" | while read -r name; do
        if feature_off "$name" || nginx_has "--with-$name"; then
            continue
        fi
        case $name in
        http_* ) ! nginx_has --without-http || continue ;;
        pcre-jit) ! nginx_has --without-pcre || continue ;;
        esac
        echo "--with-$name"
    done
}

nginx_cc_opt() {
    flags=-O2
    [ -z "$debug" ] || flags="-DNGX_LUA_USE_ASSERT -DNGX_LUA_ABORT_AT_PANIC $flags"
    printf '%s' "$flags${cc_opt:+ }$cc_opt"
}

export_lua_paths() {
    site=$prefix/site/lualib
    lib=$prefix/lualib
    LUA_DEFAULT_PATH="$site/?.ljbc;$site/?/init.ljbc;$lib/?.ljbc;$lib/?/init.ljbc"
    LUA_DEFAULT_PATH="$LUA_DEFAULT_PATH;$site/?.lua;$site/?/init.lua;$lib/?.lua;$lib/?/init.lua"
    LUA_DEFAULT_CPATH="$site/?.so;$lib/?.so"
    NGX_LUA_STREAM=NO
    ! switched_on stream_lua_module || NGX_LUA_STREAM=YES
    export LUA_DEFAULT_PATH LUA_DEFAULT_CPATH NGX_LUA_STREAM
}

export_libraries() {
    if [ -n "$libdrizzle" ]; then
        LIBDRIZZLE_LIB=$libdrizzle/lib LIBDRIZZLE_INC=$libdrizzle/include
        export LIBDRIZZLE_LIB LIBDRIZZLE_INC
    fi
    if [ -n "$libpq" ]; then
        LIBPQ_LIB=$libpq/lib LIBPQ_INC=$libpq/include
    elif [ -n "$pg_config" ]; then
        LIBPQ_LIB=$("$pg_config" --libdir) && LIBPQ_INC=$("$pg_config" --includedir) ||
            fail 1 "pg_config utility $pg_config cannot be run."
    fi
    [ -z "${LIBPQ_LIB:-}" ] || export LIBPQ_LIB LIBPQ_INC
}

nginx_rpath() {
    for rpath in ${libdrizzle:+"$LIBDRIZZLE_LIB"} "${LIBPQ_LIB:-}"; do
        [ -z "$rpath" ] || printf '%s' "-Wl,-rpath,$rpath "
    done
}

# nginx's configure writes its headers anew each time. When their content and the compiler's flags
# stay, they get their old times back, so that nothing is compiled again without need. The text of the
# configure arguments does not count but for the few sources that use it.
keep_headers() {
    [ -f "$nginx_dir/objs/Makefile" ] || return 0
    rm -rf "$nginx_dir/objs.old"
    mkdir "$nginx_dir/objs.old"
    cp -p "$nginx_dir/objs/Makefile" "$nginx_dir"/objs/ngx_auto_*.h "$nginx_dir/objs.old/"
}

same_but_arguments() {
    [ "$(grep -v '^#define NGX_CONFIGURE ' "$1")" = "$(grep -v '^#define NGX_CONFIGURE ' "$2")" ]
}

restore_headers() {
    [ -d "$nginx_dir/objs.old" ] || return 0
    if [ "$(grep '^C[CF]' "$nginx_dir/objs/Makefile")" = \
        "$(grep '^C[CF]' "$nginx_dir/objs.old/Makefile")" ]; then
        for header in ngx_auto_config.h ngx_auto_headers.h; do
            old=$nginx_dir/objs.old/$header
            new=$nginx_dir/objs/$header
            same_but_arguments "$old" "$new" || continue
            touch -r "$old" "$new"
            cmp -s "$old" "$new" || remove_users_of_arguments
        done
    fi
    rm -rf "$nginx_dir/objs.old"
}

remove_users_of_arguments() {
    for source in $(grep -rl NGX_CONFIGURE "$nginx_dir/src" "$root/bundle" --include='*.c*'); do
        object=$(basename "$source" | sed 's/\.[^.]*$/.o/')
        find "$nginx_dir/objs" -name "$object" -exec rm -f {} +
    done
}

configure_nginx() {
    export_lua_paths
    export_libraries
    eval "set -- $nginx_args"
    for word in $(feature_args); do set -- "$@" "$word"; done
    set -- "--with-ld-opt=$(nginx_rpath)-Wl,-E${ld_opt:+ }$ld_opt" "$@"
    for word in $(add_module_args | sed '1!G;h;$!d'); do set -- "$word" "$@"; done
    set -- "--with-cc-opt=$(nginx_cc_opt)" "$@"
    [ -z "$debug" ] || set -- --with-debug "$@"
    [ -z "$cc_path" ] || set -- "--with-cc=$cc_path" "$@"
    set -- "--prefix=$prefix/nginx" "$@"
    if [ -n "$dry_run" ]; then
        echo "(cd $nginx_dir && sh ./configure \\"
        for word do echo "  $(quote "$word") \\"; done | sed '$s/ \\$/)/'
        return
    fi
    keep_headers
    echo "configuring nginx"
    (cd "$nginx_dir" && CC=$cc sh ./configure "$@") > "$build/nginx-configure.log" 2>&1 || {
        tail -n 20 "$build/nginx-configure.log" >&2
        fail 1 "failed to run command: sh ./configure (in $nginx_dir)" \
            "The whole output is in $build/nginx-configure.log."
    }
    restore_headers
}
