// ngx.location.capture and capture_multi: arguments from Lua, results to Lua.
#include "lua_engine/ctx.hpp"
#include "lua_http/http_host.hpp"
#include "lua_http/subrequest.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"

#include <new>

namespace lua::http {
namespace {

using Pair = SubrequestSpec::Pair;

constexpr PhaseSet kCapturePhases{Phase::rewrite, Phase::access, Phase::content};

ngx_str_t check_copy(lua_State* L, ngx_pool_t* pool, std::string_view text) {
    ngx_str_t copy = ngx::copy(pool, text);
    if (copy.data == nullptr) {
        luaL_error(L, "no memory");
    }
    return copy;
}

// Pushes the table at `table` as a query string, by the rules of ngx.encode_args: the Lua half has
// the one implementation of them.
void push_encoded_args(lua_State* L, int table) {
    lua_getglobal(L, "ngx");
    lua_getfield(L, -1, "encode_args");
    lua_remove(L, -2);
    lua_pushvalue(L, table);
    lua_call(L, 1, 1);
}

// --- options ---

ngx_array_t* check_pairs(lua_State* L, ngx_pool_t* pool, int table) {
    ngx_array_t* pairs = ngx_array_create(pool, 4, sizeof(Pair));
    if (pairs == nullptr) {
        luaL_error(L, "no memory");
    }
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            luaL_error(L, "attempt to use a non-string key in the \"vars\" option table");
        }
        int type = lua_type(L, -1);
        if (type != LUA_TSTRING && type != LUA_TNUMBER) {
            luaL_error(L, "attempt to use bad variable value type %s", luaL_typename(L, -1));
        }
        auto* pair = static_cast<Pair*>(ngx_array_push(pairs));
        if (pair == nullptr) {
            luaL_error(L, "no memory");
        }
        pair->name = check_copy(L, pool, to_view(L, -2));
        pair->value = check_copy(L, pool, to_view(L, -1));
        lua_pop(L, 1);
    }
    return pairs;
}

void add_args(lua_State* L, ngx_pool_t* pool, SubrequestSpec& spec, std::string_view extra) {
    if (extra.empty()) {
        return;
    }
    if (spec.args.len == 0) {
        spec.args = check_copy(L, pool, extra);
        return;
    }
    lua_pushlstring(L, reinterpret_cast<char*>(spec.args.data), spec.args.len);
    lua_pushliteral(L, "&");
    push(L, extra);
    lua_concat(L, 3);
    spec.args = check_copy(L, pool, to_view(L, -1));
    lua_pop(L, 1);
}

void read_args(lua_State* L, ngx_pool_t* pool, int options, SubrequestSpec& spec) {
    lua_getfield(L, options, "args");
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        break;
    case LUA_TTABLE:
        push_encoded_args(L, lua_gettop(L));
        add_args(L, pool, spec, to_view(L, -1));
        lua_pop(L, 1);
        break;
    case LUA_TSTRING:
    case LUA_TNUMBER:
        add_args(L, pool, spec, to_view(L, -1));
        break;
    default:
        luaL_error(L, "Bad args option value");
    }
    lua_pop(L, 1);
}

ngx_array_t* read_pairs(lua_State* L, ngx_pool_t* pool, int options, const char* field) {
    ngx_array_t* pairs = nullptr;
    lua_getfield(L, options, field);
    if (lua_istable(L, -1)) {
        pairs = check_pairs(L, pool, lua_gettop(L));
    } else if (!lua_isnil(L, -1)) {
        luaL_error(L, "Bad %s option value", field);
    }
    lua_pop(L, 1);
    return pairs;
}

bool read_flag(lua_State* L, int options, const char* field) {
    lua_getfield(L, options, field);
    if (!lua_isnil(L, -1) && !lua_isboolean(L, -1)) {
        luaL_error(L, "Bad %s option value", field);
    }
    bool on = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return on;
}

void read_body(lua_State* L, ngx_pool_t* pool, int options, SubrequestSpec& spec) {
    lua_getfield(L, options, "body");
    int type = lua_type(L, -1);
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        spec.body = check_copy(L, pool, to_view(L, -1));
        spec.has_body = true;
    } else if (type != LUA_TNIL) {
        luaL_error(L, "Bad http request body");
    }
    lua_pop(L, 1);
}

void read_method(lua_State* L, int options, SubrequestSpec& spec) {
    lua_getfield(L, options, "method");
    if (!lua_isnil(L, -1)) {
        if (lua_type(L, -1) != LUA_TNUMBER) {
            luaL_error(L, "Bad http request method");
        }
        spec.method = static_cast<ngx_uint_t>(lua_tointeger(L, -1));
    }
    lua_pop(L, 1);
}

void read_ctx(lua_State* L, int options, SubrequestSpec& spec) {
    lua_getfield(L, options, "ctx");
    if (lua_istable(L, -1)) {
        spec.ctx_ref = keep_ctx_table(L, lua_gettop(L));
    } else if (!lua_isnil(L, -1)) {
        luaL_error(L, "Bad ctx option value type %s, expected a Lua table", luaL_typename(L, -1));
    }
    lua_pop(L, 1);
}

