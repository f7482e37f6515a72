// A connection of libpq.
#pragma once

#include "client/servers.hpp"

#include <libpq-fe.h>

namespace postgres {

class PgConnection final : public ngx::client::Connection {
public:
    PgConnection(ngx::client::Pool& pool, const ngx::client::Peer& peer) : Connection(pool, peer) {}
    ~PgConnection() override;

    // Begins to connect; false if that cannot be.
    [[nodiscard]] bool start();

    [[nodiscard]] PGconn* get() const { return conn_; }
    [[nodiscard]] int fd() const override { return PQsocket(conn_); }

private:
    bool is_usable() override;

    PGconn* conn_ = nullptr;
};

} // namespace postgres
