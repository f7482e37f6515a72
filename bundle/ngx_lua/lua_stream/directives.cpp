// The table of the stream binding's directives.
#include "lua_engine/handler_directives.hpp"
#include "lua_process/service_directives.hpp"
#include "lua_stream/conf.hpp"
#include "lua_stream/phases.hpp"

namespace lua::stream {
namespace {

constexpr ngx_uint_t kMain = NGX_STREAM_MAIN_CONF;
constexpr ngx_uint_t kServer = NGX_STREAM_SRV_CONF;
constexpr ngx_uint_t kAnywhere = kMain | kServer;

constexpr ngx_uint_t main_level = NGX_STREAM_MAIN_CONF_OFFSET;
constexpr ngx_uint_t srv_level = NGX_STREAM_SRV_CONF_OFFSET;

void note_preread(ngx_conf_t* cf) {
    static_cast<MainConf*>(ngx_stream_conf_get_module_main_conf(cf, ngx_stream_lua_module))
        ->uses_preread = true;
}

constexpr auto compile_path =
    compile_path_with<ngx_stream_complex_value_t, ngx_stream_compile_complex_value_t,
                      ngx_stream_script_variables_count, ngx_stream_compile_complex_value>;

constinit Family preread_family{"preread_by_lua", note_preread, compile_path, true, true};
constinit Family content_family{"content_by_lua", install_content_handler, compile_path, true,
                                true};
constinit Family client_hello_family{"ssl_client_hello_by_lua", nullptr, nullptr, false, true};
constinit Family certificate_family{"ssl_certificate_by_lua", nullptr, nullptr, false, true};
constinit Family balancer_family{"balancer_by_lua", install_balancer, nullptr, false, true};
constinit Family log_family{"log_by_lua", nullptr, compile_path, true, true};

char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return process::set_code_cache(cf, cmd, static_cast<ServConf*>(conf)->code_cache, "stream ");
}

// lua_add_variable: a variable that Lua code sets.
char* add_variable(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    ngx_str_t name = static_cast<ngx_str_t*>(cf->args->elts)[1];
    if (name.len < 2 || name.data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid variable name \"%V\"", &name);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    name.data++;
    name.len--;

    ngx_stream_variable_t* variable =
        ngx_stream_add_variable(cf, &name, NGX_STREAM_VAR_CHANGEABLE | NGX_STREAM_VAR_WEAK);
    if (variable == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (variable->get_handler == nullptr) {
        variable->get_handler = [](ngx_stream_session_t*, ngx_stream_variable_value_t* value,
                                   uintptr_t) noexcept -> ngx_int_t {
            value->not_found = 1;
            return NGX_OK;
        };
        if (ngx_stream_get_variable_index(cf, &name) == NGX_ERROR) {
            return static_cast<char*>(NGX_CONF_ERROR);
        }
    }
    return NGX_CONF_OK;
}

char* set_load_resty_core(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "lua_load_resty_core is deprecated (the lua-resty-core library is required "
                       "since ngx_stream_lua v0.0.8)");
    return NGX_CONF_OK;
}

template <Form form>
char* set_balancer(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return set_handler(cf, balancer_family, form, &static_cast<ServConf*>(conf)->balancing.handler);
}

// X_by_lua_block and X_by_lua_file.
struct Names {
    const char* block;
    const char* file;
};

template <auto Member>
auto both_forms(Names names, ngx_uint_t where, Family& family) {
    return std::array{block_form<Member>(names.block, where, srv_level, family),
                      file_form<Member>(names.file, where, srv_level, family)};
}

auto handler_rows() {
    return ngx::joined(
#if (NGX_STREAM_SSL)
        both_forms<&ServConf::ssl_client_hello>(
            Names{"ssl_client_hello_by_lua_block", "ssl_client_hello_by_lua_file"}, kAnywhere,
            client_hello_family),
        both_forms<&ServConf::ssl_certificate>(
            Names{"ssl_certificate_by_lua_block", "ssl_certificate_by_lua_file"}, kAnywhere,
            certificate_family),
#endif
        both_forms<&ServConf::preread>(Names{"preread_by_lua_block", "preread_by_lua_file"},
                                       kAnywhere, preread_family),
        both_forms<&ServConf::content>(Names{"content_by_lua_block", "content_by_lua_file"},
                                       kServer, content_family),
        both_forms<&ServConf::log>(Names{"log_by_lua_block", "log_by_lua_file"}, kAnywhere,
                                   log_family));
}

auto own_rows() {
    return std::array{
        ngx::custom<set_load_resty_core>("lua_load_resty_core", kMain | NGX_CONF_FLAG, main_level),
        ngx::custom<set_code_cache>("lua_code_cache", kAnywhere | NGX_CONF_FLAG, srv_level),
        ngx::custom<add_variable>("lua_add_variable", kMain | NGX_CONF_TAKE1, main_level),
        ngx::flag<&ServConf::check_client_abort>("lua_check_client_abort", kAnywhere, srv_level),
        ngx::flag<&MainConf::preread_no_postpone>("preread_by_lua_no_postpone", kMain, main_level),
        string_form<&ServConf::content>("content_by_lua", kServer, srv_level, content_family),
        ngx::custom<set_balancer<Form::block>>(
            "balancer_by_lua_block", NGX_STREAM_UPS_CONF | NGX_CONF_BLOCK | NGX_CONF_NOARGS,
            srv_level),
        ngx::custom<set_balancer<Form::file>>("balancer_by_lua_file",
                                              NGX_STREAM_UPS_CONF | NGX_CONF_TAKE1, srv_level),
    };
}

} // namespace

ngx_command_t* commands() noexcept {
    static auto all =
        ngx::table(process::service_rows<MainConf, false>(kMain, main_level), handler_rows(),
                   own_rows(), net::socket_rows<ServConf>(kAnywhere, srv_level)
#if (NGX_STREAM_SSL)
                                   ,
                   net::tls_rows<ServConf>(kAnywhere, srv_level)
#endif
        );
    return all.data();
}

} // namespace lua::stream
