// body_filter_by_lua*.
#include "lua_http/body_filter.hpp"

#include "lua_http/http_host.hpp"
#include "lua_http/phases.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

ngx_http_output_body_filter_pt next_filter;

ngx_buf_tag_t tag() {
    return reinterpret_cast<ngx_buf_tag_t>(&next_filter);
}

void consume(ngx_chain_t* chain) {
    for (; chain != nullptr; chain = chain->next) {
        chain->buf->pos = chain->buf->last;
        chain->buf->file_pos = chain->buf->file_last;
    }
}

bool has_eof(const ngx_http_request_t& r, const ngx_chain_t* chain) {
    for (; chain != nullptr; chain = chain->next) {
        if (chain->buf->last_buf || (&r != r.main && chain->buf->last_in_chain)) {
            return true;
        }
    }
    return false;
}

// Earlier output of ours is still on its way: tries to send it. True if nothing is left, or if what
// is left only waits for more to go out with (nginx gathers up to postpone_output bytes).
bool drain(ngx_http_request_t* r, BodyFilter& filter, ngx_int_t& rc) {
    if (filter.busy == nullptr) {
        return true;
    }
    rc = next_filter(r, nullptr);
    ngx_chain_t* none = nullptr;
    ngx_chain_update_chains(r->pool, &filter.free, &filter.busy, &none, tag());
    return filter.busy == nullptr || !r->connection->buffered;
}

// What the handler returns ends the response: ngx.ERROR or a number from 300 on.
bool aborts(lua_State* L) {
    if (lua_type(L, -1) != LUA_TNUMBER) {
        return false;
    }
    lua_Integer code = lua_tointeger(L, -1);
    return code == NGX_ERROR || code >= NGX_HTTP_SPECIAL_RESPONSE;
}

ngx_int_t run(HttpHost& host, Handler& handler, ngx_chain_t* in) {
    ngx_http_request_t* r = &host.request;
    lua_State* L = host.vm().state();
    StackGuard guard{L};
    BodyFilter& filter = host.body_filter;

    filter.chain = in;
    filter.replaced = false;
    filter.eof = has_eof(*r, in);
    if (!call_handler(host, Phase::body_filter, handler, 0, 1) || aborts(L)) {
        return NGX_ERROR;
    }
    if (!filter.replaced) {
        return next_filter(r, filter.chain);
    }
    consume(in);
    if (filter.chain == nullptr) {
        return NGX_OK;
    }
    ngx_chain_t* out = filter.chain;
    filter.chain = nullptr;
    ngx_int_t rc = next_filter(r, out);
    ngx_chain_update_chains(r->pool, &filter.free, &filter.busy, &out, tag());
    return rc;
}

ngx_int_t on_body(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    Handler* handler = loc_conf(r).body_filter;
    if (handler == nullptr || r->header_only) {
        return next_filter(r, in);
    }
    HttpHost* host = HttpHost::get(r);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    BodyFilter& filter = host->body_filter;
    NGX_LUA_DEBUG(r->connection->log, "lua body filter for user lua code, uri \"%V\"", &r->uri);

    ngx_int_t rc = NGX_OK;
    if (!drain(r, filter, rc)) {
        NGX_LUA_DEBUG(r->connection->log, "waiting body filter busy buffer to be sent");
        if (in != nullptr && ngx_chain_add_copy(r->pool, &filter.waiting, in) != NGX_OK) {
            return NGX_ERROR;
        }
        return rc == NGX_ERROR ? NGX_ERROR : NGX_AGAIN;
    }
    if (filter.waiting != nullptr) {
        if (in != nullptr && ngx_chain_add_copy(r->pool, &filter.waiting, in) != NGX_OK) {
            return NGX_ERROR;
        }
        in = filter.waiting;
        filter.waiting = nullptr;
    }
    if (in == nullptr) {
        return next_filter(r, in);
    }
    if (filter.ended) {
        consume(in);
        return NGX_OK;
    }
    return run(*host, *handler, in);
}

size_t total_size(const ngx_chain_t* chain, size_t& pieces) {
    size_t size = 0;
    for (pieces = 0; chain != nullptr; chain = chain->next) {
        if (ngx_buf_in_memory(chain->buf) && chain->buf->last > chain->buf->pos) {
            size += static_cast<size_t>(chain->buf->last - chain->buf->pos);
            pieces++;
        }
    }
    return size;
}

} // namespace

void install_body_filter() noexcept {
    next_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = on_body;
}

// --- what the Lua half reads of ngx.arg ---

NGX_LUA_FFI int ngx_http_lua_ffi_get_body_filter_param_eof(ngx_http_request_t*) noexcept {
    return running_host().body_filter.eof ? 1 : 0;
}

