// Setters of the *_by_lua directives: `X_by_lua "code"`, `X_by_lua_block { code }` and
// `X_by_lua_file path`. A directive's row names the conf member that receives the Handler and, as
// its `post`, the Family.
#pragma once

#include "lua_http/conf.hpp"

namespace lua::http {

struct Family {
    const char* tag;               // "content_by_lua": chunk names and cache keys start with it
    bool MainConf::*used;          // set when the family occurs; null: nothing to note
    bool variables_in_path = true; // the file's path may contain variables
    void (*on_set)(ngx_conf_t* cf) = nullptr;
};

enum class Form : uint8_t { string, block, file };

// Parses one directive into *slot. Returns NGX_CONF_OK or an error as nginx wants it.
char* set_handler(ngx_conf_t* cf, const Family& family, Form form, Handler** slot) noexcept;

// The handler of args[index], for directives with arguments of their own (set_by_lua). Returns null
// after having logged why.
Handler* parse_handler(ngx_conf_t* cf, const Family& family, Form form, ngx_uint_t index) noexcept;

template <auto Member, Form form>
char* set_handler_member(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    using Owner = typename ngx::detail::MemberOf<Member>::Owner;
    return set_handler(cf, *static_cast<const Family*>(cmd->post), form,
                       &(static_cast<Owner*>(conf)->*Member));
}

template <auto Member>
ngx_command_t string_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {
        ngx::str(name), where | NGX_CONF_TAKE1, set_handler_member<Member, Form::string>, level, 0,
        &family};
}

template <auto Member>
ngx_command_t block_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {ngx::str(name),
            where | NGX_CONF_BLOCK | NGX_CONF_NOARGS,
            set_handler_member<Member, Form::block>,
            level,
            0,
            &family};
}

template <auto Member>
ngx_command_t file_form(const char* name, ngx_uint_t where, ngx_uint_t level, Family& family) {
    return {
        ngx::str(name), where | NGX_CONF_TAKE1, set_handler_member<Member, Form::file>, level, 0,
        &family};
}

} // namespace lua::http
