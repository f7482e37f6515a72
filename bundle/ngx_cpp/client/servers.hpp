// The directives of an upstream block whose servers are databases: NAME_server and NAME_keepalive.
//
// A module's server configuration of the block is a Servers. Peers, one for each address of each
// server, are taken in turn by weight. Everything lives in the configuration's pool.
#pragma once

#include "client/pool.hpp"
#include "ngx/http.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <memory>

namespace ngx::client {

struct Server {
    ngx_str_t user; // of all of them nginx's configuration parser leaves a NUL behind the text
    ngx_str_t password;
    ngx_str_t dbname;
    ngx_str_t charset;
    std::span<ngx_addr_t> addresses;
    in_port_t port;
    int weight;
};

struct Peer {
    const Server* server;
    ngx_str_t name; // address:port, for logs
    ngx_str_t host; // the numeric address, with a NUL behind it
    in_port_t port;
    int current_weight;
};

// How a module's messages name things, and what its servers' parameters are.
struct Names {
    const char* module;      // "postgres"
    const char* server;      // the directive as messages show it
    const char* bare_prefix; // in front of messages that not all modules give a prefix
    const char* empty_query; // formats of messages about NAME_query
    const char* duplicate_method;
    const char* invalid_method;
    in_port_t default_port;
    // A further parameter of a server: NGX_DECLINED if there is no such one.
    ngx_int_t (*set_parameter)(ngx_conf_t* cf, Server& server, std::string_view name,
                               ngx_str_t value);
};

struct Servers {
    const Names* names = nullptr;
    ngx_http_upstream_srv_conf_t* upstream = nullptr;
    ngx_array_t* servers = nullptr; // of Server
    std::span<Peer> peers{};
    PoolSettings settings{};
    bool has_keepalive = false;
    Pool* pool = nullptr;

    [[nodiscard]] std::span<Server> list() const {
        return servers == nullptr ? std::span<Server>{}
                                  : std::span(static_cast<Server*>(servers->elts), servers->nelts);
    }

    // The peer whose turn it is.
    [[nodiscard]] const Peer& next_peer() const {
        Peer* best = nullptr;
        int total = 0;
        for (Peer& peer : peers) {
            peer.current_weight += peer.server->weight;
            total += peer.server->weight;
            if (best == nullptr || peer.current_weight > best->current_weight) {
                best = &peer;
            }
        }
        best->current_weight -= total;
        return *best;
    }
};

namespace detail {

inline bool cut_prefix(ngx_str_t& text, std::string_view prefix) {
    if (!view(text).starts_with(prefix)) {
        return false;
    }
    text = str(view(text).substr(prefix.size()));
    return true;
}

inline char* parse_server_parameter(ngx_conf_t* cf, const Names& names, Server& server,
                                    ngx_str_t arg) {
    ngx_str_t value = arg;
    if (cut_prefix(value, "user=")) {
        server.user = value;
    } else if (cut_prefix(value, "password=")) {
        server.password = value;
    } else if (cut_prefix(value, "dbname=")) {
        server.dbname = value;
    } else if (cut_prefix(value, "weight=")) {
        server.weight = static_cast<int>(ngx_atoi(value.data, value.len));
        if (server.weight <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%sinvalid parameter \"%V\" in %s",
                               names.bare_prefix, &arg, names.server);
            return conf_failed();
        }
    } else {
        const size_t equals = view(arg).find('=');
        const bool has_name = equals != std::string_view::npos;
        const ngx_int_t rc = names.set_parameter == nullptr || !has_name
                                 ? NGX_DECLINED
                                 : names.set_parameter(cf, server, view(arg).substr(0, equals),
                                                       str(view(arg).substr(equals + 1)));
        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%sinvalid parameter \"%V\" in %s",
                               names.bare_prefix, &arg, names.server);
        }
        return rc == NGX_OK ? NGX_CONF_OK : conf_failed();
    }
    return NGX_CONF_OK;
}

// The address of a peer in the form that client libraries take; false when memory is short.
inline bool set_host(ngx_conf_t* cf, Peer& peer, const ngx_addr_t& address) {
    u_char text[NGX_SOCKADDR_STRLEN];
    const size_t n = ngx_sock_ntop(address.sockaddr, address.socklen, text, NGX_SOCKADDR_STRLEN, 0);
    std::string_view host = ngx::view(text, text + n);
    if (host.starts_with('[')) {
        host = host.substr(1, host.size() - 2);
    }
    peer.host = copy(cf->pool, host);
    return peer.host.data != nullptr;
}

// Nobody can proxy_pass to a database.
inline ngx_int_t refuse_peer(ngx_http_request_t*, ngx_http_upstream_srv_conf_t*) noexcept {
    return NGX_ERROR;
}

} // namespace detail

