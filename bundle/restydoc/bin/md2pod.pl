#!/bin/sh
# md2pod.pl: see lualib/restydoc/md2pod_main.lua.
bin=$(dirname "$(readlink -f "$0")")
RESTYDOC_ROOT=$(dirname "$bin")
LUA_PATH="$RESTYDOC_ROOT/lualib/?.lua;;"
export RESTYDOC_ROOT LUA_PATH
exec "$RESTYDOC_ROOT/luajit/bin/luajit" "$RESTYDOC_ROOT/lualib/restydoc/md2pod_main.lua" "$@"
