// The arguments of the running set_by_lua* handler, for ngx.arg.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

struct SetArguments {
    ngx_http_variable_value_t* values = nullptr;
    ngx_uint_t n = 0;
};

[[nodiscard]] const SetArguments& set_arguments() noexcept;

} // namespace lua::http
