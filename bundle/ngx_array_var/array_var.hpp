// The array-var module's filters: NDK calls them in the rewrite phase, with the directive's
// arguments in v[0] .... Arrays and results live in the request's pool.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <ndk.h>

extern "C" {
extern ngx_module_t ngx_http_array_var_module;
}

namespace array_var {

using ngx::view;
using Value = ngx_http_variable_value_t;

// What $array_it shows, while array_map is at work.
struct Context {
    ngx_str_t item;
};

// How array_map computes an element, and whether it leaves the array as it was.
struct Map {
    ngx_http_complex_value_t item;
    bool copies;
};

ngx_int_t split(ngx_http_request_t* r, ngx_str_t* res, Value* v); // separator, subject, maximum
ngx_int_t join(ngx_http_request_t* r, ngx_str_t* res, Value* v);  // separator, array
ngx_int_t map(ngx_http_request_t* r, ngx_str_t* res, Value* v, void* map); // array
ngx_int_t map_op(ngx_http_request_t* r, ngx_str_t* res, Value* v);         // directive, array
ngx_int_t map_op_copy(ngx_http_request_t* r, ngx_str_t* res, Value* v);

} // namespace array_var