// 0: one piece in *data, *len; -2: several, *len bytes in all, to be copied by the next function.
NGX_LUA_FFI int ngx_http_lua_ffi_get_body_filter_param_body(ngx_http_request_t*, u_char** data,
                                                            size_t* len) noexcept {
    const ngx_chain_t* chain = running_host().body_filter.chain;
    size_t pieces = 0;
    *len = total_size(chain, pieces);
    if (pieces > 1) {
        return NGX_AGAIN;
    }
    *data = nullptr;
    for (; chain != nullptr; chain = chain->next) {
        if (ngx_buf_in_memory(chain->buf) && chain->buf->last > chain->buf->pos) {
            *data = chain->buf->pos;
        }
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_copy_body_filter_param_body(ngx_http_request_t*,
                                                             u_char* data) noexcept {
    for (const ngx_chain_t* chain = running_host().body_filter.chain; chain != nullptr;
         chain = chain->next) {
        if (ngx_buf_in_memory(chain->buf)) {
            data = ngx_cpymem(data, chain->buf->pos,
                              static_cast<size_t>(chain->buf->last - chain->buf->pos));
        }
    }
    return NGX_OK;
}

// --- what it writes ---

namespace {

struct Flags {
    bool flush = false;
    bool last_buf = false;
    bool last_in_chain = false;
};

Flags flags_of(const ngx_chain_t* chain) {
    Flags flags;
    for (; chain != nullptr; chain = chain->next) {
        flags.flush |= chain->buf->flush != 0;
        flags.last_buf |= chain->buf->last_buf != 0;
        flags.last_in_chain |= chain->buf->last_in_chain != 0;
    }
    return flags;
}

// Pushes the strings and numbers of a nested array table, in order, as one string; raises for
// anything else.
void push_joined(lua_State* L, int table) {
    luaL_checkstack(L, 4, "table nested too deeply");
    auto n = static_cast<int>(lua_objlen(L, table));
    lua_pushliteral(L, "");
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, table, i);
        int type = lua_type(L, -1);
        if (type == LUA_TTABLE) {
            push_joined(L, lua_gettop(L));
            lua_remove(L, -2);
        } else if (type != LUA_TSTRING && type != LUA_TNUMBER) {
            luaL_error(L, "bad argument #3 to '?' (bad data type %s found)", luaL_typename(L, -1));
        }
        if (i % 64 == 0 || i == n) {
            lua_concat(L, i % 64 == 0 ? 65 : n % 64 + 1);
        }
        luaL_checkstack(L, 4, "table nested too deeply");
    }
}

ngx_chain_t* make_chain(BodyFilter& filter, ngx_pool_t* pool, std::string_view data,
                        const Flags& flags) {
    ngx_chain_t* link = ngx_chain_get_free_buf(pool, &filter.free);
    if (link == nullptr) {
        return nullptr;
    }
    ngx_buf_t* buf = link->buf;
    ngx_memzero(buf, sizeof(*buf));
    buf->tag = tag();
    if (data.empty()) {
        buf->sync = 1;
    } else {
        auto* p = static_cast<u_char*>(ngx_palloc(pool, data.size()));
        if (p == nullptr) {
            return nullptr;
        }
        ngx_memcpy(p, data.data(), data.size());
        buf->start = buf->pos = p;
        buf->end = buf->last = p + data.size();
        buf->temporary = 1;
    }
    buf->flush = flags.flush ? 1 : 0;
    buf->last_buf = flags.last_buf ? 1 : 0;
    buf->last_in_chain = flags.last_in_chain ? 1 : 0;
    return link;
}

} // namespace

void set_filter_data(lua_State* L, int value) {
    HttpHost& host = running_host();
    BodyFilter& filter = host.body_filter;
    std::string_view data;

    switch (lua_type(L, value)) {
    case LUA_TNIL:
        break;
    case LUA_TSTRING:
    case LUA_TNUMBER:
        data = to_view(L, value);
        break;
    case LUA_TTABLE:
        push_joined(L, value);
        data = to_view(L, -1);
        break;
    default:
        luaL_error(L, "bad chunk data type: %s", luaL_typename(L, value));
    }

    Flags flags = flags_of(filter.chain);
    filter.replaced = true;
    if (data.empty() && !flags.flush && !flags.last_buf && !flags.last_in_chain) {
        filter.chain = nullptr;
        return;
    }
    filter.chain = make_chain(filter, host.pool(), data, flags);
    if (filter.chain == nullptr) {
        luaL_error(L, "no memory");
    }
}

void set_filter_eof(lua_State* L, bool eof) {
    HttpHost& host = running_host();
    ngx_http_request_t& r = host.request;
    BodyFilter& filter = host.body_filter;
    filter.eof = eof;

    if (!eof) {
        for (ngx_chain_t* link = filter.chain; link != nullptr; link = link->next) {
            ngx_buf_t* buf = link->buf;
            buf->last_buf = 0;
            buf->last_in_chain = 0;
            if (ngx_buf_size(buf) == 0 && !ngx_buf_special(buf)) {
                buf->sync = 1;
            }
        }
        return;
    }

    filter.ended = true;
    if (filter.chain == nullptr) {
        filter.chain = make_chain(filter, host.pool(), {}, {});
        if (filter.chain == nullptr) {
            luaL_error(L, "no memory");
        }
        filter.replaced = true;
    }
    ngx_chain_t* link = filter.chain;
    while (link->next != nullptr) {
        link = link->next;
    }
    link->buf->last_buf = &r == r.main ? 1 : 0;
    link->buf->last_in_chain = 1;
    if (ngx_buf_size(link->buf) == 0) {
        link->buf->sync = link->buf->last_buf ? 0 : 1;
    }
}

int set_arg(lua_State* L) { // ngx.arg, index, value
    const Host* host = current().host;
    if (host == nullptr) {
        return luaL_error(L, "no request object found");
    }
    if (host->phase != Phase::body_filter) {
        return luaL_error(L, "%s", refusal(host->phase));
    }
    int index = luaL_checkint(L, 2);
    if (index == 1) {
        set_filter_data(L, 3);
    } else if (index == 2) {
        set_filter_eof(L, lua_toboolean(L, 3) != 0);
    } else {
        return luaL_error(L, "bad index: %d", index);
    }
    return 0;
}

} // namespace lua::http