// Finds the peers of a block; nginx calls it when all of the configuration has been read.
template <ngx_module_t& Module>
ngx_int_t init_peers(ngx_conf_t* cf, ngx_http_upstream_srv_conf_t* upstream) noexcept {
    auto& conf = *static_cast<Servers*>(ngx_http_conf_upstream_srv_conf(upstream, Module));

    size_t count = 0;
    for (const Server& server : conf.list()) {
        count += server.addresses.size();
    }
    conf.peers = {static_cast<Peer*>(ngx_pcalloc(cf->pool, count * sizeof(Peer))), count};
    conf.pool = ngx::make<Pool>(cf->pool, conf.settings);
    if (conf.peers.data() == nullptr || conf.pool == nullptr) {
        return NGX_ERROR;
    }

    Peer* peer = conf.peers.data();
    for (const Server& server : conf.list()) {
        for (const ngx_addr_t& address : server.addresses) {
            *peer = {.server = &server, .name = address.name, .port = server.port};
            if (!detail::set_host(cf, *peer++, address)) {
                return NGX_ERROR;
            }
        }
    }

    upstream->peer.init = detail::refuse_peer;
    return NGX_OK;
}

// NAME_server host[:port] [parameter ...]
template <ngx_module_t& Module, const Names& Strings>
char* add_server(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<Servers*>(data);
    const std::span<ngx_str_t> args = arguments(cf);

    auto* upstream = static_cast<ngx_http_upstream_srv_conf_t*>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module));
    if (conf.servers == nullptr) {
        conf.servers = ngx_array_create(cf->pool, 4, sizeof(Server));
        conf.names = &Strings;
        conf.upstream = upstream;
        upstream->peer.init_upstream = init_peers<Module>;
    }
    auto* known = static_cast<ngx_http_upstream_server_t*>(ngx_array_push(upstream->servers));
    auto* server =
        conf.servers == nullptr ? nullptr : static_cast<Server*>(ngx_array_push(conf.servers));
    if (server == nullptr || known == nullptr) {
        return conf_failed();
    }

    *server = {.user = ngx_string(""),
               .password = ngx_string(""),
               .dbname = ngx_string(""),
               .charset = ngx_string(""),
               .weight = 1};
    for (const ngx_str_t& arg : args.subspan(2)) {
        if (detail::parse_server_parameter(cf, Strings, *server, arg) != NGX_CONF_OK) {
            return conf_failed();
        }
    }

    ngx_url_t url{};
    url.url = args[1];
    url.default_port = Strings.default_port;
    if (ngx_parse_url(cf->pool, &url) != NGX_OK) {
        if (url.err != nullptr) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s: %s in upstream \"%V\"", Strings.module,
                               url.err, &url.url);
        }
        return conf_failed();
    }
    server->addresses = {url.addrs, url.naddrs};
    server->port = url.port;

    ngx_memzero(known, sizeof(*known));
    known->name = url.url;
    known->addrs = url.addrs;
    known->naddrs = url.naddrs;
    known->weight = static_cast<ngx_uint_t>(server->weight);
    return NGX_CONF_OK;
}

// NAME_keepalive off, or: [max=N] [mode=single|multi] [overflow=ignore|reject]
template <const Names& Strings>
char* set_keepalive(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<Servers*>(data);
    PoolSettings& settings = conf.settings;
    const std::span<ngx_str_t> args = arguments(cf);

    if (conf.has_keepalive) {
        return conf_message("is duplicate");
    }
    conf.has_keepalive = true;
    if (args.size() == 2 && view(args[1]) == "off") {
        settings.max = 0;
        return NGX_CONF_OK;
    }

    const auto invalid = [cf, &args](const char* prefix, const char* what, const ngx_str_t& value) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%sinvalid \"%s\" value \"%V\" in \"%V\" directive", prefix, what,
                           &value, &args[0]);
        return conf_failed();
    };
    u_char prefix[32];
    *ngx_sprintf(prefix, "%s: ", Strings.module) = '\0';
    const char* with_name = reinterpret_cast<char*>(prefix);

    for (const ngx_str_t& arg : args.subspan(1)) {
        ngx_str_t value = arg;
        if (detail::cut_prefix(value, "max=")) {
            const ngx_int_t max = ngx_atoi(value.data, value.len);
            if (max == NGX_ERROR) {
                return invalid(Strings.bare_prefix, "max", value);
            }
            settings.max = static_cast<size_t>(max);
        } else if (detail::cut_prefix(value, "mode=")) {
            if (view(value) != "single" && view(value) != "multi") {
                return invalid(with_name, "mode", value);
            }
            settings.mode = view(value) == "single" ? Mode::single : Mode::multi;
        } else if (detail::cut_prefix(value, "overflow=")) {
            if (view(value) != "ignore" && view(value) != "reject") {
                return invalid(with_name, "overflow", value);
            }
            settings.overflow = view(value) == "reject" ? Overflow::reject : Overflow::ignore;
        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "%s: invalid parameter \"%V\" in \"%V\" directive", Strings.module,
                               &arg, &args[0]);
            return conf_failed();
        }
    }
    return NGX_CONF_OK;
}

// The block's servers; null if it is a block of another kind.
template <ngx_module_t& Module>
Servers* find_servers(ngx_http_upstream_srv_conf_t* upstream) {
    if (upstream->srv_conf == nullptr) {
        return nullptr;
    }
    auto* conf = static_cast<Servers*>(ngx_http_conf_upstream_srv_conf(upstream, Module));
    return conf->servers == nullptr ? nullptr : conf;
}

} // namespace ngx::client
