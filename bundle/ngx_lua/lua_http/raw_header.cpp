// ngx.req.raw_header: the request's header as it came.
#include "ngx/raw_request.hpp"

#include "lua_http/request_line.hpp"

namespace lua::http {

ngx_str_t raw_header(ngx_http_request_t* r, bool no_request_line) noexcept {
    const ngx_str_t head = ngx::raw_request_head(r);
    if (!no_request_line || head.data == nullptr) {
        return head;
    }

    std::string_view text = ngx::view(head);
    text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    return ngx::str(text);
}

} // namespace lua::http
