// ngx.req: reading, dropping and replacing the request body.
#include "lua_engine/wait.hpp"
#include "lua_http/http_host.hpp"
#include "lua_http/request_body.hpp"
#include "lua_http/request_headers.hpp"
#include "ngx/export.hpp"
#include "ngx/pool.hpp"

#include <new>

namespace lua::http {
namespace {

constexpr const char* kNotRead = "request body not read yet";
constexpr const char* kDiscarded = "request body already discarded asynchronously";
constexpr const char* kNoMemory = "no memory";
constexpr const char* kLengthFailed = "failed to reset the Content-Length input header";

bool allowed(const char** err) {
    if (kRequestPhases.has(current().host->phase)) {
        return true;
    }
    *err = kRefusedHere;
    return false;
}

int fail(const char** err, const char* why) {
    *err = why;
    return NGX_ERROR;
}

// The body may be replaced: it was read, or there is one that Lua code has made.
bool replaceable(ngx_http_request_t* r, const char** err) {
    if (!allowed(err)) {
        return false;
    }
    if (r->discard_body) {
        *err = kDiscarded;
        return false;
    }
    if (r->request_body == nullptr) {
        *err = kNotRead;
        return false;
    }
    return true;
}

// The reading task waits for nginx to have the whole body.
class BodyWait final : public Wait {
public:
    explicit BodyWait(HttpHost& host) noexcept : host_(host) {}

    static void on_body(ngx_http_request_t* r) noexcept;

    bool started = false; // nginx reads asynchronously

private:
    void cancel() noexcept override { host_.body.wait = nullptr; }

