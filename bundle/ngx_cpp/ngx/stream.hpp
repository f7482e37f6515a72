// The door to nginx's stream headers. Only the stream binding and the stream modules include it.
#pragma once

#include "ngx/nginx.hpp"

extern "C" {
#include <ngx_stream.h>
}
