// postgres_rewrite: statuses that depend on the result.
#include "ngx/module.hpp"
#include "postgres.hpp"

namespace postgres {

namespace {

struct ConditionName {
    std::string_view name;
    Condition condition;
};

constexpr ConditionName kConditions[] = {
    {"no_changes", Condition::no_changes},
    {"changes", Condition::changes},
    {"no_rows", Condition::no_rows},
    {"rows", Condition::rows},
};

bool holds(Condition condition, const Context& ctx) {
    switch (condition) {
    case Condition::no_changes:
        return ctx.affected == 0;
    case Condition::changes:
        return ctx.affected > 0;
    case Condition::no_rows:
        return ctx.rows == 0;
    default:
        return ctx.rows > 0;
    }
}

// The location's entry for that condition, made if it has none; null when memory is short.
Rewrite* entry(ngx_conf_t* cf, LocConf& conf, Condition condition) {
    if (conf.rewrites == NGX_CONF_UNSET_PTR) {
        conf.rewrites = ngx_array_create(cf->pool, 4, sizeof(Rewrite));
        if (conf.rewrites == nullptr) {
            return nullptr;
        }
    }
    for (Rewrite& rewrite : list<Rewrite>(conf.rewrites)) {
        if (rewrite.condition == condition) {
            return &rewrite;
        }
    }
    auto* rewrite = static_cast<Rewrite*>(ngx_array_push(conf.rewrites));
    if (rewrite != nullptr) {
        *rewrite = {.condition = condition};
    }
    return rewrite;
}

// [=]status; a status of 0, and a line in the log, if it is none.
MethodStatus parse_status(ngx_conf_t* cf, const ngx_str_t& text, const ngx_str_t& condition) {
    const bool keeps_body = ngx::view(text).starts_with('=');
    const std::string_view digits = ngx::view(text).substr(keeps_body ? 1 : 0);
    const ngx_int_t status = ngx_atoi(ngx::bytes(digits.data()), digits.size());

    const bool is_known = (status >= 200 && status < 300) || (status >= 400 && status <= 507);
    if (!is_known) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "postgres: invalid status value \"%V\" for condition \"%V\" in "
                           "\"postgres_rewrite\" directive",
                           &text, &condition);
        return {};
    }
    return {0, static_cast<ngx_uint_t>(status), keeps_body};
}

} // namespace

// postgres_rewrite [METHOD ...] condition [=]status
char* add_rewrite(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    const ngx_str_t& name = args[args.size() - 2];

    const auto known = std::ranges::find(kConditions, ngx::view(name), &ConditionName::name);
    if (known == std::end(kConditions)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "postgres: invalid condition \"%V\" in \"postgres_rewrite\" directive",
                           &name);
        return ngx::conf_failed();
    }

    Rewrite* rewrite = entry(cf, *static_cast<LocConf*>(data), known->condition);
    if (rewrite == nullptr) {
        return ngx::conf_failed();
    }
    if (args.size() == 3) {
        if (rewrite->any.status != 0) {
            return ngx::conf_message("is duplicate");
        }
        rewrite->any = parse_status(cf, args[2], name);
        return rewrite->any.status == 0 ? ngx::conf_failed() : NGX_CONF_OK;
    }

    const ngx_uint_t methods = ngx::client::parse_methods(
        cf, args.subspan(1, args.size() - 3), rewrite->methods,
        "postgres: invalid method \"%V\" for condition \"%V\" in \"postgres_rewrite\" directive",
        "postgres: method \"%V\" for condition \"%V\" is duplicate in \"postgres_rewrite\" "
        "directive",
        &name);
    MethodStatus status = methods == 0 ? MethodStatus{} : parse_status(cf, args.back(), name);
    if (status.status == 0) {
        return ngx::conf_failed();
    }
    status.methods = methods;
    rewrite->methods |= methods;

    if (rewrite->by_method == nullptr) {
        rewrite->by_method = ngx_array_create(cf->pool, 4, sizeof(MethodStatus));
    }
    auto* slot = rewrite->by_method == nullptr
                     ? nullptr
                     : static_cast<MethodStatus*>(ngx_array_push(rewrite->by_method));
    if (slot == nullptr) {
        return ngx::conf_failed();
    }
    *slot = status;
    return NGX_CONF_OK;
}

const MethodStatus* find_status(ngx_http_request_t* r, const Context& ctx) {
    for (const Rewrite& rewrite : list<Rewrite>(loc_conf(r).rewrites)) {
        if (!holds(rewrite.condition, ctx)) {
            continue;
        }
        for (const MethodStatus& status : list<MethodStatus>(rewrite.by_method)) {
            if ((status.methods & r->method) != 0) {
                return &status;
            }
        }
        if (rewrite.any.status != 0) {
            return &rewrite.any;
        }
    }
    return nullptr;
}

} // namespace postgres
