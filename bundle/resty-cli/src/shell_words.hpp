// Splits a text into words as a shell does, without expanding anything.
#pragma once

#include "options.hpp"

#include <string>

namespace resty {

// Adds the words of text to words; an error for a quote that is not closed.
[[nodiscard]] std::optional<Error> split_words(const std::string& text, Words& words);

// One word that a shell reads as text.
[[nodiscard]] std::string quote_word(const std::string& text);

} // namespace resty
