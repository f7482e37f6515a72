# What configure leaves for make: $build/config.mk (settings), $build/reconfigure (the same command
# line again) and $build/inventory (what the configuration was made of).

enabled() {
    components "$@" | while read -r folder name kind default product; do
        ! switched_on "$name" || echo "$folder"
    done | tr '\n' ' '
}

# One line a compiled half: folder:file
# FOLDER:FILE of what is compiled among the components of a kind.
compiled() {
    components "$1" | while read -r folder name kind default product; do
        if switched_on "$name" && [ "$product" != - ] && [ -d "$root/bundle/$folder/src" ]; then
            echo "$folder:$product"
        fi
    done | tr '\n' ' '
}

write_config() {
    cat > "$build/config.mk.new" << END
# Written by configure; included by util/build.mk and read by util/install-bundle.
prefix = $prefix
cc = $cc
cc_opt = $cc_opt
debug = $debug
nginx_dir = $nginx_dir
sbin_path = ${sbin_path:-$prefix/nginx/sbin/nginx}
luajit_dir = ${luajit_src:-}
luajit_inc = $LUAJIT_INC
luajit_lib = $LUAJIT_LIB
engine = $(! switched_on http_lua_module || echo ngx_lua)
libraries = $(enabled library)
compiled = $(compiled library)
programs = $(compiled tool)
tools = $(enabled tool)
END
    {
        echo '#!/bin/sh'
        echo "cd $(quote "$start_dir") && exec $(quote "$root/configure" "$@")"
    } > "$build/reconfigure.new"
    chmod +x "$build/reconfigure.new"
    mv "$build/reconfigure.new" "$build/reconfigure"
    mv "$build/config.mk.new" "$build/config.mk"
    "$root/util/configure/inventory" > "$build/inventory"
}
