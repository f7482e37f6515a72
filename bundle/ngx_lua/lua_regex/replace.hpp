// ngx.re.sub and ngx.re.gsub with a text (not a function) to put in: the whole loop over the
// subject.
#pragma once

#include "lua_regex/regex.hpp"
#include "lua_regex/replace_template.hpp"

#include <string>
#include <string_view>

namespace lua::regex {

enum class Scope { first_match, all_matches };

// Writes the new text to `out` (whatever it held is gone) and returns the number of replacements,
// or PCRE2's negative error code. `out` is not written when nothing matches: 0.
[[nodiscard]] int replace(Regex& regex, std::string_view subject, const Template& replacement,
                          Scope scope, std::string& out) noexcept;

} // namespace lua::regex