void read_options(lua_State* L, ngx_pool_t* pool, int options, SubrequestSpec& spec) {
    read_args(L, pool, options, spec);
    spec.variables = read_pairs(L, pool, options, "vars");
    spec.headers = read_pairs(L, pool, options, "headers");
    bool share = read_flag(L, options, "share_all_vars");
    bool copy = read_flag(L, options, "copy_all_vars");
    spec.share = share  ? SubrequestSpec::Variables::shared
                 : copy ? SubrequestSpec::Variables::copied
                        : SubrequestSpec::Variables::fresh;
    lua_getfield(L, options, "always_forward_body");
    spec.always_forward_body = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    read_method(L, options, spec);
    read_body(L, pool, options, spec);
    read_ctx(L, options, spec);
}

// Gives back the ctx tables that no subrequest has taken over, when the call raises.
class KeptTables {
public:
    KeptTables(Vm& vm, SubrequestSpec* specs, int n) : vm_(vm), specs_(specs), n_(n) {}
    ~KeptTables() {
        for (int i = 0; i < n_; i++) {
            if (specs_[i].ctx_ref != LUA_NOREF) {
                drop_ctx_table(vm_, specs_[i].ctx_ref);
            }
        }
    }
    KeptTables(const KeptTables&) = delete;
    KeptTables& operator=(const KeptTables&) = delete;

private:
    Vm& vm_;
    SubrequestSpec* specs_;
    int n_;
};

// Reads the query {uri, options} at `query`, the index-th (from 0) of the call.
void read_query(lua_State* L, HttpHost& host, int query, int index, SubrequestSpec& spec) {
    ngx_pool_t* pool = host.pool();
    lua_rawgeti(L, query, 1);
    size_t len = 0;
    const char* uri = luaL_checklstring(L, -1, &len);
    spec.uri = check_copy(L, pool, {uri, len});
    ngx_uint_t flags = 0;
    if (ngx_http_parse_unsafe_uri(&host.request, &spec.uri, &spec.args, &flags) != NGX_OK) {
        luaL_error(L, "unsafe uri in argument #1: %s", uri);
    }
    lua_pop(L, 1);

    if (lua_objlen(L, query) == 2) {
        lua_rawgeti(L, query, 2);
        if (!lua_istable(L, -1)) {
            luaL_error(L, "expecting table as the 2nd argument for subrequest %d, but got %s",
                       index, luaL_typename(L, -1));
        }
        read_options(L, pool, lua_gettop(L), spec);
        lua_pop(L, 1);
    }
}

void check_queries(lua_State* L, int n) {
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
        if (!lua_istable(L, -1)) {
            luaL_error(L, "the query argument %d is not a table, but a %s", i - 1,
                       luaL_typename(L, -1));
        }
        size_t parts = lua_objlen(L, -1);
        if (parts != 1 && parts != 2) {
            luaL_error(L, "query argument %d expecting one or two arguments", i - 1);
        }
        lua_pop(L, 1);
    }
}

HttpHost& check_host(lua_State* L) {
    const Current& now = current();
    if (now.host == nullptr) {
        luaL_error(L, "no request object found");
    }
    if (!kCapturePhases.has(now.host->phase)) {
        luaL_error(L, "%s", refusal(now.host->phase));
    }
    if (now.task == nullptr) {
        luaL_error(L, "no co ctx found");
    }
    return running_host();
}

// Stack: the array of queries at index 1.
int capture_all(lua_State* L, HttpHost& host, int n) {
    ngx_pool_t* pool = host.pool();
    check_queries(L, n);
    auto* specs =
        static_cast<SubrequestSpec*>(ngx_palloc(pool, sizeof(SubrequestSpec) * size_t(n)));
    auto* captures = static_cast<Capture*>(ngx_palloc(pool, sizeof(Capture) * size_t(n)));
    auto* memory = ngx_palloc(pool, sizeof(CaptureWait));
    if (specs == nullptr || captures == nullptr || memory == nullptr) {
        return luaL_error(L, "no memory");
    }
    auto* wait = new (memory) CaptureWait(host, captures, static_cast<unsigned>(n));
    for (int i = 0; i < n; i++) {
        new (&specs[i]) SubrequestSpec{};
        new (&captures[i]) Capture{};
    }
    KeptTables kept{host.vm(), specs, n};
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, 1, i + 1);
        read_query(L, host, lua_gettop(L), i, specs[i]);
        lua_pop(L, 1);
    }

    for (int i = 0; i < n; i++) {
        NGX_LUA_DEBUG(host.log(), "lua location capture, uri:\"%V\" c:%ud", &specs[i].uri,
                      host.request.main->count);
        const char* format = nullptr;
        ngx_int_t rc = start_subrequest(host, specs[i], captures[i], &format);
        if (rc != NGX_OK) {
            return luaL_error(L, format, static_cast<int>(rc));
        }
        specs[i].ctx_ref = LUA_NOREF; // the subrequest's now
    }
    for (int i = 0; i < n; i++) {
        captures[i].wait = wait;
    }
    wait->begin(*current().task);
    return lua_yield(L, 0);
}

