#include "lua_engine/handler_directives.hpp"

#include "lua_engine/block_lexer.hpp"
#include "lua_engine/chunk_name.hpp"
#include "lua_engine/syntax_check.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <string>

namespace lua {
namespace {

bool no_code(ngx_conf_t* cf) {
    ngx_conf_log_error(NGX_LOG_ERR, cf, 0, "invalid location config: no runnable Lua code");
    return false;
}

bool set_inline(ngx_conf_t* cf, const Family& family, ngx_str_t source, ngx_uint_t line,
                Chunk& chunk) {
    chunk.kind = Chunk::Kind::inline_source;
    chunk.source = source;
    chunk.name = family.located ? chunk_name(cf, family.tag, line)
                                : ngx::copy(cf->pool, std::string("=") + family.tag);
    if (chunk.name.data == nullptr) {
        return false;
    }
    chunk.key = inline_cache_key(cf->pool,
                                 family.key_located ? std::string(ngx::view(chunk.name))
                                                    : std::string(family.tag) + '_',
                                 ngx::view(source));
    return chunk.name.data != nullptr && chunk.key.data != nullptr;
}

bool set_file(ngx_conf_t* cf, const Family& family, ngx_str_t path, Handler& handler) {
    Chunk& chunk = handler.chunk;
    chunk.kind = Chunk::Kind::file;
    chunk.key = file_cache_key(cf->pool, ngx::view(path));
    chunk.source = ngx::copy(cf->pool, ngx::view(path));
    if (chunk.key.data == nullptr || chunk.source.data == nullptr) {
        return false;
    }

    if (family.compile_path != nullptr) {
        if (!family.compile_path(cf, chunk.source, handler.path)) {
            return false;
        }
        if (handler.path != nullptr) {
            return true;
        }
    }
    return ngx_get_full_name(cf->pool, &cf->cycle->prefix, &chunk.source) == NGX_OK;
}

} // namespace

Handler* parse_handler(ngx_conf_t* cf, const Family& family, Form form, ngx_uint_t index) noexcept {
    auto* handler = ngx::make<Handler>(cf->pool);
    if (handler == nullptr) {
        return nullptr;
    }
    auto* args = static_cast<ngx_str_t*>(cf->args->elts);
    bool ok = false;

    switch (form) {
    case Form::block: {
        ngx_str_t source = {};
        ngx_uint_t line = 0;
        ok = read_block(cf, &source, &line) == NGX_CONF_OK &&
             set_inline(cf, family, source, line, handler->chunk);
        break;
    }
    case Form::string:
        ok = args[index].len == 0
                 ? no_code(cf)
                 : set_inline(cf, family, args[index], cf->conf_file->line, handler->chunk);
        break;
    case Form::file:
        ok = args[index].len == 0 ? no_code(cf) : set_file(cf, family, args[index], *handler);
        break;
    }
    if (!ok) {
        return nullptr;
    }
    if (handler->path == nullptr) {
        check_syntax(cf, handler->chunk);
    }
    return handler;
}

char* set_handler(ngx_conf_t* cf, const Family& family, Form form, Handler** slot) noexcept {
    if (*slot != nullptr) {
        return const_cast<char*>("is duplicate");
    }
    *slot = parse_handler(cf, family, form, 1);
    if (*slot == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (family.on_set != nullptr) {
        family.on_set(cf);
    }
    return NGX_CONF_OK;
}

} // namespace lua
