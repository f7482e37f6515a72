// The output filter: what echo_before_body and echo_after_body put around a body.
#pragma once

#include "echo.hpp"

namespace echo {

// Puts the filter into nginx's chains; for the postconfiguration of a module that needs it.
void install_filter();

} // namespace echo
