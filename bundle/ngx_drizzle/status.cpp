// drizzle_status: the pools of this worker, as text.
#include "drizzle.hpp"
#include "ngx/body_writer.hpp"
#include "ngx/pool.hpp"

namespace drizzle {

namespace {

using ngx::client::Pool;
using ngx::client::Servers;

class Report {
public:
    explicit Report(ngx::BodyWriter& out) : out_(out) {}

    bool line(std::string_view name, uint64_t number) {
        return out_.write(name) && out_.write(": ") && out_.write_number(number) &&
               out_.write("\n");
    }

    bool line(std::string_view name, const std::vector<unsigned>& numbers) {
        if (!out_.write(name) || !out_.write(":")) {
            return false;
        }
        for (const unsigned number : numbers) {
            if (!out_.write(" ") || !out_.write_number(number)) {
                return false;
            }
        }
        return out_.write("\n");
    }

    bool upstream(const Servers& servers) {
        const Pool& pool = *servers.pool;
        const bool is_rejecting = pool.settings().overflow == ngx::client::Overflow::reject;
        bool ok = out_.write("upstream ") && out_.write(ngx::view(servers.upstream->host)) &&
                  out_.write("\n") && line("  active connections", pool.active()) &&
                  line("  connection pool capacity", pool.settings().max);
        if (ok && pool.settings().max > 0) {
            const std::vector<unsigned> idle = pool.idle_uses();
            const std::vector<unsigned>& free = pool.free_uses();
            ok = out_.write("  overflow: ") && out_.write(is_rejecting ? "reject\n" : "ignore\n") &&
                 line("  cached connection queue", idle.size()) &&
                 line("  free'd connection queue", free.size()) &&
                 line("  cached connection successfully used count", idle) &&
                 line("  free'd connection successfully used count", free);
        }
        return ok && line("  servers", servers.list().size()) &&
               line("  peers", servers.peers.size());
    }

private:
    ngx::BodyWriter& out_;
};

bool write_report(ngx_http_request_t* r, ngx::BodyWriter& out) {
    Report report(out);
    bool is_first = true;
    if (ngx_process == NGX_PROCESS_WORKER) {
        if (!report.line("worker process", static_cast<uint64_t>(ngx_pid)) || !out.write("\n")) {
            return false;
        }
    }

    auto* umcf = static_cast<ngx_http_upstream_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_upstream_module));
    for (ngx_http_upstream_srv_conf_t* upstream :
         std::span(static_cast<ngx_http_upstream_srv_conf_t**>(umcf->upstreams.elts),
                   umcf->upstreams.nelts)) {
        const Servers* servers = ngx::client::find_servers<ngx_http_drizzle_module>(upstream);
        if (servers == nullptr) {
            continue;
        }
        if ((!is_first && !out.write("\n")) || !report.upstream(*servers)) {
            return false;
        }
        is_first = false;
    }
    return true;
}

} // namespace

ngx_int_t status_handler(ngx_http_request_t* r) noexcept {
    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    auto* buffers = ngx::make<ngx::BodyBuffers>(
        r->pool, ngx::BodyBuffers{&ngx_http_drizzle_module, ngx_pagesize});
    if (buffers == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx::BodyWriter out(r->pool, *buffers);
    if (!write_report(r, out)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }
    if (out.chain() != nullptr && ngx_http_output_filter(r, out.chain()) == NGX_ERROR) {
        return NGX_ERROR;
    }
    return ngx_http_send_special(r, NGX_HTTP_LAST);
}

} // namespace drizzle
