#include "protocol.hpp"

#include "memc.hpp"
#include "reply.hpp"

#include "ngx/pool.hpp"
#include "ngx/upstream_protocol.hpp"
#include "ngx/variables.hpp"

namespace memc {

namespace {

using ngx::http::ReplyHead;

class Memcached final : public ngx::http::UpstreamProtocol {
public:
    Memcached(ngx_http_request_t* r, Command command) : UpstreamProtocol(r), command_(command) {}

private:
    ngx_chain_t* create_request() override;
    ReplyHead parse_head(std::string_view bytes) override;
    ngx::BodyPart take_body(std::string_view bytes) override;

    bool read_key(size_t& escapes);
    bool make_value(ngx_chain_t*& first, off_t& size);
    ReplyHead parse_simple(std::string_view bytes);
    void log_invalid(const ValueLine& value) const;
    ReplyHead found(const ValueLine& value);
    std::string_view text(ngx_int_t index) const { return ngx::variable_text(request(), index); }

    Command command_;
    ngx_str_t key_{};       // as it goes to the server
    ngx::SizedBody body_{}; // what follows the head
};

// The key as it is set; how many bytes of it need escapes.
bool Memcached::read_key(size_t& escapes) {
    if (!has_key(command_)) {
        return true;
    }
    key_ = ngx::str(text(main_conf(request()).key));
    if (key_.len == 0) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "the \"$memc_key\" variable is not set");
        return false;
    }
    escapes = ngx_escape_uri(nullptr, key_.data, key_.len, NGX_ESCAPE_MEMCACHED);
    return true;
}

// The value to store with its line end: $memc_value, or else the request's body. The body's buffers
// get new heads, since several subrequests may send them.
bool Memcached::make_value(ngx_chain_t*& first, off_t& size) {
    ngx_http_request_t* r = request();
    ngx_chain_t** end = &first;
    const auto append = [this, &end](const auto& content) {
        *end = make_link(content);
        if (*end == nullptr) {
            return false;
        }
        end = &(*end)->next;
        return true;
    };

    constexpr std::string_view kLineEnd = "\r\n";
    size = 0;
    const ngx_http_variable_value_t* value = variable(r, main_conf(r).value);
    if (value != nullptr && !value->not_found) {
        size = value->len;
        return (size == 0 || append(view(*value))) && append(kLineEnd);
    }

    const bool has_body = r->request_body != nullptr &&
                          (r->request_body->bufs != nullptr || r->headers_in.content_length_n == 0);
    if (!has_body) {
        ngx_log_error(NGX_LOG_ERR, log(), 0,
                      "neither the \"$memc_value\" variable nor the request body is available");
        return false;
    }

    for (const ngx_chain_t* cl = r->request_body->bufs; cl != nullptr; cl = cl->next) {
        ngx_buf_t buf = *cl->buf;
        const off_t n = ngx_buf_size(&buf);
        if (n == 0) {
            continue;
        }
        buf.start = buf.pos; // where nginx starts again with the next server
        buf.last_buf = buf.last_in_chain = 0;
        buf.shadow = nullptr;
        size += n;
        if (!append(buf)) {
            return false;
        }
    }
    return append(kLineEnd);
}

ngx_chain_t* Memcached::create_request() {
    const MainConf& conf = main_conf(request());
    const std::string_view command = name(command_);

    size_t escapes = 0;
    ngx_chain_t* value = nullptr;
    off_t value_size = 0;
    if (!read_key(escapes) || (is_storage(command_) && !make_value(value, value_size))) {
        return nullptr;
    }

    if (is_storage(command_)) {
        for (const ngx_int_t index : {conf.flags, conf.exptime}) {
            if (text(index).empty()) {
                set_variable(request(), index, "0");
            }
        }
    }

    const std::string_view flags = is_storage(command_) ? text(conf.flags) : std::string_view{};
    const std::string_view exptime =
        has_exptime(command_) ? text(conf.exptime) : std::string_view{};
    const std::string_view delta = is_arithmetic(command_) ? text(conf.value) : std::string_view{};

    const size_t blanks_and_end = 6;
    ngx_chain_t* head = make_link(command.size() + key_.len + 2 * escapes + flags.size() +
                                  exptime.size() + NGX_OFF_T_LEN + delta.size() + blanks_and_end);
    if (head == nullptr) {
        return nullptr;
    }
    head->next = value;

    u_char*& p = head->buf->last;
    p = ngx_cpymem(p, command.data(), command.size());
    if (key_.len != 0) {
        *p++ = ' ';
        u_char* escaped = p;
        p = escapes == 0 ? ngx_cpymem(p, key_.data, key_.len)
                         : reinterpret_cast<u_char*>(
                               ngx_escape_uri(p, key_.data, key_.len, NGX_ESCAPE_MEMCACHED));
        key_ = ngx::str(ngx::view(escaped, p));
    }
    for (const std::string_view word : {flags, exptime, delta}) {
        if (!word.empty()) {
            *p++ = ' ';
            p = ngx_cpymem(p, word.data(), word.size());
        }
    }
    p = is_storage(command_) ? ngx_sprintf(p, " %O\r\n", value_size) : ngx_cpymem(p, "\r\n", 2);
    return head;
}

