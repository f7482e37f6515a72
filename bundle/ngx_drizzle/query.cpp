// The content handler: from the request to the statement, and from the result to RDS.
#include "connection.hpp"
#include "drizzle.hpp"
#include "ngx/chain.hpp"
#include "ngx/pool.hpp"
#include "ngx/variables.hpp"
#include "rds/writer.hpp"

#include <errmsg.h>
#include <mysqld_error.h>

namespace drizzle {

namespace {

using ngx::client::Exchange;
using rds::Type;

// The numbers by which libdrizzle, the library that this module is named after, tells errors apart:
// they are in the log lines.
enum LibraryCode : int {
    auth_failed = 15,
    error_code = 17,
    lost_connection = 20,
    could_not_connect = 21
};

constexpr const char* kReceivingRows = "receiving result set rows from drizzle upstream";

Type standard_type(enum_field_types type) {
    switch (static_cast<int>(type)) {
    case 0:
    case 246:
        return Type::decimal;
    case 1:
    case 2:
    case 13:
        return Type::smallint;
    case 3:
    case 9:
        return Type::integer;
    case 4:
        return Type::real;
    case 5:
        return Type::double_precision;
    case 7:
    case 10:
    case 12:
    case 14:
        return Type::timestamp;
    case 8:
        return Type::bigint;
    case 11:
        return Type::time;
    case 15:
    case 247:
    case 248:
    case 253:
    case 254:
    case 255:
        return Type::varchar;
    case 16:
        return Type::bit;
    case 249:
    case 250:
    case 251:
    case 252:
        return Type::blob;
    default:
        return Type::unknown;
    }
}

class Query final : public Exchange {
public:
    Query(ngx_http_request_t* r, ngx::client::Servers& servers, ngx_str_t text, ngx_str_t dbname)
        : Exchange(r, servers, "drizzle://",
                   ngx::BodyBuffers{&ngx_http_drizzle_module, loc_conf(r).body_buffer_size}),
          conf_(loc_conf(r)), text_(text), dbname_(dbname) {}
    ~Query() = default;

protected:
    std::unique_ptr<ngx::client::Connection> open(const ngx::client::Peer& peer) override {
        return std::make_unique<MysqlConnection>(*servers_.pool, peer);
    }

    void start(bool is_new) override {
        if (!is_new) {
            send_query();
            return;
        }
        const ngx::client::Peer& peer = connection().peer();
        const ngx_str_t& dbname = dbname_.len > 0 ? dbname_ : peer.server->dbname;
        state_ = State::connecting;
        enter("connecting to drizzle upstream", conf_.connect_limit);
        advance(connection().start_connect(
            peer, dbname.len == 0 ? nullptr : reinterpret_cast<char*>(dbname.data)));
    }

    void proceed() override {
        if (state_ == State::fetching && !connection().is_calling()) {
            fetch_rows();
            return;
        }
        if (state_ == State::waiting_for_result) {
            state_ = State::reading_columns;
            enter("receiving result set columns from drizzle upstream", conf_.columns_limit);
        }
        advance(connection().resume());
    }

    void before_timeout() override {
        if (state_ != State::connecting) {
            set_thread_id();
        }
    }

    void write_more() override {
        enter(kReceivingRows, conf_.rows_limit);
        if (connection().is_calling()) {
            wait(connection().fd(), connection().wanted());
        } else {
            fetch_rows();
        }
    }

private:
    enum class State {
        connecting,
        sending_names, // "set names"
        reading_names,
        sending,
        waiting_for_result,
        reading_columns,
        fetching,
    };

    MysqlConnection& connection() { return static_cast<MysqlConnection&>(*connection_); }

    // Goes on behind a call that has ended; waits for one that has not.
    void advance(bool has_ended) {
        if (!has_ended) {
            wait(connection().fd(), connection().wanted());
            return;
        }
        switch (state_) {
        case State::connecting:
            on_connected();
            break;
        case State::sending_names:
            state_ = State::reading_names;
            connection().has_failed() ? fail_query() : advance(connection().start_read_result());
            break;
        case State::reading_names:
            connection().has_failed() ? fail_query() : send_query();
            break;
        case State::sending:
            state_ = State::waiting_for_result;
            connection().has_failed() ? fail_query() : advance(connection().start_read_result());
            break;
        case State::waiting_for_result:
        case State::reading_columns:
            connection().has_failed() ? fail_query() : send_result();
            break;
        case State::fetching:
            on_row();
        }
    }

