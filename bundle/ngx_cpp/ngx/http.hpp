// The door to nginx's http headers. Only the http binding and the http modules include it; the
// engine must not (it serves http and stream alike).
#pragma once

#include "ngx/nginx.hpp"

extern "C" {
#include <ngx_http.h>
}
