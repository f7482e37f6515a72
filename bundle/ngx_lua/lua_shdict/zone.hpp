// Shared dictionaries as nginx sees them: the `lua_shared_dict` directive and its shared memory
// zones. A zone's data is a Dict, made anew for each configuration (cycle) in its pool; the memory
// behind it stays when a reload names the same zone with the same size.
//
// nginx puts the header of its slab allocator in front of the memory. We keep that header, with
// nothing to give (its mutex stays valid for nginx, and an allocation through it fails), and use
// all behind it.
#pragma once

#include "lua_glue/lua.hpp"
#include "lua_shdict/store.hpp"
#include "ngx/nginx.hpp"

#include <string_view>

namespace lua::shdict {

// The dictionaries of one configuration; part of what owns them (a binding's main conf).
struct Zones {
    ngx_array_t* list = nullptr; // of ngx_shm_zone_t*; null if there are none
    ngx_uint_t foreign = 0;      // zones of other modules (foreign_zone.hpp)
    ngx_uint_t ready = 0;        // how many of both nginx has initialised

    // Called when the last one is usable; an error fails the start or reload.
    ngx_int_t (*on_ready)(void* data, ngx_log_t* log) = nullptr;
    void* on_ready_data = nullptr;

    [[nodiscard]] ngx_uint_t count() const { return list == nullptr ? 0 : list->nelts; }
    [[nodiscard]] ngx_uint_t expected() const { return count() + foreign; }

    // nginx has initialised one more.
    ngx_int_t one_ready(ngx_log_t* log) {
        ready++;
        return ready == expected() && on_ready != nullptr ? on_ready(on_ready_data, log) : NGX_OK;
    }
};

struct Dict {
    Store store;
    ngx_cycle_t* cycle;
    Zones* zones;
};

inline Dict& dict_of(ngx_shm_zone_t* zone) {
    return *static_cast<Dict*>(zone->data);
}

// Handler of `lua_shared_dict NAME SIZE;`. zones: the Zones* that gets it.
char* directive(ngx_conf_t* cf, ngx_command_t* cmd, void* zones) noexcept;

// The zone of that name in the running configuration, or null.
ngx_shm_zone_t* find_zone(std::string_view name);

// What a dictionary's userdata holds.
struct ZoneUserdata {
    ngx_shm_zone_t* zone;
    const void* mark; // &kZoneMark tells it from any other userdata
};

inline constexpr char kZoneMark = 0;

// The zone of a dictionary's userdata (its address, as the FFI passes it); null for anything else.
inline ngx_shm_zone_t* userdata_to_zone(const void* userdata) noexcept {
    const auto* held = static_cast<const ZoneUserdata*>(userdata);
    return held != nullptr && held->mark == &kZoneMark ? held->zone : nullptr;
}

// Pushes the table ngx.shared: a table a dictionary, with a userdata at [1] and one metatable for
// all, which resty.core.shdict fills. May raise.
void push_shared(lua_State* L, const Zones& zones);

} // namespace lua::shdict
