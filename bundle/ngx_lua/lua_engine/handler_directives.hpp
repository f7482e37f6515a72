// Setters of the *_by_lua directives: `X_by_lua "code"`, `X_by_lua_block { code }` and
// `X_by_lua_file path`. A directive's row names the conf member that receives the Handler and, as
// its `post`, the Family.
#pragma once

#include "lua_engine/handler.hpp"
#include "ngx/conf.hpp"

namespace lua {

struct Family {
    const char* tag; // "content_by_lua": chunk names and cache keys start with it
    // Noted when the family occurs: its phase handler or filter is needed.
    void (*on_set)(ngx_conf_t* cf) = nullptr;
    // Makes the value of Handler::path if the path has variables, else leaves it null; false when
    // that fails. Null where the file's path may contain none.
    bool (*compile_path)(ngx_conf_t* cf, ngx_str_t& path, void*& value) = nullptr;
    // Chunk names tell the place in the configuration: "content_by_lua(nginx.conf:12)".
    bool located = true;
    // So do the keys of the code cache; else equal code in two places is compiled once.
    bool key_located = false;
};

enum class Form : uint8_t { string, block, file };

// Parses one directive into *slot. Returns NGX_CONF_OK or an error as nginx wants it.
char* set_handler(ngx_conf_t* cf, const Family& family, Form form, Handler** slot) noexcept;

// The handler of args[index], for directives with arguments of their own (set_by_lua). Returns null
// after having logged why.
Handler* parse_handler(ngx_conf_t* cf, const Family& family, Form form, ngx_uint_t index) noexcept;

// Family::compile_path of a binding: Value is its complex value, count tells how many variables a
// text has.
template <typename Value, typename Compile, auto count, auto compile>
bool compile_path_with(ngx_conf_t* cf, ngx_str_t& path, void*& value) noexcept {
    if (count(&path) == 0) {
        return true;
    }
    value = ngx_pcalloc(cf->pool, sizeof(Value));
    Compile request = {};
    request.cf = cf;
    request.value = &path;
    request.complex_value = static_cast<Value*>(value);
    return value != nullptr && compile(&request) == NGX_OK;
}

// Conf is what nginx passes as the directive's configuration; Member may belong to a base of it.
template <typename Conf, auto Member, Form form>
char* set_handler_member(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return set_handler(cf, *static_cast<const Family*>(cmd->post), form,
                       &(static_cast<Conf*>(conf)->*Member));
}

template <auto Member, typename Conf = typename ngx::detail::MemberOf<Member>::Owner>
ngx_command_t string_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {ngx::str(name),
            where | NGX_CONF_TAKE1,
            set_handler_member<Conf, Member, Form::string>,
            level,
            0,
            &family};
}

template <auto Member, typename Conf = typename ngx::detail::MemberOf<Member>::Owner>
ngx_command_t block_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {ngx::str(name),
            where | NGX_CONF_BLOCK | NGX_CONF_NOARGS,
            set_handler_member<Conf, Member, Form::block>,
            level,
            0,
            &family};
}

template <auto Member, typename Conf = typename ngx::detail::MemberOf<Member>::Owner>
ngx_command_t file_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {ngx::str(name),
            where | NGX_CONF_TAKE1,
            set_handler_member<Conf, Member, Form::file>,
            level,
            0,
            &family};
}

} // namespace lua
