// Shared memory zones of other nginx modules that Lua code uses from init_by_lua* on: like
// dictionaries, they have to be initialised before the Lua VM is made. The module sets init and
// data of a stand-in; the zone that nginx knows has ours, which counts it and calls the module's.
#pragma once

#include "lua_shdict/zone.hpp"

namespace lua::shdict {

// The stand-in of a new zone, or of the one that has this name and tag already (its data then
// tells, as with ngx_shared_memory_add). Null after logging why.
ngx_shm_zone_t* add_foreign_zone(ngx_conf_t* cf, ngx_str_t* name, size_t size, void* tag,
                                 Zones& zones) noexcept;

} // namespace lua::shdict
