// Converting text between character sets, piece by piece. A character that is cut at the end of a
// piece is kept until its rest comes. What cannot be converted becomes "?", byte by byte.
//
// A Converter owns an iconv descriptor of the C library. Knows nothing of nginx.
#pragma once

#include <iconv.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace iconv_module {

// Takes converted text; false stops the conversion.
class Sink {
public:
    virtual bool write(std::string_view text) = 0;

protected:
    ~Sink() = default;
};

class Converter {
public:
    // Both names end with a NUL; is_open() tells whether the C library knows them.
    Converter(const char* from, const char* to) : cd_(iconv_open(to, from)) {}
    ~Converter();
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    [[nodiscard]] bool is_open() const;

    // Converts the next piece. False if the sink stops, or the C library fails.
    [[nodiscard]] bool feed(std::string_view text, Sink& sink);

    // Ends the text: a character whose end never came is dropped.
    [[nodiscard]] bool finish(Sink& sink);

    // Whether something had to be replaced since the last call.
    [[nodiscard]] bool take_replaced();

private:
    bool convert(std::string_view& text, Sink& sink);

    iconv_t cd_;
    std::array<char, 16> held_{}; // the beginning of a character
    size_t held_size_ = 0;
    bool replaced_ = false;
};

} // namespace iconv_module
