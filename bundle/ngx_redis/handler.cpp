#include "redis.hpp"

#include "reply.hpp"

#include "ngx/pool.hpp"
#include "ngx/response_headers.hpp"
#include "ngx/upstream_protocol.hpp"
#include "ngx/variables.hpp"

namespace redis {

namespace {

// AUTH, where there is a password, SELECT and GET, sent together.
class Redis final : public ngx::http::UpstreamProtocol {
public:
    explicit Redis(ngx_http_request_t* r) : UpstreamProtocol(r) {}

private:
    ngx_chain_t* create_request() override;
    ngx::http::ReplyHead parse_head(std::string_view bytes) override;
    ngx::BodyPart take_body(std::string_view bytes) override;

    void log_failure(const ReplyHead& head) const;
    bool mark_gzip() const;

    ngx_str_t key_{};
    unsigned statuses_ = 0; // lines with +OK, before the value's
    ngx::SizedBody body_{};
};

constexpr size_t kCommandSize = sizeof("*2\r\n$6\r\nSELECT\r\n$\r\n\r\n") + NGX_SIZE_T_LEN;

// `command`, with its length in front, and an argument of any bytes.
u_char* write_command(u_char* p, const char* command, std::string_view arg) {
    p = ngx_sprintf(p, "*2\r\n$%s\r\n$%uz\r\n", command, arg.size());
    p = ngx_cpymem(p, arg.data(), arg.size());
    return ngx_cpymem(p, "\r\n", 2);
}

ngx_chain_t* Redis::create_request() {
    const MainConf& conf = main_conf(request());
    const std::string_view key = ngx::variable_text(request(), conf.key);
    const std::string_view set_db = ngx::variable_text(request(), conf.db);
    const std::string_view auth = ngx::variable_text(request(), conf.auth);
    const std::string_view db = set_db.empty() ? "0" : set_db;

    if (key.empty()) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "the \"$redis_key\" variable is not set");
        return nullptr;
    }
    key_ = ngx::str(key);

    ngx_chain_t* link = make_link(3 * kCommandSize + key.size() + db.size() + auth.size());
    if (link == nullptr) {
        return nullptr;
    }

    u_char*& p = link->buf->last;
    statuses_ = 1;
    if (!auth.empty()) {
        p = write_command(p, "4\r\nAUTH", auth);
        statuses_ = 2;
    }
    p = write_command(p, "6\r\nSELECT", db);
    p = write_command(p, "3\r\nGET", key);
    return link;
}

ngx::http::ReplyHead Redis::parse_head(std::string_view bytes) {
    using State = ngx::http::ReplyHead::State;
    const ReplyHead head = redis::parse_head(bytes, statuses_);

    switch (head.kind) {
    case ReplyHead::Kind::more:
        return ngx::http::ReplyHead::more();
    case ReplyHead::Kind::value:
        body_ = {head.length, "\r\n"};
        if (!mark_gzip()) {
            return ngx::http::ReplyHead::invalid();
        }
        return {
            .state = State::ready, .status = NGX_HTTP_OK, .length = head.length, .skip = head.size};
    case ReplyHead::Kind::miss:
        ngx_log_error(NGX_LOG_INFO, log(), 0, "key: \"%V\" was not found by redis", &key_);
        body_ = {};
        return {.state = State::ready,
                .status = NGX_HTTP_NOT_FOUND,
                .length = 0,
                .skip = head.size,
                .complete = head.size};
    default:
        log_failure(head);
        return ngx::http::ReplyHead::invalid();
    }
}

void Redis::log_failure(const ReplyHead& head) const {
    const ngx_str_t line = ngx::str(head.line);

    if (head.kind == ReplyHead::Kind::invalid) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "redis sent invalid response: \"%V\"", &line);
        return;
    }
    ngx_log_error(NGX_LOG_ERR, log(), 0, "redis sent %s in response \"%V\" for key \"%V\"",
                  head.kind == ReplyHead::Kind::error ? "error" : "invalid length", &line, &key_);
}

// redis_gzip_flag: values are stored compressed.
bool Redis::mark_gzip() const {
    ngx_http_request_t* r = request();
    if (loc_conf(r).gzip_flag == 0) {
        return true;
    }

    ngx_table_elt_t* header =
        ngx::add_response_header(r, ngx::str("Content-Encoding"), ngx::str("gzip"));
    if (header == nullptr) {
        return false;
    }
    r->headers_out.content_encoding = header;
    return true;
}

ngx::BodyPart Redis::take_body(std::string_view bytes) {
    ngx::BodyPart part = body_.take(bytes);
    if (part.state == ngx::BodyPart::State::invalid) {
        // All of the value has been sent, so only the connection has to go.
        ngx_log_error(NGX_LOG_ERR, log(), 0, "redis sent invalid trailer");
        part.state = ngx::BodyPart::State::surplus;
    }
    return part;
}

constexpr ngx::http::ProtocolNames kNames = {"redis://", "handler: empty \"redis_pass\" target",
                                             "redis", &ngx_http_redis_module};

} // namespace

ngx_int_t content_handler(ngx_http_request_t* r) noexcept {
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    auto* redis = ngx::make<Redis>(r->pool, r);
    return redis == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR
                            : redis->start(kNames, loc_conf(r), ngx::http::RequestBody::drop);
}

} // namespace redis
