#include "foreach.hpp"

#include <algorithm>

namespace echo {

namespace {

ngx_int_t fail(ngx_http_request_t* r, const char* why) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "%s", why);
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

// Moves to the next item that is not empty; false if there is none.
bool next_item(Loop& loop) {
    while (!loop.rest.empty()) {
        const size_t end =
            loop.delimiter.empty() ? std::string_view::npos : loop.rest.find(loop.delimiter);
        loop.item = loop.rest.substr(0, end);
        loop.rest.remove_prefix(end == std::string_view::npos ? loop.rest.size()
                                                              : end + loop.delimiter.size());

        if (!loop.item.empty()) {
            return true;
        }
    }
    return false;
}

// The index behind the echo_end that follows, or behind the last command.
size_t behind_loop(ngx_http_request_t* r, size_t from) {
    const std::span<const Command> list = commands(loc_conf(r).handler);
    while (from < list.size() && list[from].run != run_end) {
        from++;
    }
    return std::min(from + 1, list.size());
}

} // namespace

ngx_int_t run_foreach_split(ngx_http_request_t* r, Context& ctx, const Args& args) {
    if (ctx.loop.active) {
        return fail(r, "Nested echo_foreach not supported yet.");
    }

    if (args.values.size() < 2) {
        return fail(r, "echo_foreach should take at least two arguments. (if your delimiter starts "
                       "with \"-\", preceding it with a \"--\".)");
    }

    ctx.loop = {.active = true,
                .item = {},
                .rest = ngx::view(args.values[1]),
                .delimiter = ngx::view(args.values[0]),
                .body = ctx.next};

    if (!next_item(ctx.loop)) {
        ctx.loop = {};
        ctx.next = behind_loop(r, ctx.next);
    }
    return NGX_OK;
}

ngx_int_t run_end(ngx_http_request_t* r, Context& ctx, const Args&) {
    if (!ctx.loop.active) {
        return fail(r, "Found a echo_end that has no corresponding echo_foreach before it.");
    }

    if (next_item(ctx.loop)) {
        ctx.next = ctx.loop.body;
    } else {
        ctx.loop = {};
    }
    return NGX_OK;
}

} // namespace echo
