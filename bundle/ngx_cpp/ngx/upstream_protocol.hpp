// Content handlers that speak a protocol of their own with a server, over nginx's upstream.
//
// A module derives a class from UpstreamProtocol: how a request is written, how a reply's head and
// body are read. One object serves one request; it lives in the request's pool and is also the
// module's context. nginx does the rest: connections, timeouts, the next server, keepalive.
//
// Replies come in pieces that may end anywhere. The head is read from all bytes so far, again and
// again until it is complete (it must fit the buffer); the body piece by piece, and passed on
// without being gathered.
//
// upstream_conf.hpp has the configuration that such modules share.
#pragma once

#include "ngx/sized_body.hpp"
#include "ngx/upstream_conf.hpp"

namespace ngx::http {

// What the bytes of a reply so far are.
struct ReplyHead {
    enum class State { more, ready, invalid };

    State state = State::more;
    ngx_uint_t status = 0;
    off_t length = -1;   // of the body; -1: unknown
    size_t skip = 0;     // the body starts here
    size_t complete = 0; // the size of the whole reply, where the head tells it; else 0

    static ReplyHead more() { return {}; }
    static ReplyHead invalid() { return {.state = State::invalid}; }
};

// What a module is called in logs, and by nginx.
struct ProtocolNames {
    const char* schema;       // "memcached://"
    const char* empty_target; // logged where the variable with the server's name is empty
    const char* prefix;       // of `upstream "X" not found`
    ngx_module_t* module;
};

enum class RequestBody { read, drop };

class UpstreamProtocol {
public:
    // What the module's content handler ends with, once it has nothing against the request: sends
    // it to the server of conf, after reading the client's body or dropping it.
    ngx_int_t start(const ProtocolNames& names, UpstreamConf& conf, RequestBody body);

protected:
    explicit UpstreamProtocol(ngx_http_request_t* r) : r_(r) {}
    ~UpstreamProtocol() = default;

    // Makes what is sent; null for an error, which has been logged: status 500.
    virtual ngx_chain_t* create_request() = 0;

    // Reads the head from the reply's bytes so far; logs what is invalid: status 502.
    virtual ReplyHead parse_head(std::string_view bytes) = 0;

    // Reads what follows the head; logs what is invalid: the response breaks off.
    virtual BodyPart take_body(std::string_view bytes) = 0;

    ngx_http_request_t* request() const { return r_; }
    ngx_log_t* log() const { return r_->connection->log; }

    // Links without next: of a new buffer of that size, of a copy of buf's head, of text that lives
    // with the request. Null when memory is short.
    ngx_chain_t* make_link(size_t size) const;
    ngx_chain_t* make_link(const ngx_buf_t& buf) const;
    ngx_chain_t* make_link(std::string_view text) const;

private:
    bool choose_server(const ProtocolNames& names, const UpstreamConf& conf);
    ngx_int_t process_head();
    ngx_int_t filter_body(size_t n);
    bool pass_on(u_char* first, size_t size);

    static UpstreamProtocol& of(void* data) { return *static_cast<UpstreamProtocol*>(data); }

    ngx_http_request_t* r_;
};

inline ngx_int_t UpstreamProtocol::start(const ProtocolNames& names, UpstreamConf& conf,
                                         RequestBody body) {
    if (body == RequestBody::drop) {
        const ngx_int_t rc = ngx_http_discard_request_body(r_);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (ngx_http_set_content_type(r_) != NGX_OK || ngx_http_upstream_create(r_) != NGX_OK ||
        !choose_server(names, conf)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_upstream_t* u = r_->upstream;
    u->conf = &conf;
    u->schema = str(names.schema);
    u->output.tag = names.module;
    u->input_filter_ctx = this;

    // The lambdas are what nginx calls; it gives the request, or what input_filter_ctx is.
    u->create_request = [](ngx_http_request_t* r) noexcept -> ngx_int_t {
        r->upstream->request_bufs = of(r->upstream->input_filter_ctx).create_request();
        return r->upstream->request_bufs == nullptr ? NGX_ERROR : NGX_OK;
    };
    u->reinit_request = [](ngx_http_request_t*) noexcept -> ngx_int_t { return NGX_OK; };
    u->process_header = [](ngx_http_request_t* r) noexcept {
        return of(r->upstream->input_filter_ctx).process_head();
    };
    u->abort_request = [](ngx_http_request_t*) noexcept {};
    u->finalize_request = [](ngx_http_request_t*, ngx_int_t) noexcept {};
    u->input_filter_init = [](void* data) noexcept -> ngx_int_t {
        ngx_http_upstream_t* upstream = of(data).r_->upstream;
        upstream->length = upstream->keepalive ? 0 : 1;
        return NGX_OK;
    };
    u->input_filter = [](void* data, ssize_t bytes) noexcept {
        return of(data).filter_body(static_cast<size_t>(bytes));
    };

    if (body == RequestBody::read) {
        const ngx_int_t rc = ngx_http_read_client_request_body(r_, ngx_http_upstream_init);
        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    r_->main->count++;
    ngx_http_upstream_init(r_);
    return NGX_DONE;
}

inline bool UpstreamProtocol::choose_server(const ProtocolNames& names, const UpstreamConf& conf) {
    if (conf.target == nullptr) {
        return true;
    }

    ngx_str_t name;
    if (ngx_http_complex_value(r_, conf.target, &name) != NGX_OK) {
        return false;
    }
    if (name.len == 0) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "%s", names.empty_target);
        return false;
    }

    const ngx_http_upstream_srv_conf_t* server = find_upstream(r_, name);
    auto* resolved = make<ngx_http_upstream_resolved_t>(r_->pool);
    if (server == nullptr || resolved == nullptr) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "%s: upstream \"%V\" not found", names.prefix, &name);
        return false;
    }

