// The module: two directives that NDK runs in the rewrite phase, and a handler that runs before
// them there and reads the request's body.
//
// A request that posts a form has a Context from then on. What the directives find in the body is
// part of its buffers, or of the copy that Context::body is when there are several buffers.
#include "ngx/module.hpp"
#include "form_input.hpp"
#include "ngx/array_value.hpp"
#include "ngx/conf.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <ndk.h>

extern "C" {
extern ngx_module_t ngx_http_form_input_module;
}

namespace form_input {

namespace {

using ngx::view;
using Value = ngx_http_variable_value_t;

struct Context {
    bool is_read;    // the body is there
    bool is_waiting; // the phase waits for it
    bool is_joined;
    std::string_view body; // once is_joined
};

Context* find_context(ngx_http_request_t* r) {
    return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_form_input_module));
}

// The whole body as one string; false if it is not in memory (logged), or memory is short.
bool join_body(ngx_http_request_t* r, Context& ctx) {
    if (ctx.is_joined) {
        return true;
    }

    ngx_chain_t* bufs = r->request_body == nullptr ? nullptr : r->request_body->bufs;
    size_t size = 0;
    for (const ngx_chain_t* cl = bufs; cl != nullptr; cl = cl->next) {
        if (cl->buf->in_file) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "form-input: in-file buffer found. aborted. consider increasing your "
                          "client_body_buffer_size setting");
            return false;
        }
        size += static_cast<size_t>(cl->buf->last - cl->buf->pos);
    }

    if (bufs != nullptr && bufs->next == nullptr) {
        ctx.body = ngx::view(bufs->buf->pos, bufs->buf->last);
    } else if (size > 0) {
        auto* copy = static_cast<u_char*>(ngx_pnalloc(r->pool, size));
        if (copy == nullptr) {
            return false;
        }
        u_char* p = copy;
        for (const ngx_chain_t* cl = bufs; cl != nullptr; cl = cl->next) {
            p = ngx_cpymem(p, cl->buf->pos, static_cast<size_t>(cl->buf->last - cl->buf->pos));
        }
        ctx.body = ngx::view(copy, p);
    }

    ctx.is_joined = true;
    return true;
}

// An empty value that is not null: patterns are matched against it.
ngx_int_t set_empty(ngx_str_t* res) {
    *res = ngx_string("");
    return NGX_OK;
}

// The body of a form, if this request has posted one.
std::optional<std::string_view> form(ngx_http_request_t* r) {
    Context* ctx = find_context(r);
    if (ctx == nullptr || !ctx->is_read || !join_body(r, *ctx)) {
        return std::nullopt;
    }
    return ctx->body;
}

ngx_int_t first_value(ngx_http_request_t* r, ngx_str_t* res, Value* name) {
    const std::optional<std::string_view> body = form(r);
    size_t at = 0;
    const auto value = body ? next_value(*body, view(*name), at) : std::nullopt;
    if (!value) {
        return set_empty(res);
    }
    *res = ngx::str(*value);
    return NGX_OK;
}

ngx_int_t all_values(ngx_http_request_t* r, ngx_str_t* res, Value* name) {
    const std::optional<std::string_view> body = form(r);
    if (!body) {
        return set_empty(res);
    }

    ngx_array_t* array = ngx_array_create(r->pool, 1, sizeof(ngx_str_t));
    if (array == nullptr) {
        return NGX_ERROR;
    }

    size_t at = 0;
    while (const auto value = next_value(*body, view(*name), at)) {
        if (!ngx::append(*array, ngx::str(*value))) {
            return NGX_ERROR;
        }
    }
    ngx::set_array(*res, array);
    return NGX_OK;
}

using Function = ngx_int_t(ngx_http_request_t* r, ngx_str_t* res, Value* name);

// $variable [name]
template <Function Find>
char* set_field(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    static_cast<ngx::Usage*>(conf)->is_used = true;

    const std::span<ngx_str_t> args = ngx::arguments(cf);
    ngx_str_t name = args.size() > 2 ? args[2] : args[1];
    if (args.size() == 2 && name.len > 0) {
        name = {name.len - 1, name.data + 1}; // the variable's, without its "$"
    }

    ndk_set_var_t filter{NDK_SET_VAR_MULTI_VALUE, reinterpret_cast<void*>(Find), 1, nullptr};
    return ndk_set_var_multi_value_core(cf, &args[1], &name, &filter);
}

constexpr ngx_uint_t kWhere =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_TAKE12;

ngx_command_t directives[] = {
    ngx::custom<set_field<first_value>>("set_form_input", kWhere, NGX_HTTP_MAIN_CONF_OFFSET),
    ngx::custom<set_field<all_values>>("set_form_input_multi", kWhere, NGX_HTTP_MAIN_CONF_OFFSET),
    ngx::end_of_commands,
};

bool posts_form(const ngx_http_request_t* r) {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    if ((r->method & (NGX_HTTP_POST | NGX_HTTP_PUT)) == 0 ||
        r->headers_in.content_type == nullptr) {
        return false;
    }
    const std::string_view type = ngx::view(r->headers_in.content_type->value);
    return ngx::equal_nocase(type.substr(0, kForm.size()), kForm);
}

void on_body(ngx_http_request_t* r) noexcept {
    r->main->count--;

    Context* ctx = find_context(r);
    ctx->is_read = true;
    if (ctx->is_waiting) {
        ctx->is_waiting = false;
        r->write_event_handler = ngx_http_core_run_phases;
        ngx_http_core_run_phases(r);
    }
}

ngx_int_t rewrite_handler(ngx_http_request_t* r) noexcept {
    Context* ctx = find_context(r);
    if (ctx != nullptr) {
        return ctx->is_read ? NGX_DECLINED : NGX_DONE;
    }
    if (!posts_form(r)) {
        return NGX_DECLINED;
    }

    ctx = ngx::make<Context>(r->pool);
    if (ctx == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_form_input_module);

    const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
    if (rc == NGX_ERROR || rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }
    if (ctx->is_read) {
        return NGX_DECLINED;
    }
    ctx->is_waiting = true;
    return NGX_DONE;
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    return ngx::usage<ngx_http_form_input_module>(cf).is_used
               ? ngx::add_phase_handler(cf, NGX_HTTP_REWRITE_PHASE, rewrite_handler)
               : NGX_OK;
}

ngx_http_module_t context = {
    .postconfiguration = postconfiguration,
    .create_main_conf = ngx::create_usage,
};

} // namespace

} // namespace form_input

extern "C" {
ngx_module_t ngx_http_form_input_module =
    ngx::http_module(form_input::context, form_input::directives);
}
