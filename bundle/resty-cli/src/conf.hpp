// The nginx.conf that resty generates.
#pragma once

#include "options.hpp"

#include <string>

namespace resty {

// code_file: where the inline code lies, for arg[0]. program: the path of resty, as it was called.
[[nodiscard]] std::string make_conf(const Options& options, const std::string& code_file,
                                    const std::string& program);

} // namespace resty
