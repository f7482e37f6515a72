. $ngx_addon_dir/../ngx_cpp/addon.sh

ngx_cpp_objects $ngx_addon_dir/*.cpp
