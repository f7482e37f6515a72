# ./configure --help

show_help() {
    sed 's/^    //' << END
    Usage: ./configure [OPTION]...

    The bundle:
      --help, -h                         this text
      --prefix=PATH                      where to install (default /usr/local/openresty);
                                         nginx goes to PATH/nginx
      --build-dir=DIR                    where to build (default build)
      --with-sources=DIR                 take the nginx and LuaJIT archives from DIR, download nothing
      -jN                                run N jobs while LuaJIT is built
      --with-debug                       debug log and assertions in nginx, LuaJIT and the modules
      --with-no-pool-patch               allocate each piece of memory by itself (for memory checkers)
      --without-branding                 the Server header and error pages say nginx
      --dry-run                          show the commands, run none of them
      --platform=NAME                    linux, macosx, freebsd, bsd, solaris, msys or posix
      --with-make=PATH                   the make program (default gmake, else make)
      --with-cc=PATH                     the C and C++ compiler driver (default \$CC, cc, gcc or clang)
      --with-cc-opt=OPTIONS              more compiler options, after -O2
      --with-ld-opt=OPTIONS              more linker options

    LuaJIT:
      --with-luajit                      build the LuaJIT of the bundle (the default)
      --with-luajit=DIR                  use the LuaJIT installed in DIR (lib/, include/luajit-2.1)
      --with-luajit-xcflags=FLAGS        more compiler flags for LuaJIT
      --with-luajit-ldflags=FLAGS        more linker flags for LuaJIT
      --without-luajit-lua52             without the features of Lua 5.2
      --without-luajit-gc64              without the 64-bit garbage collector

    Components:
END
    show_components
    cat << END

Parts of nginx that are on by default:
END
    grep -v '^#' "$root/util/configure/nginx-features" | sed 's/^/  --without-/'
    cat << END

For http_drizzle_module and http_postgres_module:
  --with-libdrizzle=DIR              where the client library of drizzle is installed
  --with-libpq=DIR                   where libpq is installed
  --with-pg_config=PATH              the pg_config program, instead of --with-libpq

Options of nginx itself (see its documentation):
END
    grep -v '^#' "$root/util/configure/nginx-options" | sed -e 's/^/  /' -e 's/=$/=VALUE/'
}

show_components() {
    components http stream part library tool |
        while read -r folder name kind default product; do
            word=without note=
            [ "$default" = on ] || word=with
            [ -d "$root/bundle/$folder" ] || note="(not in this bundle)"
            printf '  --%-32s %s\n' "$word-$name" "$note"
        done | sed 's/ *$//'
}
