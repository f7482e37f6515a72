#include "lua_engine/variables.hpp"

namespace lua {

int report_assignment(SetResult result, const ngx_str_t& name, u_char* err,
                      size_t* errlen) noexcept {
    const char* format = nullptr;
    switch (result) {
    case SetResult::ok:
        return NGX_OK;
    case SetResult::unknown:
        format = "variable \"%V\" not found for writing; maybe it is a built-in variable that is "
                 "not changeable or you forgot to use \"set $%V '';\" in the config file to define "
                 "it first";
        break;
    case SetResult::not_changeable:
        format = "variable \"%V\" not changeable";
        break;
    case SetResult::not_assignable:
        format = "variable \"%V\" cannot be assigned a value";
        break;
    case SetResult::no_memory:
        format = "no memory";
        break;
    }
    *errlen = static_cast<size_t>(ngx_snprintf(err, *errlen, format, &name, &name) - err);
    return NGX_ERROR;
}

} // namespace lua
