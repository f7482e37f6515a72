// set_hashed_upstream: the upstream of a list that a key belongs to.
#include "set_misc.hpp"

namespace set_misc {

ngx_int_t hashed_upstream(ngx_http_request_t*, ngx_str_t* res, Value* key, void* upstream_list) {
    const auto* list = static_cast<ndk_upstream_list_t*>(upstream_list);
    if (list->nelts == 0) {
        return NGX_OK;
    }

    const auto hash = static_cast<uint32_t>(ngx_hash_key_lc(key->data, key->len));
    *res = *list->elts[hash % list->nelts];
    return NGX_OK;
}

ngx_int_t named_upstream(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    ndk_upstream_list_t* list =
        ndk_get_upstream_list(ndk_http_get_main_conf(r), v[0].data, v[0].len);
    if (list == nullptr) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "set_hashed_upstream: upstream list \"%v\" not defined yet", &v[0]);
        return NGX_ERROR;
    }
    return hashed_upstream(r, res, &v[1], list);
}

} // namespace set_misc
