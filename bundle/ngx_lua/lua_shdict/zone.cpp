#include "lua_shdict/zone.hpp"

#include "ngx/conf.hpp"
#include "ngx/export.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

namespace lua::shdict {

namespace {

// Its address is the owner that nginx compares when two configurations name the same zone.
char zone_tag;

ngx_int_t init_zone(ngx_shm_zone_t* zone, void* inherited) noexcept;

// How much of the area's start belongs to nginx: the slab pool and its slots, up to its table of
// pages.
size_t reserved_size(const ngx_slab_pool_t& pool) {
    return static_cast<size_t>(reinterpret_cast<const u_char*>(pool.pages) -
                               reinterpret_cast<const u_char*>(&pool));
}

// From now on the slab pool has nothing to give, and says so silently.
void drain_slab_pool(ngx_slab_pool_t& pool) {
    pool.free.next = &pool.free;
    pool.pfree = 0;
    pool.last = pool.pages;
    pool.start = pool.end;
    pool.log_nomem = 0;
    pool.data = pool.pages; // not null: the area has been taken into use
}

bool has_one_process(ngx_cycle_t* cycle) {
    auto* core = reinterpret_cast<ngx_core_conf_t*>(ngx_get_conf(cycle->conf_ctx, ngx_core_module));
    return core->master == 0 || core->worker_processes == 1;
}

ngx_int_t init_zone(ngx_shm_zone_t* zone, void* inherited) noexcept {
    Dict& dict = dict_of(zone);
    auto* base = reinterpret_cast<char*>(zone->shm.addr);
    auto& pool = *reinterpret_cast<ngx_slab_pool_t*>(base);
    if (inherited != nullptr || zone->shm.exists) {
        dict.store = Store::attach(base, reserved_size(pool));
    } else {
        if (!Store::create(base, zone->shm.size, reserved_size(pool), dict.store)) {
            ngx_log_error(NGX_LOG_EMERG, dict.cycle->log, 0,
                          "no memory in lua_shared_dict zone \"%V\"", &zone->shm.name);
            return NGX_ERROR;
        }
        drain_slab_pool(pool);
    }
    dict.store.exact_lru(has_one_process(dict.cycle));

    return dict.zones->one_ready(dict.cycle->log);
}

char* add_zone(ngx_conf_t* cf, ngx_str_t& name, ngx_str_t& size_text, Zones& zones) {
    if (name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid lua shared dict name \"%V\"", &name);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    const ssize_t size = ngx_parse_size(&size_text);
    if (size < static_cast<ssize_t>(Store::kMinSize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid lua shared dict size \"%V\"", &size_text);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, &name, static_cast<size_t>(size), &zone_tag);
    if (zone == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (zone->data != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "lua_shared_dict \"%V\" is already defined as \"%V\"", &name,
                           &zone->shm.name);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (zones.list == nullptr) {
        zones.list = ngx_array_create(cf->pool, 4, sizeof(ngx_shm_zone_t*));
    }
    auto** slot =
        zones.list == nullptr ? nullptr : static_cast<ngx_shm_zone_t**>(ngx_array_push(zones.list));
    zone->data = ngx::make<Dict>(cf->pool, Store(), cf->cycle, &zones);
    if (slot == nullptr || zone->data == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    zone->init = init_zone;
    *slot = zone;
    return NGX_CONF_OK;
}

} // namespace

char* directive(ngx_conf_t* cf, ngx_command_t*, void* zones) noexcept {
    auto* args = static_cast<ngx_str_t*>(cf->args->elts);
    return add_zone(cf, args[1], args[2], *static_cast<Zones*>(zones));
}

ngx_shm_zone_t* find_zone(std::string_view name) {
    for (auto* part = const_cast<ngx_list_part_t*>(&ngx_cycle->shared_memory.part); part != nullptr;
         part = part->next) {
        auto* zones = static_cast<ngx_shm_zone_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (zones[i].init == init_zone && ngx::view(zones[i].shm.name) == name) {
                return &zones[i];
            }
        }
    }
    return nullptr;
}

void push_shared(lua_State* L, const Zones& zones) {
    const auto count = static_cast<int>(zones.count());
    lua_createtable(L, 0, count);
    if (count == 0) {
        return;
    }
    lua_createtable(L, 0, 22); // the metatable: its methods and __index
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    for (int i = 0; i < count; i++) {
        ngx_shm_zone_t* zone = static_cast<ngx_shm_zone_t**>(zones.list->elts)[i];
        push(L, ngx::view(zone->shm.name));
        lua_createtable(L, 1, 0);
        *static_cast<ZoneUserdata*>(lua_newuserdata(L, sizeof(ZoneUserdata))) = {zone, &kZoneMark};
        lua_rawseti(L, -2, 1);
        lua_pushvalue(L, -3);
        lua_setmetatable(L, -2);
        lua_rawset(L, -4);
    }
    lua_pop(L, 1);
}

} // namespace lua::shdict

// Part of the C interface for other nginx modules (and Lua code binds it).
NGX_LUA_FFI ngx_shm_zone_t* ngx_lua_find_zone(u_char* name, size_t len) noexcept {
    return lua::shdict::find_zone({reinterpret_cast<char*>(name), len});
}