int capture(lua_State* L) {
    int n = lua_gettop(L);
    if (n != 1 && n != 2) {
        return luaL_error(L, "expecting one or two arguments");
    }
    HttpHost& host = check_host(L);
    lua_createtable(L, 1, 0);
    lua_createtable(L, n, 0);
    for (int i = 1; i <= n; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, i);
    }
    lua_rawseti(L, -2, 1);
    lua_replace(L, 1);
    lua_settop(L, 1);
    return capture_all(L, host, 1);
}

int capture_multi(lua_State* L) {
    int n = lua_gettop(L);
    if (n != 1) {
        return luaL_error(L, "only one argument is expected, but got %d", n);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    auto count = static_cast<int>(lua_objlen(L, 1));
    if (count == 0) {
        return luaL_error(L, "at least one subrequest should be specified");
    }
    int keys = 0;
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        keys++;
        lua_pop(L, 1);
    }
    if (keys != count) {
        return luaL_error(L, "only array-like tables are allowed");
    }
    return capture_all(L, check_host(L), count);
}

// --- results ---

void push_header_value(lua_State* L, const ngx_str_t& value) {
    push(L, ngx::view(value));
}

// Adds one header of the response to the table on top; equal names make an array.
void add_header(lua_State* L, const ngx_table_elt_t& header) {
    push(L, ngx::view(header.key));
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        push_header_value(L, header.value);
        lua_rawset(L, -3);
        return;
    }
    if (lua_istable(L, -1)) {
        push_header_value(L, header.value);
        lua_rawseti(L, -2, static_cast<int>(lua_objlen(L, -2)) + 1);
        lua_pop(L, 2);
        return;
    }
    lua_createtable(L, 2, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
    push_header_value(L, header.value);
    lua_rawseti(L, -2, 2);
    lua_rawset(L, -3);
}

bool shows_last_modified(ngx_uint_t status) {
    return status == NGX_HTTP_OK || status == NGX_HTTP_NO_CONTENT ||
           status == NGX_HTTP_PARTIAL_CONTENT || status == NGX_HTTP_NOT_MODIFIED;
}

void push_headers(lua_State* L, const Capture& capture) {
    const ngx_http_headers_out_t& out = capture.request->headers_out;
    lua_createtable(L, 0, 8);

    if (out.content_type.len > 0) {
        push_header_value(L, out.content_type);
        lua_setfield(L, -2, "Content-Type");
    }
    if (out.content_length == nullptr && out.content_length_n >= 0) {
        lua_pushnumber(L, static_cast<lua_Number>(out.content_length_n));
        lua_setfield(L, -2, "Content-Length");
    }
    if (out.last_modified == nullptr && out.last_modified_time != -1 &&
        shows_last_modified(capture.status)) {
        u_char text[sizeof("Mon, 28 Sep 1970 06:00:00 GMT")];
        u_char* end = ngx_http_time(text, out.last_modified_time);
        push(L, ngx::view(text, end));
        lua_setfield(L, -2, "Last-Modified");
    }
    for (const ngx_list_part_t* part = &out.headers.part; part != nullptr; part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].hash != 0) {
                add_header(L, headers[i]);
            }
        }
    }
}

void push_body(lua_State* L, const Capture& capture) {
    if (capture.body == nullptr) {
        lua_pushliteral(L, "");
        return;
    }
    const ngx_buf_t& first = *capture.body->buf;
    if (capture.body->next == nullptr) {
        push(L, ngx::view(first.pos, first.last));
        return;
    }
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (const ngx_chain_t* link = capture.body; link != nullptr; link = link->next) {
        luaL_addlstring(&out, reinterpret_cast<char*>(link->buf->pos),
                        static_cast<size_t>(link->buf->last - link->buf->pos));
    }
    luaL_pushresult(&out);
}

} // namespace

void push_capture(lua_State* L, const Capture& capture) {
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, static_cast<lua_Integer>(capture.status));
    lua_setfield(L, -2, "status");
    lua_pushboolean(L, capture.seen_end || capture.request->header_only ? 0 : 1);
    lua_setfield(L, -2, "truncated");
    push_headers(L, capture);
    lua_setfield(L, -2, "header");
    push_body(L, capture);
    lua_setfield(L, -2, "body");
}

void install_subrequest_api(lua_State* L) {
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, capture);
    lua_setfield(L, -2, "capture");
    lua_pushcfunction(L, capture_multi);
    lua_setfield(L, -2, "capture_multi");
    lua_setfield(L, -2, "location");
}

} // namespace lua::http
