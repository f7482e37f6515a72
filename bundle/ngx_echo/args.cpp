#include "echo.hpp"
#include "ngx/pool.hpp"

namespace echo {

Context* context(ngx_http_request_t* r) {
    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    if (ctx == nullptr) {
        ctx = ngx::make<Context>(r->pool);
        ngx_http_set_ctx(r, ctx, ngx_http_echo_module);
    }
    return ctx;
}

bool evaluate(ngx_http_request_t* r, const Command& command, Args& args) {
    const std::span<ngx_str_t> values =
        ngx::make_array<ngx_str_t>(r->pool, command.values.size() + 1);

    bool ok = !values.empty();
    for (size_t i = 0; ok && i < command.values.size(); i++) {
        ok = ngx_http_complex_value(r, &command.values[i], &values[i]) == NGX_OK;
    }

    if (!ok) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "Failed to evaluate arguments for the directive.");
        return false;
    }

    args = {command.options, values.first(command.values.size())};
    return true;
}

} // namespace echo
