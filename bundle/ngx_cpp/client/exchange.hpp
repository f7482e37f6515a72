// A request that runs a statement on a database: what its module's state machine stands on.
//
// An Exchange lives in the request's pool. It takes a connection from the upstream's Pool, or opens
// one, is called when the socket is ready or time is up, sends the result to the client, and ends
// the request. While the client is slow it takes no more from the server than a few buffers.
//
// It works without ngx_http_upstream, whose read and write are not ours to call; r->upstream and
// r->upstream_states are there for the log and the variables ($upstream_addr ...).
#pragma once

#include "client/queries.hpp"
#include "client/servers.hpp"
#include "ngx/body_writer.hpp"
#include "ngx/complex_value.hpp"
#include "ngx/upstream_conf.hpp"

#include <cstdint>
#include <memory>

namespace ngx::client {

class Exchange : public Socket::Owner {
public:
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // Runs the request from here on; the content handler returns what this returns.
    ngx_int_t run() {
        const ngx_int_t rc = ngx_http_discard_request_body(r_);
        if (rc != NGX_OK) {
            return rc;
        }
        if (!prepare()) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        r_->main->count++;
        begin();
        return NGX_DONE;
    }

protected:
    // What output came to.
    enum class Flow { on, paused, ended };

    Exchange(ngx_http_request_t* r, Servers& servers, const char* schema, BodyBuffers buffers)
        : r_(r), servers_(servers), buffers_(buffers), schema_(schema), peer_(nullptr) {}
    ~Exchange() { close(); }

    // The module's part: start; go on where an event was waited for; go on sending.
    virtual void start(bool is_new) = 0;
    virtual std::unique_ptr<Connection> open(const Peer& peer) = 0;
    virtual void proceed() = 0;
    virtual void write_more() = 0;
    virtual void before_timeout() {}

    // Waits for the socket.
    void wait(int fd, Want want) {
        if (!connection_->socket().watch(fd, want, r_->connection->log)) {
            finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
            return;
        }
        if (limit_ != 0) {
            connection_->socket().set_timer(limit_);
            limit_ = 0;
        }
    }

    // The client is slow: nothing is taken from the server for now.
    void hold(int fd) {
        connection_->socket().clear_timer();
        limit_ = 0;
        wait(fd, {});
    }

    // proceed() is called again when others have had their turn.
    void yield(int fd) {
        wait(fd, {});
        if (!is_finished_) {
            connection_->socket().post();
        }
    }

    // What is done from here on, for the log, and how long it may take.
    void enter(const char* action, ngx_msec_t limit) {
        action_ = action;
        limit_ = limit;
        show_in_log();
    }

    // The connection is ready for other requests.
    void release() {
        if (connection_ != nullptr) {
            servers_.pool->put(std::move(connection_));
        }
    }

    void close() { connection_.reset(); }

    // Ends the request: NGX_OK after the whole response, else a status or NGX_ERROR.
    void finish(ngx_int_t rc) {
        close();
        is_finished_ = true;
        *cleanup_ = nullptr;
        end_state(rc);
        if (rc == NGX_OK) {
            rc = ngx_http_send_special(r_, NGX_HTTP_LAST);
        }
        r_->connection->log->action = const_cast<char*>("sending to client");
        r_->write_event_handler = ngx_http_request_empty_handler;
        ngx_http_finalize_request(r_, rc);
    }

    // Sends the header. True: go on with the body.
    [[nodiscard]] bool send_header() {
        state_->header_time = ngx_current_msec - started_;
        const ngx_int_t rc = ngx_http_send_header(r_);
        if (rc == NGX_ERROR || rc > NGX_OK) {
            finish(rc);
            return false;
        }
        return true;
    }

    // Hands a chain on to the filters.
    [[nodiscard]] Flow send(ngx_chain_t* chain) {
        if (chain != nullptr) {
            const ngx_int_t rc = ngx_http_output_filter(r_, chain);
            buffers_.sent(r_->pool, chain);
            if (rc == NGX_ERROR) {
                finish(NGX_ERROR);
                return Flow::ended;
            }
        }
        return watch_client();
    }

    [[nodiscard]] ngx_log_t* log() const { return r_->connection->log; }

    ngx_http_request_t* r_;
    Servers& servers_;
    std::unique_ptr<Connection> connection_;
    BodyBuffers buffers_;

private:
    static constexpr size_t kBusyBuffers = 8;

