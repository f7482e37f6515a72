// What the tests of this folder pass to functions that take unsigned char pointers.
#pragma once

#include <string>
#include <string_view>

inline const unsigned char* bytes(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
}

inline unsigned char* bytes(std::string& s) {
    return reinterpret_cast<unsigned char*>(s.data());
}
