/*
 * What t/capi/api.t tests ngx_http_lua_api.h with: a shared counter that exists
 * before init_by_lua* runs (`capi_counter SIZE;`), and a Lua package, "capi",
 * with functions that use the rest of the interface.
 */

#include "ngx_http_lua_api.h"

#include <lauxlib.h>

typedef struct {
    ngx_shm_zone_t *counter;
} capi_conf_t;

typedef struct {
    ngx_event_t event;
    ngx_http_lua_co_ctx_t *task;
} sleep_t;

static ngx_int_t preconfigure(ngx_conf_t *cf);
static ngx_int_t postconfigure(ngx_conf_t *cf);
static void *create_conf(ngx_conf_t *cf);
static char *set_counter(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

static capi_conf_t *running;
static ngx_uint_t state_known;

static ngx_command_t commands[] = {
    {ngx_string("capi_counter"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_counter,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
    ngx_null_command,
};

static ngx_http_module_t context = {
    preconfigure, postconfigure, create_conf, NULL, NULL, NULL, NULL, NULL,
};

ngx_module_t ngx_http_capi_module = {
    NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE, NULL, NULL,
    NULL,          NULL,     NULL,     NULL,            NULL, NGX_MODULE_V1_PADDING,
};

/* What nginx looks for in a dynamic module. */
ngx_module_t *ngx_modules[] = {&ngx_http_capi_module, NULL};
char *ngx_module_names[] = {"ngx_http_capi_module", NULL};
char *ngx_module_order[] = {NULL};


static ngx_int_t init_counter(ngx_shm_zone_t *zone, void *old) {
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (old != NULL) { /* a reload: data is the old one's, which says it is the same memory */
        return NGX_OK;
    }
    pool->data = ngx_slab_calloc(pool, sizeof(ngx_atomic_t));
    return pool->data == NULL ? NGX_ERROR : NGX_OK;
}

static char *set_counter(ngx_conf_t *cf, ngx_command_t *cmd, void *data) {
    capi_conf_t *conf = data;
    ngx_str_t *value = cf->args->elts;
    ngx_str_t name = ngx_string("capi");

    conf->counter = ngx_http_lua_shared_memory_add(cf, &name, (size_t) ngx_parse_size(&value[1]),
                                                   &ngx_http_capi_module);
    if (conf->counter == NULL) {
        return NGX_CONF_ERROR;
    }
    if (conf->counter->data != NULL) {
        return "is duplicate";
    }
    conf->counter->init = init_counter;
    conf->counter->data = conf;
    return NGX_CONF_OK;
}

static void *create_conf(ngx_conf_t *cf) {
    running = ngx_pcalloc(cf->pool, sizeof(capi_conf_t));
    return running;
}


static int count(lua_State *L) {
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *) running->counter->shm.addr;

    lua_pushnumber(L, (lua_Number) ngx_atomic_fetch_add((ngx_atomic_t *) pool->data, 1) + 1);
    return 1;
}

static int uri(lua_State *L) {
    ngx_http_request_t *r = ngx_http_lua_get_request(L);

    if (r == NULL) {
        lua_pushnil(L);
    } else {
        lua_pushlstring(L, (char *) r->uri.data, r->uri.len);
    }
    return 1;
}

static int buffers_http10(lua_State *L) {
    lua_pushinteger(L, ngx_http_lua_get_lua_http10_buffering(ngx_http_lua_get_request(L)));
    return 1;
}

static int had_state(lua_State *L) {
    lua_pushboolean(L, state_known);
    return 1;
}

/* get(dict, key): what the shared dictionary holds */
static int get(lua_State *L) {
    size_t name_len, key_len;
    u_char *name = (u_char *) luaL_checklstring(L, 1, &name_len);
    u_char *key = (u_char *) luaL_checklstring(L, 2, &key_len);
    ngx_shm_zone_t *zone = ngx_http_lua_find_zone(name, name_len);
    u_char buffer[16];
    ngx_http_lua_value_t value;
    ngx_int_t rc;

    if (zone == NULL) {
        return luaL_error(L, "no such dictionary");
    }
    value.value.s.data = buffer;
    value.value.s.len = sizeof(buffer);
    rc = ngx_http_lua_shared_dict_get(zone, key, key_len, &value);
    lua_pushinteger(L, rc);
    if (rc != NGX_OK) {
        return 1;
    }
    switch (value.type) {
    case LUA_TSTRING:
        lua_pushlstring(L, (char *) value.value.s.data, value.value.s.len);
        break;
    case LUA_TNUMBER:
        lua_pushnumber(L, value.value.n);
        break;
    default:
        lua_pushboolean(L, value.value.b);
    }
    return 2;
}


static void wake(ngx_event_t *ev) {
    sleep_t *sleep = ev->data;
    lua_State *L = ngx_http_lua_get_co_ctx_vm(sleep->task);

    lua_pushliteral(L, "slept");
    lua_pushboolean(L, ngx_http_lua_get_co_ctx_data(sleep->task) == sleep);
    (void) ngx_http_lua_co_ctx_resume_helper(sleep->task, 2);
}

static void cancel(void *data) {
    sleep_t *sleep = ngx_http_lua_get_co_ctx_data(data);

    ngx_log_error(NGX_LOG_NOTICE, sleep->event.log, 0, "capi: cancelled");
    ngx_del_timer(&sleep->event);
}

/* sleep(ms): waits */
static int sleep_ms(lua_State *L) {
    ngx_http_request_t *r = ngx_http_lua_get_request(L);
    ngx_http_lua_co_ctx_t *task = r == NULL ? NULL : ngx_http_lua_get_cur_co_ctx(r);
    ngx_msec_t msec = (ngx_msec_t) luaL_checkinteger(L, 1);
    sleep_t *sleep;

    if (task == NULL) {
        return luaL_error(L, "cannot wait here");
    }
    sleep = ngx_pcalloc(r->pool, sizeof(sleep_t));
    sleep->task = task;
    sleep->event.handler = wake;
    sleep->event.data = sleep;
    sleep->event.log = r->connection->log;
    ngx_add_timer(&sleep->event, msec);
    ngx_http_lua_set_cur_co_ctx(r, task);
    ngx_http_lua_set_co_ctx_cleanup(task, cancel, sleep);
    return lua_yield(L, 0);
}

static int open_package(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"count", count},         {"uri", uri},       {"buffers_http10", buffers_http10},
        {"had_state", had_state}, {"get", get},       {"sleep", sleep_ms},
        {NULL, NULL},
    };

    lua_newtable(L);
    luaL_register(L, NULL, functions);
    return 1;
}

static ngx_int_t preconfigure(ngx_conf_t *cf) {
    return ngx_http_lua_add_package_preload(cf, "capi", open_package);
}

/* After ngx_lua's: the Lua state exists unless it waits for shared memory. */
static ngx_int_t postconfigure(ngx_conf_t *cf) {
    state_known = ngx_http_lua_get_global_state(cf) != NULL;
    return ngx_http_lua_add_package_preload(cf, "capi.late", open_package);
}
