# LuaJIT: built static and position-independent into $build/luajit-root, from which nginx and the C
# parts of Lua libraries take headers and the archive; make install puts it below the prefix.

luajit_flags() {
    flags="-fPIC"
    [ -z "$luajit_lua52" ] || flags="-DLUAJIT_ENABLE_LUA52COMPAT $flags"
    [ -n "$luajit_gc64" ] || flags="-DLUAJIT_DISABLE_GC64 $flags"
    [ -z "$debug" ] || flags="$flags -DLUA_USE_APICHECK -DLUA_USE_ASSERT"
    printf '%s' "$flags$luajit_xcflags"
}

prepare_luajit() {
    if [ -n "$luajit_dir" ]; then
        LUAJIT_LIB=$luajit_dir/lib
        LUAJIT_INC=$luajit_dir/include/luajit-2.1
        [ -n "$dry_run" ] || [ -f "$LUAJIT_INC/lua.h" ] ||
            fail 1 "--with-luajit=$luajit_dir: there is no include/luajit-2.1/lua.h in it."
    else
        build_luajit
        LUAJIT_LIB=$abs_build/luajit-root/lib
        LUAJIT_INC=$abs_build/luajit-root/include/luajit-2.1
    fi
    export LUAJIT_LIB LUAJIT_INC
    echo "export LUAJIT_LIB='$LUAJIT_LIB'"
    echo "export LUAJIT_INC='$LUAJIT_INC'"
}

build_luajit() {
    if [ -n "$dry_run" ]; then
        luajit_src=$build/luajit
        echo "# unpack LuaJIT into $luajit_src and patch it"
    else
        source_tree luajit
        luajit_src=$build/$tree
        unpack "$archive" "$luajit_src" $(ls "$root/patches/$tree"/*.patch 2> /dev/null)
    fi
    set -- TARGET_STRIP=@: CCDEBUG=-g BUILDMODE=static "XCFLAGS=$(luajit_flags)" "CC=$cc" \
        "PREFIX=$prefix/luajit"
    [ -z "$debug" ] || set -- "$@" Q=
    [ -z "$luajit_ldflags" ] || set -- "$@" "LDFLAGS=$luajit_ldflags"
    luajit_make=$(quote "$make_path" "$@")
    stamp="$(cat "$luajit_src/.stamp" 2> /dev/null) $luajit_make"
    if [ -z "$dry_run" ] && [ "$(cat "$build/luajit-root/.stamp" 2> /dev/null)" = "$stamp" ]; then
        return 0
    fi
    [ -n "$dry_run" ] || rm -rf "$build/luajit-root" "$build/luajit-root.new"
    [ -n "$dry_run" ] || [ ! -f "$luajit_src/src/luajit" ] ||
        (cd "$luajit_src" && $make_path clean > /dev/null 2>&1)
    run_in "$luajit_src" "$make_path" ${jobs:+"-j$jobs"} "$@"
    run_in "$luajit_src" "$make_path" install BUILDMODE=static \
        "PREFIX=$abs_build/luajit-root.new"
    [ -n "$dry_run" ] && return 0
    echo "$stamp" > "$build/luajit-root.new/.stamp"
    mv "$build/luajit-root.new" "$build/luajit-root"
}
