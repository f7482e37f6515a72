// ngx.req.raw_header: the request's header as it came, rebuilt from nginx's read buffers. The
// parser has put a NUL behind each header name and value there; what it overwrote follows from the
// place.
#include "lua_http/request_line.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace lua::http {
namespace {

struct Piece {
    const u_char* first;
    const u_char* last;
};

constexpr size_t kMaxPieces = 64;

bool inside(const u_char* p, const ngx_buf_t& buf) {
    return p >= buf.start && p < buf.last;
}

// The end of the last complete header line in a buffer that was given up for a larger one: the part
// of the next line behind it was copied to the next buffer.
const u_char* end_of_lines(const ngx_http_request_t& r, const ngx_buf_t& buf, const u_char* first) {
    const u_char* end = first;
    if (inside(r.request_line.data, buf)) {
        end = r.request_line.data + r.request_line.len;
    }
    for (const ngx_list_part_t* part = &r.headers_in.headers.part; part != nullptr;
         part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (inside(headers[i].value.data, buf)) {
                end = std::max<const u_char*>(end, headers[i].value.data + headers[i].value.len);
            }
        }
    }
    while (end < buf.last && (*end == '\0' || *end == '\r' || *end == ' ')) {
        end++;
    }
    return end < buf.last && *end == '\n' ? end + 1 : end;
}

// The buffers that hold the header, oldest first.
size_t find_pieces(const ngx_http_request_t& r, Piece* pieces) {
    const ngx_buf_t* buffers[kMaxPieces];
    size_t n = 0;
    for (const ngx_chain_t* link = r.http_connection->busy; link != nullptr && n < kMaxPieces - 1;
         link = link->next) {
        buffers[n++] = link->buf;
    }
    const ngx_buf_t* first = r.connection->buffer;
    if (first != nullptr && std::find(buffers, buffers + n, first) == buffers + n) {
        buffers[n++] = first;
    }
    std::reverse(buffers, buffers + n);

    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const ngx_buf_t& buf = *buffers[i];
        const u_char* start = buf.start;
        if (found == 0) {
            if (!inside(r.request_line.data, buf)) {
                continue;
            }
            start = r.request_line.data;
        }
        bool last = &buf == r.header_in || i + 1 == n;
        pieces[found++] = {start, last ? buf.pos : end_of_lines(r, buf, start)};
        if (last) {
            break;
        }
    }
    return found;
}

// Puts back what the parser overwrote.
void restore(u_char* p, u_char* last) {
    bool in_name = true;
    for (; p < last; p++) {
        if (*p == '\n') {
            in_name = true;
        } else if (*p == ':') {
            in_name = false;
        } else if (*p == '\0' && in_name) {
            *p = ':';
            in_name = false;
        } else if (*p == '\0') {
            u_char next = p + 1 < last ? p[1] : '\0';
            *p = next == '\n' ? '\r' : next == '\r' || next == ' ' ? ' ' : '\n';
            in_name = *p == '\n';
        }
    }
}

// The end of the last header within the last piece: behind the empty line.
const u_char* end_of_header(const u_char* first, const u_char* last) {
    for (const u_char* p = first; p + 1 < last; p++) {
        if (p[0] == '\n' && p[1] == '\n') {
            return p + 2;
        }
        if (p + 2 < last && p[0] == '\n' && p[1] == '\r' && p[2] == '\n') {
            return p + 3;
        }
    }
    return last;
}

} // namespace

bool raw_header(ngx_http_request_t* r, bool no_request_line, ngx_str_t& header) noexcept {
    header = {};
    if (r->request_line.data == nullptr || r->http_connection == nullptr) {
        return true;
    }
    Piece pieces[kMaxPieces];
    size_t n = find_pieces(*r, pieces);
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        size += static_cast<size_t>(pieces[i].last - pieces[i].first);
    }
    auto* data = static_cast<u_char*>(ngx_pnalloc(r->pool, size));
    if (data == nullptr) {
        return size == 0;
    }
    u_char* p = data;
    for (size_t i = 0; i < n; i++) {
        p = ngx_cpymem(p, pieces[i].first, static_cast<size_t>(pieces[i].last - pieces[i].first));
    }

    u_char* headers = std::find(data, p, '\n');
    headers = headers < p ? headers + 1 : p;
    restore(headers, p);
    const u_char* end = headers < p && headers > data ? end_of_header(headers - 1, p) : p;
    const u_char* start = no_request_line ? headers : data;
    header = {static_cast<size_t>(end - start), const_cast<u_char*>(start)};
    return true;
}

} // namespace lua::http
