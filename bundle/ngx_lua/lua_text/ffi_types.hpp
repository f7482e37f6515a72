// Structures that Lua's FFI passes by pointer, shared by everything that fills or reads them. Their
// layout is ABI: Lua code in the wild declares the same ones (there with the prefix ngx_http_lua_).
#pragma once

#include <cstddef>
#include <cstdint>

namespace lua {

// ngx_http_lua_ffi_str_t. In decoded arguments a value of length -1 stands for "no = sign".
struct FfiStr {
    int len;
    const unsigned char* data;
};

// ngx_http_lua_ffi_table_elt_t: a header or an argument.
struct FfiTableElt {
    FfiStr key;
    FfiStr value;
};

// ngx_lua_out_cell_t: one piece of output, a string of Lua's heap or a number that is formatted
// where it is written. Valid only during the call that passes it.
struct OutCell {
    enum Kind : int32_t { string = 0, number = 1 };

    union {
        const char* s;
        double n;
    };
    int32_t len;
    Kind kind;
};

static_assert(sizeof(FfiStr) == 16 && offsetof(FfiStr, data) == 8);
static_assert(sizeof(FfiTableElt) == 32);
static_assert(sizeof(OutCell) == 16 && offsetof(OutCell, len) == 8 &&
              offsetof(OutCell, kind) == 12);

} // namespace lua
