# Shell functions for the `config` and `config.make` files of C++ addons.
#
# nginx has no CXXFLAGS and lets every addon object depend on one list of headers. So the C++ flags
# are added here, object by object, and the compiler tracks the headers (-MMD): touching one .cpp
# recompiles one file, touching one header just its users.

# ngx_cpp_objects SOURCE... : appends the flags of these .cpp files to nginx's Makefile.
# Call from config.make; $ngx_addon_dir-relative or absolute paths both work.
ngx_cpp_objects() {
    for ngx_cpp_src in "$@"; do
        ngx_cpp_folder=$(basename "$(dirname "$ngx_cpp_src")")
        ngx_cpp_obj=$NGX_OBJS/addon/$ngx_cpp_folder/$(basename "$ngx_cpp_src" .cpp)
        cat << END >> $NGX_MAKEFILE

$ngx_cpp_obj.o: CFLAGS += -std=c++20 -fvisibility=hidden -Wno-missing-field-initializers -MMD -MP
-include $ngx_cpp_obj.d
END
    done
}

# ngx_cpp_module TYPE NAME [LIBRARY...]: configures all .cpp files of the addon's folder as one module.
# For config.
ngx_cpp_module() {
    ngx_module_type=$1
    ngx_module_name=$2
    shift 2
    ngx_module_incs=$ngx_addon_dir/../ngx_cpp
    ngx_module_deps=
    ngx_module_order=
    ngx_module_srcs=$(echo $ngx_addon_dir/*.cpp)
    ngx_module_libs="-lstdc++ $*"
    . auto/module

    ngx_addon_name=$ngx_module_name
}
