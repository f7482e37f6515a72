// A JSON string's text to the bytes it stands for.
#pragma once

#include "buffer.hpp"

#include <string_view>

namespace cjson {

// What reading a string came to.
struct StringResult {
    const char* end = nullptr;   // behind the closing quote, or where the text is wrong
    const char* error = nullptr; // what is wrong there: a static text, null if nothing is
    std::string_view bytes{};    // in the document itself, or in the buffer if anything was escaped
};

// Reads the string whose opening quote is just before `p`. Raises only when memory runs out.
//
// Any byte but NUL may stand for itself, and bytes need not be UTF-8. \uXXXX becomes UTF-8; a
// surrogate must be half of a proper pair.
StringResult read_string(lua_State* L, const char* p, const char* end, Buffer& buffer);

} // namespace cjson
