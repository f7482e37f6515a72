// Finding the filter function behind a directive of any module, by the directive's name: what
// ndk.set_var in Lua and array_map_op do. Needs ngx_devel_kit.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <ndk.h>

namespace ngx {

// Only directives registered with ndk_set_var_value itself count, as their filter takes one
// argument; null if `name` is none of them.
inline ndk_set_var_value_pt find_ndk_filter(std::string_view name) {
    for (ngx_module_t** module = ngx_cycle->modules; *module != nullptr; module++) {
        if ((*module)->type != NGX_HTTP_MODULE || (*module)->commands == nullptr) {
            continue;
        }

        for (const ngx_command_t* cmd = (*module)->commands; cmd->name.len != 0; cmd++) {
            if (cmd->set != ndk_set_var_value || view(cmd->name) != name) {
                continue;
            }
            const auto* filter = static_cast<ndk_set_var_t*>(cmd->post);
            return filter == nullptr || filter->type != NDK_SET_VAR_VALUE
                       ? nullptr
                       : reinterpret_cast<ndk_set_var_value_pt>(filter->func);
        }
    }
    return nullptr;
}

} // namespace ngx
