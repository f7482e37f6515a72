#include "lua_shdict/foreign_zone.hpp"

#include "ngx/pool.hpp"

namespace lua::shdict {
namespace {

struct ForeignZone {
    ngx_shm_zone_t stand_in;
    ngx_cycle_t* cycle;
    Zones* zones;
};

ngx_int_t init_foreign(ngx_shm_zone_t* zone, void* inherited) noexcept {
    auto& foreign = *static_cast<ForeignZone*>(zone->data);
    ngx_shm_zone_t& stand_in = foreign.stand_in;

    stand_in.shm = zone->shm;
    if (stand_in.init != nullptr) {
        void* old =
            inherited != nullptr ? static_cast<ForeignZone*>(inherited)->stand_in.data : nullptr;
        ngx_int_t rc = stand_in.init(&stand_in, old);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    return foreign.zones->one_ready(foreign.cycle->log);
}

} // namespace

ngx_shm_zone_t* add_foreign_zone(ngx_conf_t* cf, ngx_str_t* name, size_t size, void* tag,
                                 Zones& zones) noexcept {
    ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, name, size, tag);
    if (zone == nullptr) {
        return nullptr;
    }
    if (zone->data != nullptr) {
        return &static_cast<ForeignZone*>(zone->data)->stand_in;
    }
    auto* foreign = ngx::make<ForeignZone>(cf->pool, *zone, cf->cycle, &zones);
    if (foreign == nullptr) {
        return nullptr;
    }
    zone->data = foreign;
    zone->init = init_foreign;
    zones.foreign++;
    return &foreign->stand_in;
}

} // namespace lua::shdict
