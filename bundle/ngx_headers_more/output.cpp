// Response headers: the filter, and what setting each header means for nginx.
#include "headers_more.hpp"
#include "ngx/response_headers.hpp"

#include "ngx/content_type.hpp"

#include <algorithm>

namespace headers_more {

namespace {

using HeadersOut = ngx_http_headers_out_t;

// The slot of a header. ETag goes by the name of E-Tag here, and Link is a header like any other.
// A cleared header stays listed and in its slot, with hash 0: nginx then neither sends nor makes
// it.
const ngx::ResponseSlot* find_slot(std::string_view name) {
    if (ngx::equal_nocase(name, "E-Tag")) {
        return ngx::find_response_slot("etag");
    }
    const ngx::ResponseSlot* slot = ngx::find_response_slot(name);
    bool is_listed_only =
        slot != nullptr && (slot->member == &HeadersOut::etag || slot->member == &HeadersOut::link);
    return is_listed_only ? nullptr : slot;
}

ngx_http_output_header_filter_pt next_header_filter;

bool applies(const Command& command, ngx_http_request_t* r) {
    const HeadersOut& out = r->headers_out;

    if (!command.statuses.empty() &&
        std::ranges::find(command.statuses, out.status) == command.statuses.end()) {
        return false;
    }
    return has_type(command.types, ngx::view(out.content_type).substr(0, out.content_type_len));
}

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "headers more header filter, uri \"%V\"", &r->uri);

    for (const Command& command : commands(loc_conf(r).output)) {
        if (!applies(command, r)) {
            continue;
        }
        for (const Change& change : command.changes) {
            ngx_str_t value;
            if (!evaluate(r, change, value) ||
                change_response(r, change, value, command.existing) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    return next_header_filter(r);
}

ngx_int_t set_content_length(ngx_http_request_t* r, const ngx_str_t& value) {
    ngx_http_clear_content_length(r);
    if (value.len == 0) {
        return NGX_OK;
    }

    const off_t length = ngx_atoof(value.data, value.len);
    if (length == NGX_ERROR) {
        return NGX_ERROR;
    }
    r->headers_out.content_length_n = length;
    return NGX_OK;
}

// Sets the listed headers that the change is about, and `known`: the first to the value, all others
// away. Returns the header that is left, or was cleared last; null if there is none.
ngx_table_elt_t* replace_listed(ngx_http_request_t* r, const Change& change, const ngx_str_t& value,
                                const ngx_table_elt_t* known) {
    ngx_table_elt_t* left = nullptr;

    ngx::for_each_header(r->headers_out.headers, [&](ngx_table_elt_t& header) {
        const bool is_meant = &header == known || is_about(change, ngx::view(header.key), value);
        if (header.hash == 0 || !is_meant) {
            return;
        }
        if (value.len == 0) {
            header.hash = 0;
            header.value.len = 0;
            left = &header;
        } else if (left == nullptr) {
            header.value = value;
            left = &header;
        } else {
            header.hash = 0;
        }
        header.next = nullptr;
    });
    return left;
}

ngx_table_elt_t* add_listed(ngx_http_request_t* r, const Change& change, const ngx_str_t& value) {
    ngx_table_elt_t* header = ngx::add_response_header(r, change.name.key, value);
    if (header != nullptr) {
        header->hash = value.len == 0 ? 0 : 1;
        header->lowcase_key = change.name.lowcase;
    }
    return header;
}

// What nginx keeps besides the list and the pointer.
void drop_stored(ngx_http_request_t* r, ngx_table_elt_t* HeadersOut::*member, bool is_cleared) {
    if (member == &HeadersOut::last_modified) {
        r->headers_out.last_modified_time = -1;
    } else if (member == &HeadersOut::accept_ranges && is_cleared) {
        r->allow_ranges = 0;
    }
}

} // namespace

bool is_builtin_response_header(std::string_view name) {
    return ngx::equal_nocase(name, "Content-Type") || find_slot(name) != nullptr;
}

ngx_int_t change_response(ngx_http_request_t* r, const Change& change, const ngx_str_t& value,
                          Existing existing) {
    if (existing == Existing::keep) {
        return value.len == 0 || add_listed(r, change, value) != nullptr ? NGX_OK : NGX_ERROR;
    }

    if (change.is_prefix && value.len == 0) {
        replace_listed(r, change, value, nullptr);
        return NGX_OK;
    }

    const std::string_view name = ngx::view(change.name.key);
    if (ngx::equal_nocase(name, "Content-Type")) {
        ngx::set_content_type(r->headers_out, value);
        return NGX_OK;
    }
    if (ngx::equal_nocase(name, "Content-Length")) {
        return set_content_length(r, value);
    }

    const ngx::ResponseSlot* slot = find_slot(name);
    const bool has_slot = slot != nullptr;

    ngx_table_elt_t* header =
        replace_listed(r, change, value, has_slot ? r->headers_out.*slot->member : nullptr);
    if (header == nullptr && (value.len != 0 || has_slot)) {
        header = add_listed(r, change, value);
        if (header == nullptr) {
            return NGX_ERROR;
        }
    }

    if (has_slot) {
        header->key = change.name.key; // "E-Tag" takes the place of ETag
        r->headers_out.*slot->member = header;
        drop_stored(r, slot->member, value.len == 0);
    }
    return NGX_OK;
}

void install_filter() {
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}

} // namespace headers_more
