// Running nginx as a child, with signals passed on.
#pragma once

#include "options.hpp"

namespace resty {

// The nginx executable to use.
[[nodiscard]] std::string find_nginx(const Options& options);

// The whole command: nginx with its arguments, behind what it is to run in.
[[nodiscard]] std::optional<Error> make_command(const Options& options, const Words& nginx,
                                                Words& command);

// Runs command to its end. Returns the exit status for this process.
[[nodiscard]] int run(const Words& command);

// Becomes the command; returns only if that fails, with the exit status.
[[nodiscard]] int become(const Words& command);

} // namespace resty