    static Exchange& of(ngx_http_request_t* r) {
        return *static_cast<Exchange*>(r->upstream->peer.data);
    }

    // Makes what the log and variables look at; false when memory is short.
    bool prepare() {
        if (ngx_http_upstream_create(r_) != NGX_OK) {
            return false;
        }
        ngx_http_upstream_t& u = *r_->upstream;
        u.schema = str(schema_);
        u.peer.data = this;
        u.output.tag = buffers_.tag;

        if (r_->upstream_states == nullptr) {
            r_->upstream_states = ngx_array_create(r_->pool, 1, sizeof(ngx_http_upstream_state_t));
        }
        ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(r_, 0);
        state_ = r_->upstream_states == nullptr
                     ? nullptr
                     : static_cast<ngx_http_upstream_state_t*>(ngx_array_push(r_->upstream_states));
        if (cleanup == nullptr || state_ == nullptr) {
            return false;
        }
        cleanup->handler = on_request_end;
        cleanup->data = this;
        cleanup_ = &cleanup->handler;

        ngx_memzero(state_, sizeof(*state_));
        state_->connect_time = state_->header_time = static_cast<ngx_msec_t>(-1);
        started_ = ngx_current_msec;
        return true;
    }

    // The request goes away, maybe in the middle.
    static void on_request_end(void* data) noexcept {
        auto& exchange = *static_cast<Exchange*>(data);
        exchange.is_finished_ = true;
        exchange.close();
    }

    void begin() {
        r_->write_event_handler = on_client_writable;

        const Peer& peer = servers_.next_peer();
        connection_ = servers_.pool->take(peer);
        const bool is_new = connection_ == nullptr;
        peer_ = is_new ? &peer : &connection_->peer();
        r_->upstream->peer.name = const_cast<ngx_str_t*>(&peer_->name);
        state_->peer = const_cast<ngx_str_t*>(&peer_->name);

        if (is_new) {
            if (servers_.pool->rejects()) {
                ngx_log_error(NGX_LOG_INFO, log(), 0,
                              "%s: %sconnection pool %sfull, rejecting request to upstream \"%V\"",
                              servers_.names->module, full_prefix(), full_verb(),
                              &servers_.upstream->host);
                finish(NGX_HTTP_SERVICE_UNAVAILABLE);
                return;
            }
            connection_ = open(peer);
            if (connection_ == nullptr) {
                finish(NGX_HTTP_INTERNAL_SERVER_ERROR);
                return;
            }
        }
        connection_->set_user(this);
        start(is_new);
    }

    // The two modules word their message differently.
    [[nodiscard]] bool is_terse() const { return *servers_.names->bare_prefix == '\0'; }
    [[nodiscard]] const char* full_prefix() const { return is_terse() ? "" : "keepalive "; }
    [[nodiscard]] const char* full_verb() const { return is_terse() ? "" : "is "; }

    // Subrequests of one connection share its log.
    void show_in_log() {
        ngx_http_set_log_request(log(), r_);
        log()->action = const_cast<char*>(action_);
    }

    void end_state(ngx_int_t rc) {
        state_->response_time = ngx_current_msec - started_;
        state_->status =
            rc >= NGX_HTTP_SPECIAL_RESPONSE ? static_cast<ngx_uint_t>(rc) : r_->headers_out.status;
        if (state_->connect_time == static_cast<ngx_msec_t>(-1) && rc == NGX_OK) {
            state_->connect_time = 0;
        }
    }

    void on_ready() override {
        ngx_connection_t* c = r_->connection;
        show_in_log();
        proceed();
        ngx_http_run_posted_requests(c);
    }

    void on_timeout() override {
        ngx_connection_t* c = r_->connection;
        show_in_log();
        before_timeout();
        ngx_log_error(NGX_LOG_ERR, c->log, NGX_ETIMEDOUT, "upstream timed out");
        finish(r_->header_sent ? NGX_ERROR : static_cast<ngx_int_t>(NGX_HTTP_GATEWAY_TIME_OUT));
        ngx_http_run_posted_requests(c);
    }

    void on_close() override {}

    [[nodiscard]] bool is_full() const {
        size_t n = 0;
        for (const ngx_chain_t* cl = buffers_.busy; cl != nullptr; cl = cl->next) {
            n++;
        }
        return n > kBusyBuffers;
    }

