// The content handler: from the request to the statement, and from the result to the response.
#include "connection.hpp"
#include "ngx/pool.hpp"
#include "output.hpp"

#include <memory>

namespace postgres {

namespace {

using ngx::client::Exchange;

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// libpq's messages end with a newline.
ngx_str_t trimmed(const char* message) {
    std::string_view text = message;
    while (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    return ngx::str(text);
}

class Query final : public Exchange {
public:
    Query(ngx_http_request_t* r, ngx::client::Servers& servers, Context& ctx, const char* text)
        : Exchange(r, servers, "postgres://", ngx::BodyBuffers{&ngx_postgres_module, ngx_pagesize}),
          conf_(loc_conf(r)), ctx_(ctx), text_(text) {}
    ~Query() = default;

protected:
    std::unique_ptr<ngx::client::Connection> open(const ngx::client::Peer& peer) override {
        return std::make_unique<PgConnection>(*servers_.pool, peer);
    }

    void start(bool is_new) override {
        if (!is_new) {
            send_query();
            return;
        }
        state_ = State::connecting;
        enter("connecting to PostgreSQL database", conf_.connect_limit);
        if (!connection().start()) {
            fail("postgres: connection failed: %V");
            return;
        }
        // libpq wants its first poll when the socket is writable.
        wait(connection().fd(), {.write = true});
    }

    void proceed() override {
        switch (state_) {
        case State::connecting:
            poll_connection();
            break;
        case State::sending:
        case State::receiving:
            receive();
            break;
        case State::writing:
            break;
        }
    }

    void write_more() override { write_rows(); }

private:
    enum class State { connecting, sending, receiving, writing };

    PgConnection& connection() { return static_cast<PgConnection&>(*connection_); }
    PGconn* conn() { return connection().get(); }

    // Ends the request as the server's fault.
    void fail(const char* format) {
        ngx_str_t message = trimmed(PQerrorMessage(conn()));
        ngx_log_error(NGX_LOG_ERR, log(), 0, format, &message);
        finish(NGX_HTTP_BAD_GATEWAY);
    }

    void poll_connection() {
        switch (PQconnectPoll(conn())) {
        case PGRES_POLLING_OK:
            // Not earlier: it would take the beginning of the messages of failures.
            PQsetnonblocking(conn(), 1) == 0 ? send_query()
                                             : fail("postgres: connection failed: %V");
            break;
        case PGRES_POLLING_READING:
            wait(connection().fd(), {.read = true});
            break;
        case PGRES_POLLING_WRITING:
            wait(connection().fd(), {.write = true});
            break;
        default:
            fail("postgres: connection failed: %V");
        }
    }

    void send_query() {
        state_ = State::sending;
        enter("sending query to PostgreSQL database", conf_.result_limit);
        const bool is_binary = static_cast<Format>(conf_.format) == Format::binary_value;
        const int ok =
            is_binary ? PQsendQueryParams(conn(), text_, 0, nullptr, nullptr, nullptr, nullptr, 1)
                      : PQsendQuery(conn(), text_);
        if (ok == 0) {
            fail("postgres: sending query failed: %V");
            return;
        }
        receive();
    }

    // Sends what is left of the statement, and takes what there is of the result. A server may
    // answer before it has read all of the statement.
    void receive() {
        if (PQconsumeInput(conn()) == 0) {
            fail("postgres: failed to consume input: %V");
            return;
        }
        const int left = PQflush(conn());
        if (left < 0) {
            fail("postgres: sending query failed: %V");
            return;
        }
        if (left == 0 && state_ == State::sending) {
            state_ = State::receiving;
            enter("getting result from PostgreSQL database", conf_.result_limit);
        }
        if (left > 0 || PQisBusy(conn()) != 0) {
            wait(connection().fd(), {.read = true, .write = left > 0});
            return;
        }
        take_result(Result(PQgetResult(conn())));
    }

    // The first result is the statement's, then comes a null.
    void take_result(Result result) {
        if (result_ == nullptr) {
            result_ = std::move(result);
            if (check_result()) {
                receive();
            }
            return;
        }
        if (result != nullptr) {
            ngx_log_error(NGX_LOG_ERR, log(), 0,
                          "postgres: receiving ACK failed: multiple queries(?)");
            finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }
        release();
        respond();
    }

    bool check_result() {
        const ExecStatusType status = PQresultStatus(result_.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            return true;
        }
        ngx_str_t message = trimmed(result_ == nullptr ? PQerrorMessage(conn())
                                                       : PQresultErrorMessage(result_.get()));
        ngx_log_error(NGX_LOG_ERR, log(), 0, "postgres: failed to receive result: %s: %V",
                      PQresStatus(status), &message);
        finish(PQstatus(conn()) == CONNECTION_OK
                   ? static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR)
                   : NGX_HTTP_BAD_GATEWAY);
        return false;
    }

    void respond() {
        state_ = State::writing;
        ctx_.has_result = true;
        ctx_.columns = PQnfields(result_.get());
        ctx_.rows = PQntuples(result_.get());
        ctx_.affected = affected_rows(result_.get());

        const MethodStatus* rewritten = find_status(r_, ctx_);
        if (rewritten != nullptr && rewritten->status >= NGX_HTTP_SPECIAL_RESPONSE &&
            !rewritten->keeps_body) {
            finish(static_cast<ngx_int_t>(rewritten->status));
            return;
        }
        if (!assign_values(r_, ctx_, result_.get()) || !check_output(r_, result_.get())) {
            finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }

        r_->headers_out.status = rewritten == nullptr ? NGX_HTTP_OK : rewritten->status;
        ngx_http_clear_content_length(r_);
        if (!set_content_type(r_)) {
            finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }
        if (!send_header()) {
            return;
        }
        if (r_->header_only) {
            finish(NGX_OK);
            return;
        }

        write_rows();
    }

    // Writes as much as the client takes, and then ends the request.
    void write_rows() {
        Flow flow = Flow::on;
        while (flow == Flow::on && !is_written_) {
            ngx::BodyWriter out(r_->pool, buffers_);
            if (!write_batch(out)) {
                finish(NGX_ERROR);
                return;
            }
            flow = send(out.chain());
        }
        if (flow != Flow::ended && is_written_) {
            finish(NGX_OK);
        }
    }

    bool write_batch(ngx::BodyWriter& out) {
        constexpr size_t kBuffersAtOnce = 8;

        const PGresult* result = result_.get();
        if (row_ == 0 && !write_head(r_, result, out)) {
            return false;
        }
        while (row_ < PQntuples(result)) {
            if (!write_row(r_, result, row_++, out)) {
                return false;
            }
            if (out.count() > kBuffersAtOnce) {
                return true;
            }
        }
        is_written_ = true;
        return write_end(r_, result, out);
    }

    const LocConf& conf_;
    Context& ctx_;
    const char* text_;
    State state_ = State::connecting;
    Result result_;
    int row_ = 0; // the next one to be written
    bool is_written_ = false;
};

// The request's Context with the statement in it, and that statement with a NUL behind it. NGX_OK,
// or the status to end the request with (logged).
ngx_int_t make_context(ngx_http_request_t* r, Context*& ctx, const char*& text) {
    ctx = ngx::make<Context>(r->pool);
    if (ctx == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ctx->affected = -1;
    ngx_http_set_ctx(r, ctx, ngx_postgres_module);

    const ngx_int_t rc = ngx::client::evaluate_query(r, loc_conf(r).queries, kNames, ctx->query);
    if (rc != NGX_OK) {
        return rc;
    }
    if (ngx::view(ctx->query).find('\0') != std::string_view::npos) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "postgres: sending query failed: it has a NUL in it");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ctx->query = ngx::copy(r->pool, ngx::view(ctx->query));
    text = reinterpret_cast<char*>(ctx->query.data);
    return text == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_OK;
}

} // namespace

ngx_int_t pass_handler(ngx_http_request_t* r) noexcept {
    if (r->subrequest_in_memory) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "postgres: ngx_postgres module does not support subrequests in memory");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx::client::Servers* servers = ngx::client::choose_servers<ngx_postgres_module>(
        r, loc_conf(r), "postgres: empty \"postgres_pass\" (was: \"%V\") in location \"%V\"",
        "postgres: upstream name \"%V\" not found",
        "postgres: trying to connect to something that is not PostgreSQL database");
    if (servers == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    Context* ctx = nullptr;
    const char* text = nullptr;
    const ngx_int_t rc = make_context(r, ctx, text);
    if (rc != NGX_OK) {
        return rc;
    }
    auto* query = ngx::make<Query>(r->pool, r, *servers, *ctx, text);
    return query == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : query->run();
}

} // namespace postgres
