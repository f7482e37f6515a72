# The command line. Sets the variables listed first; options that are nginx's own gather in
# $nginx_args, one shell-quoted word each.

prefix=/usr/local/openresty
build=build
platform=
jobs=
make_path=
cc_path=
cc_opt=
ld_opt=
debug=
no_pool=
branding=yes
luajit_dir=
luajit_xcflags=
luajit_ldflags=
luajit_lua52=yes
luajit_gc64=yes
sources_dir=
sbin_path=
libdrizzle= libpq= pg_config=
nginx_args=
nginx_off=

init_switches() {
    while read -r folder name kind default product; do
        state=yes
        [ "$default" = on ] || state=no
        [ -d "$root/bundle/$folder" ] || state=absent
        eval "on_$name=$state"
    done << END
$(components http stream part library tool)
END
}

# switch NAME yes|no: --with-NAME or --without-NAME of a component.
switch() {
    eval "switch_now=\$on_$1"
    if [ "$2" = no ]; then
        [ "$switch_now" = absent ] || eval "on_$1=no"
    elif [ "$switch_now" = absent ]; then
        fail 2 "--with-$1: this bundle does not contain that component."
    else
        eval "on_$1=yes"
    fi
}

nginx_arg() {
    nginx_args="$nginx_args $(quote "$1")"
}

nginx_has() {
    case " $nginx_args " in *" $1 "*) return 0 ;; esac
    return 1
}

# Options of nginx whose value is a folder: relative ones are the caller's, not nginx's.
nginx_dir_arg() {
    value=${1#*=}
    case $value in
    dynamic) nginx_arg "$1" ;;
    *) nginx_arg "${1%%=*}=$(absolute "$value")" ;;
    esac
}

is_feature() {
    grep -qxF -e "$1" "$root/util/configure/nginx-features"
}

feature_off() {
    case $nginx_off in *" $1 "*) return 0 ;; esac
    return 1
}

# check_known OPTION: refuses what nginx's configure would refuse, but before any work is done.
check_known() {
    known=$1
    case $known in *=*) known=${known%%=*}= ;; esac
    is_feature "${1#--without-}" && return 0
    grep -qxF -e "$1" -e "$known" "$root/util/configure/nginx-options" ||
        fail 255 "unknown option $1" \
            "It is neither an option of this bundle nor of nginx; ./configure --help lists both."
}

parse_bundle_option() {
    value=${1#*=}
    case $1 in
    --prefix=*) prefix=${value:-.} ;;
    --build-dir=*) build=$value ;;
    --platform=*) platform=$value ;;
    -j[1-9] | -j[1-9][0-9]) jobs=${1#-j} ;;
    --dry-run) dry_run=yes ;;
    --with-make=*) make_path=$value ;;
    --with-cc=*) cc_path=$value ;;
    --with-cc-opt=*) cc_opt="$cc_opt${cc_opt:+ }$value" ;;
    --with-ld-opt=*) ld_opt="$ld_opt${ld_opt:+ }$value" ;;
    --with-debug) debug=yes ;;
    --with-no-pool-patch) no_pool=yes ;;
    --without-branding) branding= ;;
    --with-sources=*) sources_dir=$(absolute "$value") ;;
    --with-luajit) ;;
    --with-luajit=*) luajit_dir=$(absolute "$value") ;;
    --with-luajit-xcflags=*) luajit_xcflags="$luajit_xcflags $value" ;;
    --with-luajit-ldflags=*) luajit_ldflags="$luajit_ldflags${luajit_ldflags:+ }$value" ;;
    --without-luajit-lua52) luajit_lua52= ;;
    --without-luajit-gc64) luajit_gc64= ;;
    --with-libdrizzle=*) libdrizzle=$(absolute "$value") ;;
    --with-libpq=*)
        [ -z "$pg_config" ] ||
            refuse 255 "--with-libpq is not allowed when --with-pg_config is already specified."
        libpq=$(absolute "$value") ;;
    --with-pg_config=*)
        [ -z "$libpq" ] ||
            refuse 255 "--with-pg_config is not allowed when --with-libpq is already specified."
        pg_config=$value ;;
    --with-lua51 | --with-lua51=*) fail 255 "--with-lua51 is no longer supported." ;;
    --without-lua51) fail 255 "--without-lua51 is no longer supported." ;;
    *) return 1 ;;
    esac
}

parse_nginx_option() {
    case $1 in
    --sbin-path=*) sbin_path=${1#*=}; nginx_arg "$1" ;;
    --with-openssl=* | --with-pcre=* | --with-zlib=* | --with-libatomic=* | --with-md5=* | \
        --with-sha1=* | --add-module=* | --add-dynamic-module=*) nginx_dir_arg "$1" ;;
    --with-openssl-opt=* | --with-pcre-opt=* | --with-zlib-opt=*)
        nginx_arg "${1%%=*}=-g ${1#*=}" ;;
    --without-*)
        if is_feature "${1#--without-}"; then
            nginx_off="$nginx_off ${1#--without-} "
        else
            nginx_arg "$1"
        fi ;;
    --*) nginx_arg "$1" ;;
    *) return 1 ;;
    esac
}

parse_options() {
    init_switches
    names=" $(component_names | tr '\n' ' ') "
    for option do
        case $option in
        --help | -h) show_help; exit 0 ;;
        esac
        parse_bundle_option "$option" && continue
        name=${option#--}
        case $name in
        with-*) name=${name#with-} state=yes ;;
        without-*) name=${name#without-} state=no ;;
        *) state= ;;
        esac
        case "$names" in
        *" $name "*)
            if [ -n "$state" ]; then
                switch "$name" "$state"
                continue
            fi ;;
        esac
        case $option in
        --[A-Za-z0-9_]*) check_known "$option" ;;
        *) refuse 255 "Invalid option $option" ;;
        esac
        parse_nginx_option "$option"
    done
}
