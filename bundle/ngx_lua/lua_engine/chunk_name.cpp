#include "lua_engine/chunk_name.hpp"

#include "lua_engine/chunk_label.hpp"
#include "ngx/str.hpp"

#include <string>

extern "C" {
#include <ngx_md5.h>
}

namespace lua {

namespace {

std::string md5_hex(std::string_view text) {
    u_char digest[16];
    ngx_md5_t md5;
    ngx_md5_init(&md5);
    ngx_md5_update(&md5, text.data(), text.size());
    ngx_md5_final(digest, &md5);

    std::string hex(2 * sizeof(digest), '\0');
    ngx_hex_dump(ngx::bytes(hex.data()), digest, sizeof(digest));
    return hex;
}

} // namespace

ngx_str_t chunk_name(ngx_conf_t* cf, std::string_view tag, ngx_uint_t line) noexcept {
    const std::string label = chunk_label(tag, ngx::view(cf->conf_file->file.name),
                                          ngx::view(cf->cycle->conf_prefix), line);
    return ngx::copy(cf->pool, "=" + label);
}

ngx_str_t inline_cache_key(ngx_pool_t* pool, std::string_view prefix,
                           std::string_view source) noexcept {
    return ngx::copy(pool, std::string(prefix) + "nhli_" + md5_hex(source));
}

ngx_str_t file_cache_key(ngx_pool_t* pool, std::string_view path) noexcept {
    return ngx::copy(pool, "nhlf_" + md5_hex(path));
}

} // namespace lua
