#include "store.hpp"

#include "ngx/variables.hpp"

namespace srcache {

namespace {

bool is_storing(const Context* ctx) {
    return ctx != nullptr &&
           (ctx->store == Context::Store::collecting || ctx->store == Context::Store::flushing ||
            ctx->store == Context::Store::sent);
}

ngx_int_t get_fetch_status(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                           uintptr_t) noexcept {
    const Context* ctx = context(r);
    const Context::Fetch fetch = ctx == nullptr ? Context::Fetch::none : ctx->fetch;

    return ngx::set_value(v, fetch == Context::Fetch::hit    ? "HIT"
                             : fetch == Context::Fetch::none ? "BYPASS"
                                                             : "MISS");
}

// Filters in front of the module's own ask before it has decided.
bool will_store(ngx_http_request_t* r) {
    const Context* ctx = context(r);
    if (ctx == nullptr || ctx->store != Context::Store::undecided ||
        ctx->fetch == Context::Fetch::hit) {
        return is_storing(ctx);
    }
    Stored scratch{};
    return may_store(r, scratch);
}

ngx_int_t get_store_status(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                           uintptr_t) noexcept {
    return ngx::set_value(v, will_store(r) ? "STORE" : "BYPASS");
}

ngx_int_t get_expire(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t) noexcept {
    // The store subrequest's location may ask too.
    const Context* ctx = context(r->main);
    if (!is_storing(ctx)) {
        return ngx::set_not_found(v);
    }

    auto* text = static_cast<u_char*>(ngx_pnalloc(r->pool, NGX_TIME_T_LEN));
    return text == nullptr
               ? NGX_ERROR
               : ngx::set_value(v, ngx::view(text, ngx_sprintf(text, "%T", ctx->stored.expire)));
}

constexpr ngx::Variable kVariables[] = {
    {"srcache_fetch_status", get_fetch_status, NGX_HTTP_VAR_NOCACHEABLE},
    {"srcache_store_status", get_store_status, NGX_HTTP_VAR_NOCACHEABLE},
    {"srcache_expire", get_expire, NGX_HTTP_VAR_NOCACHEABLE},
};

} // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    return ngx::add_variables(cf, kVariables);
}

} // namespace srcache
