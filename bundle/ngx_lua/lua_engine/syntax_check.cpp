#include "lua_engine/syntax_check.hpp"

namespace lua {

void check_syntax(ngx_conf_t* cf, const Chunk& chunk) noexcept {
    if (!ngx_test_config) {
        return;
    }
    lua_State* L = luaL_newstate();
    if (L == nullptr) {
        return;
    }
    bool file = chunk.kind == Chunk::Kind::file;
    int rc =
        file ? luaL_loadfile(L, reinterpret_cast<const char*>(chunk.source.data))
             : luaL_loadbuffer(L, reinterpret_cast<const char*>(chunk.source.data),
                               chunk.source.len, reinterpret_cast<const char*>(chunk.name.data));
    if (rc != 0) {
        std::string_view reason = to_view(L, -1);
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "Lua code does not load: %*s", reason.size(),
                           reason.data());
    }
    lua_close(L);
}

} // namespace lua
