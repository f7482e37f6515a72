#include "redis2.hpp"

#include "reply_counter.hpp"

#include "ngx/pool.hpp"
#include "ngx/upstream_protocol.hpp"

namespace redis2 {

namespace {

using ngx::http::ReplyHead;

// Queries and the replies to them.
class Redis final : public ngx::http::UpstreamProtocol {
public:
    explicit Redis(ngx_http_request_t* r) : UpstreamProtocol(r) {}

private:
    ngx_chain_t* create_request() override;
    ReplyHead parse_head(std::string_view bytes) override;
    ngx::BodyPart take_body(std::string_view bytes) override;

    uint64_t replies_ = 0;
    ReplyCounter counter_{};
};

ngx_chain_t* Redis::create_request() {
    const Request sent = make_request(request());
    replies_ = sent.replies;
    return sent.text.empty() ? nullptr : make_link(sent.text);
}

// There is none: a reply that can be one is passed on from its first byte.
ReplyHead Redis::parse_head(std::string_view bytes) {
    if (!starts_reply(bytes.front())) {
        const ngx_str_t text = ngx::str(bytes);
        ngx_log_error(NGX_LOG_ERR, log(), 0, "redis2 sent invalid response: \"%V\"", &text);
        return ReplyHead::invalid();
    }
    counter_ = ReplyCounter(replies_);
    return {.state = ReplyHead::State::ready, .status = NGX_HTTP_OK};
}

ngx::BodyPart Redis::take_body(std::string_view bytes) {
    const ngx::BodyPart part = counter_.take(bytes);

    if (part.state == ngx::BodyPart::State::surplus) {
        const ngx_str_t extra = ngx::str(bytes.substr(part.size));
        ngx_log_error(NGX_LOG_WARN, log(), 0, "Redis server returned extra bytes: \"%V\" (len %uz)",
                      &extra, extra.len);
    } else if (part.state == ngx::BodyPart::State::invalid) {
        const ngx_str_t text = ngx::str(bytes);
        ngx_log_error(NGX_LOG_ERR, log(), 0,
                      "Redis server returned invalid response near pos %uz in \"%V\"", part.size,
                      &text);
    }
    return part;
}

constexpr ngx::http::ProtocolNames kNames = {"redis2://", "handler: empty \"redis2_pass\" target",
                                             "redis2", &ngx_http_redis2_module};

} // namespace

ngx_int_t content_handler(ngx_http_request_t* r) noexcept {
    auto* redis = ngx::make<Redis>(r->pool, r);
    return redis == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR
                            : redis->start(kNames, loc_conf(r), ngx::http::RequestBody::read);
}

} // namespace redis2