    HttpHost& host_;
};

void BodyWait::on_body(ngx_http_request_t* r) noexcept {
    HttpHost* host = HttpHost::of(r);
    if (host == nullptr || host->body.wait == nullptr) {
        return;
    }
    auto* wait = static_cast<BodyWait*>(host->body.wait);
    host->body.wait = nullptr;
    if (wait->started) {
        wait->complete(0);
    } else {
        r->main->count--; // nginx has counted the reading
    }
}

// What is in memory, as pieces to visit. File-backed parts are skipped.
template <typename Visit>
void for_each_piece(const ngx_http_request_t* r, Visit visit) {
    if (r->request_body == nullptr) {
        return;
    }
    for (const ngx_chain_t* link = r->request_body->bufs; link != nullptr; link = link->next) {
        if (ngx_buf_in_memory(link->buf) && link->buf->last > link->buf->pos) {
            visit(link->buf->pos, static_cast<size_t>(link->buf->last - link->buf->pos));
        }
    }
}

// The body in one piece; empty if there is none in memory.
bool collect(ngx_http_request_t* r, size_t max, ngx_str_t& body) {
    size_t size = 0;
    size_t pieces = 0;
    u_char* first = nullptr;
    for_each_piece(r, [&](u_char* data, size_t len) {
        first = pieces++ == 0 ? data : first;
        size += len;
    });
    body = {size, first};
    if (pieces > 1) {
        body.data = static_cast<u_char*>(ngx_palloc(r->pool, size));
        if (body.data == nullptr) {
            return false;
        }
        u_char* p = body.data;
        for_each_piece(r, [&p](u_char* data, size_t len) { p = ngx_cpymem(p, data, len); });
    }
    if (max > 0 && body.len > max) {
        body.len = max;
    }
    return true;
}

bool set_single_buf(ngx_http_request_t* r, ngx_buf_t* buf) {
    ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
    if (link == nullptr) {
        return false;
    }
    link->buf = buf;
    link->next = nullptr;
    r->request_body->bufs = link;
    return true;
}

ngx_int_t error_from_read(HttpHost& host, ngx_int_t rc) {
    host.run.end_by(Run::End::exit, static_cast<int>(rc));
    return NGX_AGAIN;
}

} // namespace

// 0: there; -2: the caller yields; -1 with *err.
NGX_LUA_FFI int ngx_http_lua_ffi_req_read_body(ngx_http_request_t* r, const char** err) noexcept {
    Host* running = current().host;
    if (!kOutputPhases.has(running->phase)) {
        return fail(err, refusal(running->phase));
    }
    if (current().task == nullptr) {
        return fail(err, "no co ctx found");
    }
    if (r->request_body != nullptr || r->discard_body || r != r->main) {
        return NGX_OK;
    }
    HttpHost& host = running_host();
    void* memory = ngx_palloc(r->pool, sizeof(BodyWait));
    if (memory == nullptr) {
        return fail(err, kNoMemory);
    }
    auto* wait = new (memory) BodyWait(host);
    host.body.wait = wait;
    prepare_body(r);
    ngx_int_t rc = ngx_http_read_client_request_body(r, BodyWait::on_body);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE || rc == NGX_ERROR) {
        host.body.wait = nullptr;
        return static_cast<int>(error_from_read(host, rc));
    }
    if (host.body.wait == nullptr) {
        return NGX_OK;
    }
    // If reading fails later, nginx finalises the request by itself and must find it with no more
    // references than a request that Lua code has nothing to do with.
    r->main->count--;
    wait->started = true;
    wait->begin(*current().task);
    return NGX_AGAIN;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_discard_body(ngx_http_request_t* r,
                                                  const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    if (ngx_http_discard_request_body(r) != NGX_OK) {
        return fail(err, "failed to discard request body");
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_body_data(ngx_http_request_t* r, size_t max, u_char** data,
                                                   size_t* len, const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    if (r->request_body == nullptr || r->request_body->temp_file != nullptr) {
        return NGX_DECLINED;
    }
    ngx_str_t body = {};
    if (!collect(r, max, body)) {
        return fail(err, kNoMemory);
    }
    *data = body.data;
    *len = body.len;
    return body.len == 0 ? NGX_DECLINED : NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_body_file(ngx_http_request_t* r, u_char** name,
                                                   size_t* len, const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    if (r->request_body == nullptr || r->request_body->temp_file == nullptr) {
        return NGX_DECLINED;
    }
    *name = r->request_body->temp_file->file.name.data;
    *len = r->request_body->temp_file->file.name.len;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_post_data(ngx_http_request_t* r, u_char** data,
                                                   size_t* len, const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    *len = 0;
    if (r->discard_body) {
        return NGX_OK;
    }
    if (r->request_body == nullptr) {
        return fail(err, "no request body found; maybe you should turn on lua_need_request_body?");
    }
    if (r->request_body->temp_file != nullptr) {
        *err = "request body in temp file not supported";
        return NGX_DECLINED;
    }
    ngx_str_t body = {};
    if (!collect(r, 0, body)) {
        return fail(err, kNoMemory);
    }
    *data = body.data;
    *len = body.len;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_set_body_data(ngx_http_request_t* r, const u_char* data,
                                                   size_t len, const char** err) noexcept {
    if (!replaceable(r, err)) {
        return NGX_ERROR;
    }
    ngx_http_request_body_t* body = r->request_body;
    drop_temp_file(r);
    body->bufs = nullptr;
    body->buf = nullptr;
    if (len > 0) {
        ngx_buf_t* buf = ngx_create_temp_buf(r->pool, len);
        if (buf == nullptr || !set_single_buf(r, buf)) {
            return fail(err, kNoMemory);
        }
        buf->last = ngx_cpymem(buf->last, data, len);
        body->buf = buf;
    }
    if (set_request_length(r, static_cast<off_t>(len)) != NGX_OK) {
        return fail(err, kLengthFailed);
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_set_body_file(ngx_http_request_t* r, const u_char* name,
                                                   size_t len, int auto_clean, u_char* err,
                                                   size_t* errlen) noexcept {
    const char* why = nullptr;
    auto fail_with = [&](const char* text) {
        *errlen = static_cast<size_t>(ngx_snprintf(err, *errlen, "%s", text) - err);
        return NGX_ERROR;
    };
    if (!replaceable(r, &why)) {
        return fail_with(why);
    }
    ngx_str_t path = ngx::copy(r->pool, {reinterpret_cast<const char*>(name), len});
    auto* temp = static_cast<ngx_temp_file_t*>(ngx_pcalloc(r->pool, sizeof(ngx_temp_file_t)));
    if (path.data == nullptr || temp == nullptr) {
        return fail_with(kNoMemory);
    }

    ngx_open_file_info_t info;
    ngx_memzero(&info, sizeof(info));
    info.test_dir = 1; // a missing file fails in stat()
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));
    info.read_ahead = core->read_ahead;
    info.directio = NGX_OPEN_FILE_DIRECTIO_OFF;
    info.valid = core->open_file_cache_valid;
    info.min_uses = core->open_file_cache_min_uses;
    info.events = core->open_file_cache_events;
    if (ngx_open_cached_file(nullptr, &path, &info, r->pool) != NGX_OK) {
        *errlen = static_cast<size_t>(
            ngx_snprintf(err, *errlen, "%s \"%V\" failed", info.failed, &path) - err);
        return NGX_ERROR;
    }

    drop_temp_file(r);
    ngx_http_request_body_t* body = r->request_body;
    temp->file.fd = info.fd;
    temp->file.name = path;
    temp->file.log = r->connection->log;
    body->temp_file = temp;
    body->bufs = nullptr;
    body->buf = nullptr;
    if (info.size > 0) {
        ngx_buf_t* buf = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
        if (buf == nullptr || !set_single_buf(r, buf)) {
            return fail_with(kNoMemory);
        }
        buf->in_file = 1;
        buf->file = &temp->file;
        buf->file_last = info.size;
    }
    if (auto_clean != 0) {
        if (ngx_pool_cleanup_t* cleanup = find_file_cleanup(r->pool, info.fd)) {
            cleanup->handler = ngx_pool_delete_file;
        }
    }
    if (set_request_length(r, info.size) != NGX_OK) {
        return fail_with(kLengthFailed);
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_init_body(ngx_http_request_t* r, size_t size, int has_size,
                                               const char** err) noexcept {
    if (!replaceable(r, err)) {
        return NGX_ERROR;
    }
    if (has_size == 0) {
        size = static_cast<ngx_http_core_loc_conf_t*>(
                   ngx_http_get_module_loc_conf(r, ngx_http_core_module))
                   ->client_body_buffer_size;
    }
    drop_temp_file(r);
    ngx_http_request_body_t* body = r->request_body;
    body->bufs = nullptr;
    body->buf = ngx_create_temp_buf(r->pool, size == 0 ? 1 : size);
    if (body->buf == nullptr) {
        return fail(err, kNoMemory);
    }
    if (size == 0) {
        body->buf->end = body->buf->start; // everything goes to a file
    }
    HttpHost& host = running_host();
    host.body.new_length = 0;
    host.body.being_built = true;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_append_body(ngx_http_request_t* r, const u_char* data,
                                                 size_t len, const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    HttpHost& host = running_host();
    if (!host.body.being_built || r->request_body == nullptr || r->request_body->buf == nullptr) {
        return fail(err, "request_body not initialized");
    }
    host.body.new_length += static_cast<off_t>(len);
    ngx_buf_t* buf = r->request_body->buf;
    while (len > 0) {
        auto room = static_cast<size_t>(buf->end - buf->last);
        if (room == 0 || r->request_body->temp_file != nullptr) {
            if (buf->last > buf->pos && !spill_body(r)) {
                return fail(err, "fail to write file");
            }
            room = static_cast<size_t>(buf->end - buf->last);
        }
        if (room == 0) { // no buffer at all: straight to the file
            ngx_buf_t piece = {};
            piece.start = piece.pos = const_cast<u_char*>(data);
            piece.end = piece.last = const_cast<u_char*>(data) + len;
            piece.memory = 1;
            if (!write_body(r, piece)) {
                return fail(err, "fail to write file");
            }
            return NGX_OK;
        }
        size_t n = len < room ? len : room;
        buf->last = ngx_cpymem(buf->last, data, n);
        data += n;
        len -= n;
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_finish_body(ngx_http_request_t* r, const char** err) noexcept {
    if (!allowed(err)) {
        return NGX_ERROR;
    }
    HttpHost& host = running_host();
    ngx_http_request_body_t* body = r->request_body;
    if (!host.body.being_built || body == nullptr || body->buf == nullptr) {
        return fail(err, "request_body not initialized");
    }
    host.body.being_built = false;

    if (body->temp_file != nullptr) {
        if (body->buf->last > body->buf->pos && !spill_body(r)) {
            return fail(err, "fail to write file");
        }
        ngx_buf_t* buf = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
        if (buf == nullptr || !set_single_buf(r, buf)) {
            return fail(err, kNoMemory);
        }
        buf->in_file = 1;
        buf->file = &body->temp_file->file;
        buf->file_last = body->temp_file->offset;
    } else if (body->buf->last > body->buf->pos) {
        if (!set_single_buf(r, body->buf)) {
            return fail(err, kNoMemory);
        }
    }
    if (set_request_length(r, host.body.new_length) != NGX_OK) {
        return fail(err, kLengthFailed);
    }
    return NGX_OK;
}

} // namespace lua::http