    // Sees to it that nginx calls when the client takes more.
    Flow watch_client() {
        ngx_connection_t* c = r_->connection;
        ngx_event_t* wev = c->write;
        auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
            ngx_http_get_module_loc_conf(r_, ngx_http_core_module));

        if (c->data == r_) {
            if (c->buffered && !wev->ready && !wev->delayed) {
                ngx_add_timer(wev, clcf->send_timeout);
            } else if (wev->timer_set && !wev->delayed) {
                ngx_del_timer(wev);
            }
            if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
                finish(NGX_ERROR);
                return Flow::ended;
            }
        }
        is_paused_ = is_full();
        return is_paused_ ? Flow::paused : Flow::on;
    }

    static void on_client_writable(ngx_http_request_t* r) noexcept {
        Exchange& exchange = of(r);
        if (!exchange.is_finished_) {
            exchange.continue_sending();
        }
    }

    void continue_sending() {
        ngx_event_t* wev = r_->connection->write;
        if (wev->timedout) {
            r_->connection->timedout = 1;
            ngx_log_error(NGX_LOG_INFO, log(), NGX_ETIMEDOUT, "client timed out");
            finish(NGX_HTTP_REQUEST_TIME_OUT);
            return;
        }
        if (wev->delayed || !r_->header_sent) {
            if (!r_->header_sent || ngx_handle_write_event(wev, 0) == NGX_OK) {
                return;
            }
            finish(NGX_ERROR);
            return;
        }

        const bool was_paused = is_paused_;
        const ngx_int_t rc = ngx_http_output_filter(r_, nullptr);
        buffers_.sent(r_->pool, nullptr);
        if (rc == NGX_ERROR) {
            finish(NGX_ERROR);
            return;
        }
        if (watch_client() == Flow::on && was_paused) {
            write_more();
        }
    }

    const char* schema_;
    const char* action_ = nullptr;
    const Peer* peer_;
    ngx_http_upstream_state_t* state_ = nullptr;
    ngx_http_cleanup_pt* cleanup_ = nullptr;
    ngx_msec_t started_ = 0;
    ngx_msec_t limit_ = 0;
    bool is_finished_ = false;
    bool is_paused_ = false;
};

// The servers that a request's NAME_pass means: those of the location, or of the block that the
// value of its variables names. Null: *rc is the status to end the request with (logged).
template <ngx_module_t& Module>
Servers* choose_servers(ngx_http_request_t* r, const http::UpstreamConf& conf, const char* empty,
                        const char* unknown, const char* other_kind) {
    ngx_http_upstream_srv_conf_t* upstream = conf.upstream;

    if (conf.target != nullptr) {
        ngx_str_t name;
        if (ngx_http_complex_value(r, conf.target, &name) != NGX_OK) {
            return nullptr;
        }
        if (name.len == 0) {
            auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
                ngx_http_get_module_loc_conf(r, ngx_http_core_module));
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, empty, &conf.target->value,
                          &clcf->name);
            return nullptr;
        }
        upstream = http::find_upstream(r, name);
        if (upstream == nullptr) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, unknown, &name);
            return nullptr;
        }
    }

    Servers* servers = find_servers<Module>(upstream);
    if (servers == nullptr) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, other_kind);
    }
    return servers;
}

// What the location configurations of all these modules have.
struct QueryConf : http::UpstreamConf {
    Queries queries;
};

// Whether the block that NAME_pass names has servers of the module; for merging a location's conf.
template <ngx_module_t& Module>
bool has_servers(ngx_conf_t* cf, ngx_http_upstream_srv_conf_t* upstream, const char* format) {
    if (upstream == nullptr || upstream->srv_conf == nullptr ||
        find_servers<Module>(upstream) != nullptr) {
        return true;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, format, &upstream->host, upstream->file_name,
                       upstream->line);
    return false;
}

// Merges it; `format` is the message about a block without servers of the module.
template <ngx_module_t& Module>
char* merge_query_conf(ngx_conf_t* cf, QueryConf& conf, const QueryConf& prev, const char* format) {
    if (conf.queries.is_empty()) {
        conf.queries = prev.queries;
    }
    if (conf.upstream == nullptr && conf.target == nullptr) {
        conf.upstream = prev.upstream;
        conf.target = prev.target;
    }
    return has_servers<Module>(cf, conf.upstream, format) ? NGX_CONF_OK : conf_failed();
}

} // namespace ngx::client
