// The one door to nginx's core headers. They are C and warning-clean under our flags only inside
// extern "C"; everything that needs ngx_* types includes this file, never ngx_core.h itself.
#pragma once

extern "C" {
#include <ngx_config.h>

#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>
}
