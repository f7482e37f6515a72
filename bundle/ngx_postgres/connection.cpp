#include "connection.hpp"

namespace postgres {

namespace {

const char* text(const ngx_str_t& s) {
    return reinterpret_cast<const char*>(s.data);
}

// Notices of servers would go to stderr.
void ignore_notice(void*, const PGresult*) {}

} // namespace

PgConnection::~PgConnection() {
    socket().detach();
    PQfinish(conn_);
}

// The address is numeric, so libpq does not ask a name server; encryption and Kerberos, whose
// beginnings are not in our hands, are off.
bool PgConnection::start() {
    const ngx::client::Server& server = *peer().server;
    u_char port[NGX_INT_T_LEN + 1];
    *ngx_sprintf(port, "%ui", static_cast<ngx_uint_t>(peer().port)) = '\0';

    constexpr size_t kOptions = 7;
    const char* const names[kOptions + 1] = {"hostaddr", "port",    "dbname",     "user",
                                             "password", "sslmode", "gssencmode", nullptr};
    const char* const values[kOptions + 1] = {text(peer().host),
                                              reinterpret_cast<char*>(port),
                                              text(server.dbname),
                                              text(server.user),
                                              text(server.password),
                                              "disable",
                                              "disable",
                                              nullptr};

    conn_ = PQconnectStartParams(names, values, 0);
    if (conn_ == nullptr) {
        return false;
    }
    PQsetNoticeReceiver(conn_, ignore_notice, nullptr);
    return PQstatus(conn_) != CONNECTION_BAD;
}

// Servers announce changed settings on idle connections; only a result nobody asked for, or the
// end, makes one useless.
bool PgConnection::is_usable() {
    if (PQconsumeInput(conn_) == 0 || PQstatus(conn_) != CONNECTION_OK) {
        return false;
    }
    if (PQisBusy(conn_) != 0) {
        return true;
    }
    PGresult* result = PQgetResult(conn_);
    if (result == nullptr) {
        return true;
    }
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "postgres: received result on idle keepalive connection");
    PQclear(result);
    return false;
}

} // namespace postgres
