// The temporary file of a body that Lua code builds.
#include "lua_http/request_body.hpp"

#include "ngx/http.hpp"

namespace lua::http {

void prepare_body(ngx_http_request_t* r) noexcept {
    r->request_body_in_single_buf = 1;
    r->request_body_in_persistent_file = 1;
    r->request_body_in_clean_file = 1;
    if (r->request_body_in_file_only) {
        r->request_body_file_log_level = 0;
    }
}

bool write_body(ngx_http_request_t* r, ngx_buf_t& buf) noexcept {
    ngx_http_request_body_t* body = r->request_body;
    ngx_chain_t link = {&buf, nullptr};

    if (body->temp_file == nullptr) {
        auto* core = static_cast<ngx_http_core_loc_conf_t*>(
            ngx_http_get_module_loc_conf(r, ngx_http_core_module));
        auto* temp = static_cast<ngx_temp_file_t*>(ngx_pcalloc(r->pool, sizeof(ngx_temp_file_t)));
        if (temp == nullptr) {
            return false;
        }
        temp->file.fd = NGX_INVALID_FILE;
        temp->file.log = r->connection->log;
        temp->path = core->client_body_temp_path;
        temp->pool = r->pool;
        temp->warn = const_cast<char*>("a client request body is buffered to a temporary file");
        temp->log_level = NGX_LOG_WARN;
        temp->persistent = 1;
        temp->clean = 1;
        body->temp_file = temp;
    }
    ssize_t n = ngx_write_chain_to_temp_file(body->temp_file, &link);
    if (n == NGX_ERROR) {
        return false;
    }
    body->temp_file->offset += n;
    return true;
}

void drop_temp_file(ngx_http_request_t* r) noexcept {
    ngx_temp_file_t* temp = r->request_body->temp_file;
    if (temp == nullptr) {
        return;
    }
    r->request_body->temp_file = nullptr;
    if (ngx_pool_cleanup_t* cleanup = find_file_cleanup(r->pool, temp->file.fd)) {
        cleanup->handler(cleanup->data);
        cleanup->handler = nullptr;
    }
}

ngx_pool_cleanup_t* find_file_cleanup(ngx_pool_t* pool, ngx_fd_t fd) noexcept {
    for (ngx_pool_cleanup_t* cleanup = pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
        bool is_file =
            cleanup->handler == ngx_pool_cleanup_file || cleanup->handler == ngx_pool_delete_file;
        if (is_file && static_cast<ngx_pool_cleanup_file_t*>(cleanup->data)->fd == fd) {
            return cleanup;
        }
    }
    return nullptr;
}

bool spill_body(ngx_http_request_t* r) noexcept {
    ngx_buf_t* buf = r->request_body->buf;
    if (!write_body(r, *buf)) {
        return false;
    }
    buf->pos = buf->last = buf->start;
    return true;
}

} // namespace lua::http
