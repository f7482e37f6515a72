/*
 * The C interface of ngx_http_lua_module for other nginx modules: packages that
 * C code adds, shared memory that exists before init_by_lua* runs, values of
 * shared dictionaries, and coroutines that wait for an event of the module.
 *
 * An addon that uses it names ngx_http_lua_module before itself in the build
 * (--add-module of ngx_lua comes first), and finds this header in the include
 * path then.
 */

#ifndef NGX_HTTP_LUA_API_H
#define NGX_HTTP_LUA_API_H

#ifdef __cplusplus
extern "C" {
#endif

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <lua.h>

#define ngx_http_lua_version                10029

/* ngx_http_lua_set_co_ctx_cleanup() and its companions exist. */
#define NGX_HTTP_LUA_EXPORT_CO_CTX_CLEANUP  1


/* A Lua coroutine that a request's handler runs. */
typedef struct ngx_http_lua_co_ctx_s  ngx_http_lua_co_ctx_t;

typedef struct {
    uint8_t      type;    /* LUA_TNIL, LUA_TBOOLEAN, LUA_TNUMBER, LUA_TSTRING */

    union {
        int          b;
        lua_Number   n;
        ngx_str_t    s;   /* the caller's buffer; s.len is its size, then the value's */
    } value;
} ngx_http_lua_value_t;


/* While nginx reads its configuration */

/* The Lua state that all requests share; NULL before it was made, which is when
 * the configuration was read and the shared memory exists. */
lua_State *ngx_http_lua_get_global_state(ngx_conf_t *cf);

/* `require "package"` calls func, in each Lua state of this configuration. */
ngx_int_t ngx_http_lua_add_package_preload(ngx_conf_t *cf, const char *package,
    lua_CFunction func);

/* As ngx_shared_memory_add(), for a zone that Lua code of init_by_lua* uses
 * already: that runs after the zone's init handler. The caller sets init and
 * data of the result, which stands for the zone: its init is called with it. */
ngx_shm_zone_t *ngx_http_lua_shared_memory_add(ngx_conf_t *cf, ngx_str_t *name,
    size_t size, void *tag);


/* At any time */

/* The lua_shared_dict of that name, or NULL. */
ngx_shm_zone_t *ngx_http_lua_find_zone(u_char *name_data, size_t name_len);

/* NGX_OK; NGX_DECLINED: no such key; NGX_ERROR: a list, or a string that is too
 * large for the buffer. */
ngx_int_t ngx_http_lua_shared_dict_get(ngx_shm_zone_t *zone, u_char *key_data,
    size_t key_len, ngx_http_lua_value_t *value);


/* For a request */

/* The request that the running Lua code serves; NULL in timers and other
 * handlers without one. */
ngx_http_request_t *ngx_http_lua_get_request(lua_State *L);

ngx_int_t ngx_http_lua_get_lua_http10_buffering(ngx_http_request_t *r);


/*
 * Waiting. A lua_CFunction (or what the FFI calls before Lua code yields) that
 * starts something asynchronous gets the running coroutine, sets a cleanup
 * handler and yields. When the event comes, it pushes results on the
 * coroutine's stack and calls ngx_http_lua_co_ctx_resume_helper(). The cleanup
 * handler is called with the coroutine if it is killed before that; it must not
 * touch the Lua stack.
 */

/* The running coroutine; NULL where Lua code cannot wait. */
ngx_http_lua_co_ctx_t *ngx_http_lua_get_cur_co_ctx(ngx_http_request_t *r);

/* Only for symmetry: the running coroutine is known. */
void ngx_http_lua_set_cur_co_ctx(ngx_http_request_t *r,
    ngx_http_lua_co_ctx_t *coctx);

lua_State *ngx_http_lua_get_co_ctx_vm(ngx_http_lua_co_ctx_t *coctx);

/* What was given to ngx_http_lua_set_co_ctx_cleanup(). */
void *ngx_http_lua_get_co_ctx_data(ngx_http_lua_co_ctx_t *coctx);

/* The running coroutine is about to wait: it must yield next. */
void ngx_http_lua_set_co_ctx_cleanup(ngx_http_lua_co_ctx_t *coctx,
    ngx_http_cleanup_pt cleanup, void *data);

/* Calls the cleanup handler, once. */
void ngx_http_lua_cleanup_co_ctx_pending_operation(
    ngx_http_lua_co_ctx_t *coctx);

/* The coroutine goes on, with the nrets values on top of its stack as results of
 * the yield. It runs from the event loop, not before this returns. NGX_OK, or
 * NGX_ERROR if the coroutine does not wait. */
ngx_int_t ngx_http_lua_co_ctx_resume_helper(ngx_http_lua_co_ctx_t *coctx,
    int nrets);


#ifdef __cplusplus
}
#endif

#endif /* NGX_HTTP_LUA_API_H */
