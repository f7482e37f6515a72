#include "filter.hpp"

#include "ngx/chain.hpp"
#include "output.hpp"

namespace echo {

namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "echo header filter, uri \"%V?%V\"",
                   &r->uri, &r->args);

    const LocConf& conf = loc_conf(r);
    if (conf.before_body == nullptr && conf.after_body == nullptr) {
        return next_header_filter(r);
    }

    if (context(r) == nullptr) {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    return next_header_filter(r);
}

// Makes the output of a list of commands, in *out; it may be empty. False when that fails.
bool render(ngx_http_request_t* r, std::span<const Command> list, ngx_chain_t*& out) {
    ngx_chain_t** last = &out;

    for (const Command& command : list) {
        Args args;
        std::string_view line;
        if (!evaluate(r, command, args) || !format_line(r->pool, args, line)) {
            return false;
        }
        if (line.empty()) {
            continue;
        }
        *last = ngx::text_link(r->pool, line);
        if (*last == nullptr) {
            return false;
        }
        last = &(*last)->next;
    }

    *last = nullptr;
    return true;
}

// Appends the output of `list` behind the body's last buffer, which hands on its marks.
bool append(ngx_http_request_t* r, std::span<const Command> list, ngx_chain_t* last) {
    ngx_chain_t* after;
    if (!render(r, list, after)) {
        return false;
    }
    if (after == nullptr) {
        return true;
    }

    ngx::append_to_body(last, after);
    return true;
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "echo body filter, uri \"%V?%V\"",
                   &r->uri, &r->args);

    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    if (in == nullptr || r->header_only || ctx == nullptr) {
        return next_body_filter(r, in);
    }

    const LocConf& conf = loc_conf(r);

    if (!ctx->before_body_sent && conf.before_body != nullptr) {
        ctx->before_body_sent = true;

        ngx_chain_t* before;
        if (!render(r, commands(conf.before_body), before)) {
            return NGX_ERROR;
        }
        if (before != nullptr) {
            const ngx_int_t rc = next_body_filter(r, before);
            if (rc == NGX_ERROR || rc > NGX_OK) {
                return rc;
            }
        }
    }

    ngx_chain_t* last = ctx->after_body_sent ? nullptr : ngx::find_last(in);
    if (last != nullptr && conf.after_body != nullptr) {
        ctx->after_body_sent = true;
        if (!append(r, commands(conf.after_body), last)) {
            return NGX_ERROR;
        }
    }

    return next_body_filter(r, in);
}

} // namespace

void install_filter() {
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;

    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body_filter;
}

} // namespace echo