ReplyHead Memcached::parse_head(std::string_view bytes) {
    if (command_ != Command::get) {
        return parse_simple(bytes);
    }

    const ValueLine value = parse_value_line(bytes, ngx::view(key_));
    switch (value.kind) {
    case ValueLine::Kind::more:
        return ReplyHead::more();
    case ValueLine::Kind::value:
        return found(value);
    case ValueLine::Kind::miss:
        ngx_log_error(NGX_LOG_INFO, log(), 0, "key: \"%V\" was not found by memcached", &key_);
        body_ = {};
        return {.state = ReplyHead::State::ready,
                .status = NGX_HTTP_NOT_FOUND,
                .length = 0,
                .skip = value.size,
                .complete = value.size};
    default:
        log_invalid(value);
        return ReplyHead::invalid();
    }
}

ReplyHead Memcached::parse_simple(std::string_view bytes) {
    const SimpleReply reply = parse_simple_reply(command_, bytes);

    if (reply.state == SimpleReply::State::more) {
        return ReplyHead::more();
    }
    if (reply.state == SimpleReply::State::invalid) {
        const ngx_str_t text = ngx::str(bytes);
        const ngx_str_t command = ngx::str(name(command_));
        ngx_log_error(NGX_LOG_ERR, log(), 0,
                      "memcached sent invalid response for command \"%V\" at pos %uz: %V", &command,
                      reply.pos, &text);
        return ReplyHead::invalid();
    }

    body_ = {static_cast<int64_t>(reply.pos), {}};
    return {.state = ReplyHead::State::ready,
            .status = reply.status,
            .length = static_cast<off_t>(reply.pos),
            .complete = reply.pos};
}

void Memcached::log_invalid(const ValueLine& value) const {
    const ngx_str_t line = ngx::str(value.line);

    if (value.kind == ValueLine::Kind::invalid) {
        ngx_log_error(NGX_LOG_ERR, log(), 0, "memcached sent invalid response: \"%V\"", &line);
        return;
    }
    ngx_log_error(NGX_LOG_ERR, log(), 0,
                  "memcached sent invalid %s in response \"%V\" for key \"%V\"",
                  value.kind == ValueLine::Kind::bad_key ? "key" : "length", &line, &key_);
}

ReplyHead Memcached::found(const ValueLine& value) {
    ngx_http_request_t* r = request();

    const ngx_str_t flags = ngx::copy(r->pool, value.flags); // the buffer is used again
    if (flags.data != nullptr) {
        set_variable(r, main_conf(r).flags, ngx::view(flags));
    }

    if (loc_conf(r).flags_to_last_modified) {
        r->headers_out.last_modified_time = ngx_atotm(flags.data, flags.len);
        r->upstream->cacheable = 1; // or nginx would not compare it with If-Modified-Since
    }

    body_ = {value.length, kValueTrailer};
    return {.state = ReplyHead::State::ready,
            .status = NGX_HTTP_OK,
            .length = value.length,
            .skip = value.size};
}

ngx::BodyPart Memcached::take_body(std::string_view bytes) {
    ngx::BodyPart part = body_.take(bytes);
    if (part.state == ngx::BodyPart::State::invalid) {
        // All of the value has been sent, so only the connection has to go.
        ngx_log_error(NGX_LOG_ERR, log(), 0, "memcached sent invalid trailer");
        part.state = ngx::BodyPart::State::surplus;
    }
    return part;
}

constexpr ngx::http::ProtocolNames kNames = {
    "memcached://", "memc: handler: empty \"memc_pass\" target", "memc", &ngx_http_memc_module};

} // namespace

ngx_int_t run(ngx_http_request_t* r, Command command) {
    auto* memcached = ngx::make<Memcached>(r->pool, r, command);
    if (memcached == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return memcached->start(kNames, loc_conf(r), ngx::http::RequestBody::read);
}

} // namespace memc
