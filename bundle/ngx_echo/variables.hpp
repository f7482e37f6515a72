// The module's variables ($echo_it, $echo_request_body ...).
#pragma once

#include "ngx/nginx.hpp"

namespace echo {

ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

} // namespace echo
