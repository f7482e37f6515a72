// What ends the program: a message for stderr and an exit status. Functions return it to main()
// instead of exiting, so that temporary files are removed on every way out.
#pragma once

#include <string>

namespace resty {

struct Error {
    std::string message;
    int status = 1;
    bool show_usage = false;
};

} // namespace resty
