. $ngx_addon_dir/../ngx_cpp/addon.sh

ngx_cpp_objects $ngx_lua_core_srcs $ngx_lua_http_srcs $ngx_lua_stream_srcs

cat << END >> $NGX_MAKEFILE

$NGX_OBJS/nginx: $ngx_lua_dir/aliases.ld $ngx_lua_dir/aliases_tls.ld $LUAJIT_LIB/libluajit-5.1.a
END