    void on_connected() {
        if (connection().has_failed()) {
            const auto error = static_cast<int>(mysql_errno(connection().get()));
            ngx_log_error(NGX_LOG_ERR, log(), 0, "failed to connect: %d: %s",
                          error < CR_MIN_ERROR ? auth_failed : could_not_connect,
                          mysql_error(connection().get()));
            finish(NGX_HTTP_BAD_GATEWAY);
            return;
        }

        const ngx_str_t& charset = connection().peer().server->charset;
        if (charset.len == 0) {
            send_query();
            return;
        }
        state_ = State::sending_names;
        enter("sending query to drizzle upstream", conf_.query_limit);
        advance(connection().start_query(ngx::view(charset)));
    }

    void send_query() {
        state_ = State::sending;
        enter("sending query to drizzle upstream", conf_.query_limit);
        advance(connection().start_query(ngx::view(text_)));
    }

    // A table that there is not is an answer, all else is a failure.
    void fail_query() {
        const unsigned error = mysql_errno(connection().get());
        const bool is_missing = error == ER_NO_SUCH_TABLE;
        const bool is_lost = error >= CR_MIN_ERROR && error <= CR_MAX_ERROR;
        const ngx_uint_t level = is_missing ? NGX_LOG_NOTICE : NGX_LOG_ERR;
        ngx_log_error(level, log(), 0, "failed to send query: %d (%d): %s",
                      static_cast<int>(is_lost ? lost_connection : error_code),
                      static_cast<int>(error), mysql_error(connection().get()));
        if (is_missing && state_ != State::reading_names) {
            release();
            finish(410);
            return;
        }
        finish(is_lost ? NGX_HTTP_BAD_GATEWAY : NGX_HTTP_INTERNAL_SERVER_ERROR);
    }

    bool set_headers() {
        r_->headers_out.status = NGX_HTTP_OK;
        r_->headers_out.content_type = ngx::str(rds::kContentType);
        r_->headers_out.content_type_len = rds::kContentType.size();
        r_->headers_out.content_type_lowcase = nullptr;
        ngx_http_clear_content_length(r_);

        if (!conf_.module_header) {
            return true;
        }
        auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r_->headers_out.headers));
        if (header == nullptr) {
            return false;
        }
        *header = {};
        header->hash = 1;
        header->key = ngx::str("X-Resty-DBD-Module");
        header->value = ngx::str(kVersion);
        return true;
    }

    void send_result() {
        MYSQL* mysql = connection().get();
        MYSQL_RES* result = connection().use_result();
        if (result == nullptr && mysql_field_count(mysql) != 0) {
            ngx_log_error(NGX_LOG_ERR, log(), 0, "failed to recv cols: %d: %s",
                          static_cast<int>(mysql_errno(mysql)), mysql_error(mysql));
            finish(NGX_HTTP_BAD_GATEWAY);
            return;
        }

        ngx::BodyWriter out(r_->pool, buffers_);
        if (!set_headers() || !write_head(out)) {
            finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }
        if (!send_header()) {
            return;
        }

        if (result == nullptr || r_->header_only) {
            end(out);
            return;
        }
        state_ = State::fetching;
        enter(kReceivingRows, conf_.rows_limit);
        fetch_rows(out);
    }

    // The stream's header and columns.
    bool write_head(ngx::BodyWriter& out) {
        MYSQL* mysql = connection().get();
        MYSQL_RES* result = connection().result();
        const char* info = mysql_info(mysql);
        const auto columns =
            static_cast<uint16_t>(result == nullptr ? 0 : mysql_num_fields(result));

        rds::Writer rds(out);
        const rds::Header header{
            .affected_rows = result == nullptr ? mysql_affected_rows(mysql) : 0,
            .insert_id = mysql_insert_id(mysql),
            .columns = columns,
        };
        if (!rds.header(header, info == nullptr ? "" : info)) {
            return false;
        }
        for (uint16_t i = 0; i < columns; i++) {
            const MYSQL_FIELD& field = *mysql_fetch_field_direct(result, i);
            if (!rds.column(standard_type(field.type), static_cast<uint16_t>(field.type),
                            {field.name, field.name_length})) {
                return false;
            }
        }
        return true;
    }

    void fetch_rows() {
        ngx::BodyWriter out(r_->pool, buffers_);
        fetch_rows(out);
    }

