#include "subrequest.hpp"

#include "body.hpp"
#include "output.hpp"
#include "subrequest_body.hpp"

#include <array>

namespace echo {

namespace {

struct Target {
    const char* command; // for messages
    bool is_async;
    ngx_str_t method;
    ngx_str_t uri;
    const ngx_str_t* args; // null: those in the URI
    std::string_view body;
    std::string_view file;
};

ngx_uint_t method_bit(std::string_view name) {
    struct Method {
        std::string_view name;
        ngx_uint_t bit;
    };
    static constexpr std::array<Method, 15> kMethods = {{
        {"GET", NGX_HTTP_GET},
        {"POST", NGX_HTTP_POST},
        {"HEAD", NGX_HTTP_HEAD},
        {"PUT", NGX_HTTP_PUT},
        {"DELETE", NGX_HTTP_DELETE},
        {"COPY", NGX_HTTP_COPY},
        {"MOVE", NGX_HTTP_MOVE},
        {"LOCK", NGX_HTTP_LOCK},
        {"UNLOCK", NGX_HTTP_UNLOCK},
        {"MKCOL", NGX_HTTP_MKCOL},
        {"PROPFIND", NGX_HTTP_PROPFIND},
        {"PROPPATCH", NGX_HTTP_PROPPATCH},
        {"OPTIONS", NGX_HTTP_OPTIONS},
        {"PATCH", NGX_HTTP_PATCH},
        {"TRACE", NGX_HTTP_TRACE},
    }};

    for (const Method& method : kMethods) {
        if (method.name == name) {
            return method.bit;
        }
    }
    return NGX_HTTP_UNKNOWN;
}

// Splits "?args" off and decodes the URI; false if it would leave the site.
bool split_uri(ngx_http_request_t* r, const char* command, ngx_str_t& uri, ngx_str_t& args) {
    ngx_uint_t flags = 0;
    if (ngx_http_parse_unsafe_uri(r, &uri, &args, &flags) == NGX_OK) {
        return true;
    }
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "%s sees unsafe uri: \"%V\"", command,
                   &uri);
    return false;
}

ngx_int_t start(ngx_http_request_t* r, Context& ctx, const Target& target) {
    ngx_str_t uri = target.uri;
    ngx_str_t args = ngx_null_string;
    if (uri.len == 0 || !split_uri(r, target.command, uri, args)) {
        return NGX_ERROR;
    }
    if (target.args != nullptr) {
        args = *target.args;
    }

    ngx_http_request_t* sr;
    const ngx_uint_t flags = target.is_async ? 0 : NGX_HTTP_SUBREQUEST_WAITED;
    if (ngx_http_subrequest(r, &uri, &args, &sr, nullptr, flags) != NGX_OK) {
        return NGX_ERROR;
    }

    sr->method = method_bit(ngx::view(target.method));
    sr->method_name = target.method;
    sr->header_only = sr->method == NGX_HTTP_HEAD;

    const auto* cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    sr->variables = static_cast<ngx_http_variable_value_t*>(
        ngx_pcalloc(r->pool, cmcf->variables.nelts * sizeof(ngx_http_variable_value_t)));
    if (sr->variables == nullptr) {
        return NGX_ERROR;
    }

    ngx_int_t rc = NGX_OK;
    if (!target.body.empty()) {
        rc = set_text_body(sr, target.body);
    } else if (!target.file.empty()) {
        rc = set_file_body(sr, target.file);
    }

    if (rc == NGX_OK && !target.is_async) {
        ctx.subrequest = sr;
        ctx.wait = Wait::subrequest;
    }
    return rc;
}

// Starts the subrequest, after what has to come first: the request's body and its own header.
ngx_int_t issue(ngx_http_request_t* r, Context& ctx, const Target& target) {
    ngx_int_t rc = read_body(r, ctx);
    if (rc != NGX_OK) {
        return rc;
    }
    if (ctx.wait != Wait::none) {
        ctx.next--; // the same command again when the body is there
        return NGX_OK;
    }

    if (!r->header_sent) {
        rc = send_nothing(r);
        if (rc != NGX_OK || r->header_only) {
            return rc;
        }
    }

    return start(r, ctx, target);
}

ngx_int_t issue_location(ngx_http_request_t* r, Context& ctx, const Args& args, const char* command,
                         bool is_async) {
    Target target{};
    target.command = command;
    target.is_async = is_async;
    target.method = ngx::str("GET");
    target.uri = args.values[0];
    if (args.values.size() > 1) {
        target.args = &args.values[1];
    }
    return issue(r, ctx, target);
}

ngx_int_t issue_subrequest(ngx_http_request_t* r, Context& ctx, const Args& args,
                           const char* command, bool is_async) {
    Target target{};
    target.command = command;
    target.is_async = is_async;
    target.method = args.values[0];
    target.uri = args.values[1];

    for (size_t i = 2; i < args.values.size(); i += 2) {
        ngx_str_t option = args.values[i];
        const std::string_view name = ngx::view(option);

        if (name != "-q" && name != "-b" && name != "-f") {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "unknown option for echo_subrequest*: %V", &option);
            return NGX_ERROR;
        }
        if (i + 1 == args.values.size()) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "option \"%V\" of %s has no value",
                          &option, command);
            return NGX_ERROR;
        }

        const ngx_str_t& value = args.values[i + 1];
        if (name == "-q") {
            target.args = &value;
        } else if (name == "-b") {
            target.body = ngx::view(value);
        } else {
            target.file = ngx::view(value);
        }
    }

    return issue(r, ctx, target);
}

} // namespace

ngx_int_t run_location(ngx_http_request_t* r, Context& ctx, const Args& args) {
    return issue_location(r, ctx, args, "echo_location", false);
}

ngx_int_t run_location_async(ngx_http_request_t* r, Context& ctx, const Args& args) {
    return issue_location(r, ctx, args, "echo_location_async", true);
}

ngx_int_t run_subrequest(ngx_http_request_t* r, Context& ctx, const Args& args) {
    return issue_subrequest(r, ctx, args, "echo_subrequest", false);
}

ngx_int_t run_subrequest_async(ngx_http_request_t* r, Context& ctx, const Args& args) {
    return issue_subrequest(r, ctx, args, "echo_subrequest_async", true);
}

ngx_int_t run_exec(ngx_http_request_t* r, Context&, const Args& args) {
    ngx_str_t uri = args.values[0];
    ngx_str_t query = ngx_null_string;

    if (r->header_sent) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "echo_exec comes after output");
        return NGX_ERROR;
    }
    if (uri.len == 0) {
        return NGX_HTTP_BAD_REQUEST;
    }
    if (!split_uri(r, "echo_exec", uri, query)) {
        return NGX_ERROR;
    }
    if (args.values.size() > 1) {
        query = args.values[1];
    }

    if (uri.data[0] != '@') {
        return ngx_http_internal_redirect(r, &uri, &query);
    }

    if (query.len != 0) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "querystring %V ignored when exec'ing named location %V", &query, &uri);
    }
    return ngx_http_named_location(r, &uri);
}

} // namespace echo