    // nginx looks it up again by these, and so finds the same one.
    resolved->host = server->host;
    resolved->port = server->port;
    resolved->no_port = server->port == 0;
    r_->upstream->resolved = resolved;
    return true;
}

inline ngx_int_t UpstreamProtocol::process_head() {
    ngx_http_upstream_t& u = *r_->upstream;
    const std::string_view bytes = view(u.buffer.pos, u.buffer.last);

    const ReplyHead head = parse_head(bytes);
    if (head.state == ReplyHead::State::more) {
        return NGX_AGAIN;
    }
    if (head.state == ReplyHead::State::invalid) {
        return NGX_HTTP_UPSTREAM_INVALID_HEADER;
    }

    u.headers_in.status_n = head.status;
    u.headers_in.content_length_n = head.length;
    u.state->status = head.status;
    u.keepalive = head.complete == bytes.size(); // 404 becomes an error page: the body is not read
    u.buffer.pos += head.skip;
    return NGX_OK;
}

// nginx has read n bytes to u.buffer.last.
inline ngx_int_t UpstreamProtocol::filter_body(size_t n) {
    ngx_http_upstream_t& u = *r_->upstream;
    u_char* first = u.buffer.last;

    const BodyPart part = take_body(view(first, first + n));
    u.length = part.state == BodyPart::State::more ? 1 : 0;
    u.keepalive = part.state == BodyPart::State::end;
    if (part.state == BodyPart::State::invalid) {
        return NGX_ERROR;
    }

    u.buffer.last += n;
    return part.size == 0 || pass_on(first, part.size) ? NGX_OK : NGX_ERROR;
}

inline bool UpstreamProtocol::pass_on(u_char* first, size_t size) {
    ngx_http_upstream_t& u = *r_->upstream;

    ngx_chain_t** end = &u.out_bufs;
    while (*end != nullptr) {
        end = &(*end)->next;
    }

    *end = ngx_chain_get_free_buf(r_->pool, &u.free_bufs);
    if (*end == nullptr) {
        return false;
    }

    ngx_buf_t& buf = *(*end)->buf;
    buf.pos = first;
    buf.last = first + size;
    buf.memory = 1;
    buf.flush = 1;
    buf.tag = u.output.tag;
    return true;
}

inline ngx_chain_t* UpstreamProtocol::make_link(const ngx_buf_t& buf) const {
    ngx_chain_t* link = ngx_alloc_chain_link(r_->pool);
    if (link == nullptr) {
        return nullptr;
    }
    link->buf = make<ngx_buf_t>(r_->pool, buf);
    link->next = nullptr;
    return link->buf == nullptr ? nullptr : link;
}

inline ngx_chain_t* UpstreamProtocol::make_link(std::string_view text) const {
    ngx_buf_t buf{};
    buf.start = buf.pos = bytes(text.data());
    buf.end = buf.last = buf.pos + text.size();
    buf.memory = 1;
    return make_link(buf);
}

inline ngx_chain_t* UpstreamProtocol::make_link(size_t size) const {
    auto* first = static_cast<u_char*>(ngx_pnalloc(r_->pool, size));
    ngx_chain_t* link = first == nullptr ? nullptr : make_link(view(first, first + size));
    if (link != nullptr) {
        link->buf->last = first;
        link->buf->temporary = 1;
    }
    return link;
}

} // namespace ngx::http