    // Writes rows until one is not there yet, or others shall have their turn.
    void fetch_rows(ngx::BodyWriter& out) {
        constexpr size_t kBuffersAtOnce = 8;

        while (out.count() <= kBuffersAtOnce) {
            if (!connection().start_fetch()) {
                if (send_on(out)) {
                    wait(connection().fd(), connection().wanted());
                }
                return;
            }
            if (!take_row(out)) {
                return;
            }
        }
        if (send_on(out)) {
            yield(connection().fd());
        }
    }

    // Sends what there is; false when the client has to take it first, or the request has ended.
    bool send_on(ngx::BodyWriter& out) {
        const Flow flow = send(out.chain());
        if (flow == Flow::paused) {
            hold(connection().fd());
        }
        return flow == Flow::on;
    }

    void on_row() {
        ngx::BodyWriter out(r_->pool, buffers_);
        if (take_row(out)) {
            fetch_rows(out);
        }
    }

    // Ends the response with what is in `out`.
    void end(ngx::BodyWriter& out) {
        const bool is_read = connection().result() == nullptr || connection().row() == nullptr;
        if (is_read && !mysql_more_results(connection().get())) {
            connection().free_result();
            release();
        } else {
            close();
        }
        if (r_->header_only || send(out.chain()) != Flow::ended) {
            finish(NGX_OK);
        }
    }

    // Shows which thread of the server is still busy with the statement.
    void set_thread_id() {
        auto* digits = static_cast<u_char*>(ngx_pnalloc(r_->pool, NGX_INT64_LEN));
        if (digits != nullptr) {
            const u_char* end = ngx_sprintf(digits, "%ul", mysql_thread_id(connection().get()));
            ngx::set_value(&r_->variables[main_conf(r_).thread_id], ngx::view(digits, end));
        }
    }

    // Writes the row that was fetched; false when there is no more to do.
    bool take_row(ngx::BodyWriter& out) {
        MysqlConnection& from = connection();
        if (from.has_failed()) {
            ngx_log_error(NGX_LOG_ERR, log(), 0, "failed to read row: %d: %s",
                          static_cast<int>(mysql_errno(from.get())), mysql_error(from.get()));
            finish(NGX_ERROR);
            return false;
        }
        rds::Writer rds(out);
        if (from.row() == nullptr) {
            rds.end() ? end(out) : finish(NGX_ERROR);
            return false;
        }

        bool ok = rds.row();
        const unsigned long* lengths = mysql_fetch_lengths(from.result());
        for (unsigned i = 0; ok && i < mysql_num_fields(from.result()); i++) {
            ok = from.row()[i] == nullptr ? rds.null() : rds.field({from.row()[i], lengths[i]});
        }
        if (!ok) {
            finish(NGX_ERROR);
        }
        return ok;
    }

    const LocConf& conf_;
    ngx_str_t text_;
    ngx_str_t dbname_;
    State state_ = State::connecting;
};

// The database that drizzle_dbname names, with a NUL behind it; empty: the server's. NGX_OK, or the
// status to end the request with (logged).
ngx_int_t evaluate_dbname(ngx_http_request_t* r, const ngx::client::Servers& servers,
                          ngx_str_t& dbname) {
    ngx_http_complex_value_t* value = loc_conf(r).dbname;
    if (value == nullptr) {
        return NGX_OK;
    }
    if (ngx_http_complex_value(r, value, &dbname) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (dbname.len > kMaxName) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "drizzle: \"dbname\" value too large in upstream \"%V\"",
                      &servers.upstream->host);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    dbname = ngx::copy(r->pool, ngx::view(dbname));
    return dbname.data == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_OK;
}

} // namespace

ngx_int_t pass_handler(ngx_http_request_t* r) noexcept {
    if (r->subrequest_in_memory) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "ngx_http_drizzle_module does not support subrequest in memory");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx::client::Servers* servers = ngx::client::choose_servers<ngx_http_drizzle_module>(
        r, loc_conf(r), "drizzle: handler: empty \"drizzle_pass\" target",
        "drizzle: upstream \"%V\" not found",
        "process events: it seems you are using a non-drizzle upstream backend");
    if (servers == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_t text = ngx_null_string;
    ngx_str_t dbname = ngx_null_string;
    ngx_int_t rc = ngx::client::evaluate_query(r, loc_conf(r).queries, kNames, text);
    if (rc == NGX_OK) {
        rc = evaluate_dbname(r, *servers, dbname);
    }
    if (rc != NGX_OK) {
        return rc;
    }

    auto* query = ngx::make<Query>(r->pool, r, *servers, text, dbname);
    return query == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : query->run();
}

} // namespace drizzle
