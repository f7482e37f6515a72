/*
 * Faults on demand, to prove that the sanitizer build reports them: in a
 * location, `fault none|overflow|leak|undefined;` answers 200 with "done" after
 * doing that. Only util/check-asan builds this module.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

typedef void (*fault_pt)(size_t size);

typedef struct {
    fault_pt fault;
} faults_conf_t;

/* What the compiler cannot see through. */
static volatile size_t sink;

static void none(size_t size) { sink = size; }

static void overflow(size_t size) {
    volatile char *block = malloc(size);

    block[size] = 'x';
    free((char *) block);
}

static void leak(size_t size) {
    for (size_t i = 0; i < 16; i++) {
        volatile char *block = malloc(size);

        block[0] = 'x';
    }
}

static void undefined(size_t size) {
    int number = NGX_MAX_INT32_VALUE;

    number += (int) size;
    sink = (size_t) number;
}

static ngx_int_t handler(ngx_http_request_t *r);

static char *set_fault(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
    static const struct {
        const char *name;
        fault_pt fault;
    } faults[] = {{"none", none}, {"overflow", overflow}, {"leak", leak}, {"undefined", undefined}};

    faults_conf_t *faults_conf = conf;
    ngx_str_t *args = cf->args->elts;
    ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (ngx_strcmp(args[1].data, faults[i].name) == 0) {
            faults_conf->fault = faults[i].fault;
            core->handler = handler;
            return NGX_CONF_OK;
        }
    }
    return "has an unknown value";
}

static void *create_conf(ngx_conf_t *cf) { return ngx_pcalloc(cf->pool, sizeof(faults_conf_t)); }

static ngx_command_t commands[] = {
    {ngx_string("fault"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, set_fault, NGX_HTTP_LOC_CONF_OFFSET,
     0, NULL},
    ngx_null_command};

static ngx_http_module_t context = {NULL, NULL, NULL, NULL, NULL, NULL, create_conf, NULL};

ngx_module_t ngx_http_faults_module = {
    NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE,       NULL, NULL, NULL,
    NULL,          NULL,     NULL,     NULL, NGX_MODULE_V1_PADDING};

static ngx_int_t handler(ngx_http_request_t *r) {
    faults_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_faults_module);
    ngx_str_t type = ngx_string("text/plain");
    ngx_http_complex_value_t body;

    conf->fault(100);
    ngx_memzero(&body, sizeof(body));
    ngx_str_set(&body.value, "done\n");
    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &body);
}
