/*
 * NDK: what other nginx modules, in C or C++, build on. This header is the whole interface; it is
 * plain C. A module that includes it is configured after this one (statically: a later
 * --add-module; dynamically: load_module ndk_http_module.so first).
 *
 * Two things are offered:
 *
 * - Directives that compute a variable ("set_md5 $digest $arg_x"). The module supplies a filter
 *   function; NDK compiles the arguments and appends a step to the rewrite module's code, so that
 *   these directives run in order with set, if and rewrite.
 * - Upstream lists, which the directive upstream_list defines.
 *
 * Everything lives in the configuration's pool.
 */
#ifndef NDK_H
#define NDK_H

#ifdef __cplusplus
extern "C" {
#endif

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#define ndk_version 3004
#define NDK_VERSION "0.3.4"

/* Other modules may ask for a part with "have=NDK_SET_VAR . auto/have"; all parts are always there.
 */
#ifndef NDK
#define NDK 1
#endif
#ifndef NDK_SET_VAR
#define NDK_SET_VAR 1
#endif
#ifndef NDK_UPSTREAM_LIST
#define NDK_UPSTREAM_LIST 1
#endif

#define NDK_API __attribute__((visibility("default")))

extern NDK_API ngx_module_t ndk_http_module;

typedef struct {
    ngx_array_t* upstreams; /* of ndk_upstream_list_t; NULL without an upstream_list */
} ndk_http_main_conf_t;

#define ndk_http_conf_get_main_conf(cf)                                                            \
    ((ndk_http_main_conf_t*)ngx_http_conf_get_module_main_conf(cf, ndk_http_module))
#define ndk_http_get_main_conf(r)                                                                  \
    ((ndk_http_main_conf_t*)ngx_http_get_module_main_conf(r, ndk_http_module))

/* Directives that compute a variable */

/*
 * A filter function stores its result in *val and returns
 *   NGX_OK        the variable becomes *val;
 *   NGX_DECLINED  the variable becomes "not found";
 *   NGX_ERROR     the request ends with status 500.
 * The result must live as long as the request. v: the argument, or the first of filter->size
 * arguments; they are always valid and found. data: filter->data.
 */
typedef ngx_int_t (*ndk_set_var_pt)(ngx_http_request_t* r, ngx_str_t* val);
typedef ngx_int_t (*ndk_set_var_data_pt)(ngx_http_request_t* r, ngx_str_t* val, void* data);
typedef ngx_int_t (*ndk_set_var_value_pt)(ngx_http_request_t* r, ngx_str_t* val,
                                          ngx_http_variable_value_t* v);
typedef ngx_int_t (*ndk_set_var_value_data_pt)(ngx_http_request_t* r, ngx_str_t* val,
                                               ngx_http_variable_value_t* v, void* data);

/* Writes exactly filter->size bytes at p, computed from the argument. */
typedef void (*ndk_set_var_hash_pt)(u_char* p, char* data, size_t len);

enum {
    NDK_SET_VAR_BASIC = 0,        /* ndk_set_var_pt */
    NDK_SET_VAR_DATA,             /* ndk_set_var_data_pt */
    NDK_SET_VAR_VALUE,            /* ndk_set_var_value_pt */
    NDK_SET_VAR_VALUE_DATA,       /* ndk_set_var_value_data_pt */
    NDK_SET_VAR_MULTI_VALUE,      /* ndk_set_var_value_pt */
    NDK_SET_VAR_MULTI_VALUE_DATA, /* ndk_set_var_value_data_pt */
    NDK_SET_VAR_HASH              /* ndk_set_var_hash_pt */
};

typedef struct {
    ngx_uint_t type;
    void* func;
    size_t size; /* MULTI_VALUE*: number of arguments; HASH: bytes of the result */
    void* data;
} ndk_set_var_t;

/*
 * Directive handlers whose cmd->post is the ndk_set_var_t. The first argument names the variable,
 * with its "$". ndk_set_var_value filters the second argument, or the variable itself if there is
 * no second one; ndk_set_var_multi_value filters all arguments from the second on.
 */
NDK_API char* ndk_set_var(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
NDK_API char* ndk_set_var_value(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);
NDK_API char* ndk_set_var_multi_value(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

/*
 * The same for a module's own directive handlers, which return what these return. name has its "$";
 * value is the first of the arguments, consecutive ngx_str_t (MULTI_VALUE*: filter->size of them).
 * *filter is copied.
 */
NDK_API char* ndk_set_var_core(ngx_conf_t* cf, ngx_str_t* name, ndk_set_var_t* filter);
NDK_API char* ndk_set_var_value_core(ngx_conf_t* cf, ngx_str_t* name, ngx_str_t* value,
                                     ndk_set_var_t* filter);
NDK_API char* ndk_set_var_multi_value_core(ngx_conf_t* cf, ngx_str_t* name, ngx_str_t* value,
                                           ndk_set_var_t* filter);

/* The rewrite module's side, for modules that add code of their own */

/* The layout of ngx_http_rewrite_module's location configuration, which it keeps to itself. */
typedef struct {
    ngx_array_t* codes; /* uintptr_t */
    ngx_uint_t stack_size;
    ngx_flag_t log;
    ngx_flag_t uninitialized_variable_warn;
} ndk_http_rewrite_loc_conf_t;

/* Where e->ip is set to stop the script. */
extern NDK_API uintptr_t ndk_http_script_exit_code;
#define ndk_http_script_exit ((u_char*)&ndk_http_script_exit_code)

/* Appends code that pushes the value (text with variables and captures) on the script's stack. */
NDK_API char* ndk_http_rewrite_value(ngx_conf_t* cf, ndk_http_rewrite_loc_conf_t* lcf,
                                     ngx_str_t* value);

/* The getter of a variable that no step has set yet; data is the variable's index. */
NDK_API ngx_int_t ndk_http_rewrite_var(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                                       uintptr_t data);

/* Upstream lists */

typedef struct {
    ngx_str_t** elts; /* an upstream of weight n stands here n times */
    ngx_uint_t nelts;
    ngx_str_t name;
} ndk_upstream_list_t;

/* The list of that name, letter case aside; NULL if there is none. */
NDK_API ndk_upstream_list_t* ndk_get_upstream_list(ndk_http_main_conf_t* mcf, u_char* name,
                                                   size_t len);

#ifdef __cplusplus
}
#endif

#endif
