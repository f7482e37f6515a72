// The module: directives and $array_it.
#include "array_var.hpp"

#include "ngx/conf.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "ngx/variables.hpp"

#include <optional>

namespace array_var {

namespace {

constexpr ngx_uint_t kWhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_SIF_CONF |
                              NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF | NGX_CONF_2MORE;
constexpr std::string_view kTo = "to=";

using Function = ngx_int_t(ngx_http_request_t* r, ngx_str_t* res, Value* v);

bool is_target(const ngx_str_t& arg) {
    return ngx::view(arg).starts_with(kTo);
}

// The variable that takes the result: that of to=$variable, which is args[at] if it is given at
// all, else the array argument. Nothing, and a line in the log, if other arguments are there.
std::optional<ngx_str_t> find_target(ngx_conf_t* cf, std::span<ngx_str_t> args, size_t at) {
    if (args.size() > at + 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: unexpected argument \"%V\"", &args[0],
                           &args[at + 1]);
        return std::nullopt;
    }
    if (args.size() <= at) {
        return args[2];
    }
    if (!is_target(args[at])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%V: expecting the \"to\" option at the %s argument: \"%V\"", &args[0],
                           at == 3 ? "3rd" : "4th", &args[at]);
        return std::nullopt;
    }
    return ngx::str(ngx::view(args[at]).substr(kTo.size()));
}

char* compile(ngx_conf_t* cf, ngx_str_t target, ngx_str_t* values, Function* function,
              size_t inputs) {
    ndk_set_var_t filter{NDK_SET_VAR_MULTI_VALUE, reinterpret_cast<void*>(function), inputs,
                         nullptr};
    return ndk_set_var_multi_value_core(cf, &target, values, &filter);
}

// array_split SEPARATOR SUBJECT [MAX] [to=$array]
char* set_split(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    const bool has_max = args.size() > 3 && !is_target(args[3]);

    const std::optional<ngx_str_t> target = find_target(cf, args, has_max ? 4 : 3);
    if (!target) {
        return ngx::conf_failed();
    }

    ngx_str_t values[] = {args[1], args[2], has_max ? args[3] : ngx::str("0")};
    return compile(cf, *target, values, split, std::size(values));
}

// array_join SEPARATOR $array [to=$string]
char* set_join(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    const std::optional<ngx_str_t> target = find_target(cf, args, 3);
    return target ? compile(cf, *target, &args[1], join, 2) : ngx::conf_failed();
}

// array_map_op DIRECTIVE $array [to=$array]
char* set_map_op(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    const std::optional<ngx_str_t> target = find_target(cf, args, 3);
    return target ? compile(cf, *target, &args[1], args.size() > 3 ? map_op_copy : map_op, 2)
                  : ngx::conf_failed();
}

// array_map TEMPLATE $array [to=$array]
char* set_map(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    std::optional<ngx_str_t> target = find_target(cf, args, 3);
    auto* steps = ngx::make<Map>(cf->pool);
    if (!target || steps == nullptr || !ngx::compile(cf, args[1], steps->item)) {
        return ngx::conf_failed();
    }

    steps->copies = args.size() > 3;
    ndk_set_var_t filter{NDK_SET_VAR_VALUE_DATA, reinterpret_cast<void*>(map), 1, steps};
    return ndk_set_var_value_core(cf, &*target, &args[2], &filter);
}

ngx_command_t directives[] = {
    ngx::custom<set_split>("array_split", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_join>("array_join", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_map>("array_map", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_map_op>("array_map_op", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

ngx_int_t get_item(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_array_var_module));
    return ngx::set_value(v, ctx == nullptr ? std::string_view{} : ngx::view(ctx->item));
}

constexpr ngx::Variable kVariables[] = {{"array_it", get_item, NGX_HTTP_VAR_NOCACHEABLE}};

ngx_int_t preconfiguration(ngx_conf_t* cf) noexcept {
    return ngx::add_variables(cf, kVariables);
}

ngx_http_module_t context = {.preconfiguration = preconfiguration};

} // namespace

} // namespace array_var

extern "C" {
ngx_module_t ngx_http_array_var_module =
    ngx::http_module(array_var::context, array_var::directives);
}
