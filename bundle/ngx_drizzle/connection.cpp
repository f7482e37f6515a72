#include "connection.hpp"

#include "client/servers.hpp"

#include <sys/socket.h>

namespace drizzle {

namespace {

const char* text(const ngx_str_t& s) {
    return reinterpret_cast<const char*>(s.data);
}

} // namespace

MysqlConnection::MysqlConnection(ngx::client::Pool& pool, const ngx::client::Peer& peer)
    : Connection(pool, peer) {
    mysql_init(&mysql_);
    mysql_options(&mysql_, MYSQL_OPT_NONBLOCK, nullptr);

    // A server may ask for any of the client's files.
    const unsigned off = 0;
    mysql_options(&mysql_, MYSQL_OPT_LOCAL_INFILE, &off);
}

// The library would wait for a server that is in the middle of something: to read the rest of a
// result, or to send a farewell. On a socket that was shut down it cannot. A call that has not
// ended is told that its time is up, so that it frees what it holds.
MysqlConnection::~MysqlConnection() {
    socket().detach();
    const int s = fd();
    if (s != -1 && (call_ != Call::none || result_ != nullptr)) {
        shutdown(s, SHUT_RDWR);
    }
    while (call_ != Call::none) {
        static_cast<void>(ended(call_, go_on(MYSQL_WAIT_TIMEOUT)));
    }
    free_result();
    mysql_close(&mysql_);
}

bool MysqlConnection::start_connect(const ngx::client::Peer& peer, const char* dbname) {
    const ngx::client::Server& server = *peer.server;
    return ended(Call::connect,
                 mysql_real_connect_start(&connected_, &mysql_, text(peer.host), text(server.user),
                                          text(server.password), dbname, peer.port, nullptr, 0));
}

bool MysqlConnection::start_query(std::string_view query) {
    return ended(Call::query,
                 mysql_send_query_start(&query_status_, &mysql_, query.data(), query.size()));
}

bool MysqlConnection::start_read_result() {
    return ended(Call::read_result, mysql_read_query_result_start(&result_status_, &mysql_));
}

bool MysqlConnection::start_fetch() {
    return ended(Call::fetch, mysql_fetch_row_start(&row_, result_));
}

bool MysqlConnection::resume() {
    return ended(call_, go_on(waits_for_ & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE)));
}

int MysqlConnection::go_on(int events) {
    switch (call_) {
    case Call::connect:
        return mysql_real_connect_cont(&connected_, &mysql_, events);
    case Call::query:
        return mysql_send_query_cont(&query_status_, &mysql_, events);
    case Call::read_result:
        return mysql_read_query_result_cont(&result_status_, &mysql_, events);
    case Call::fetch:
        return mysql_fetch_row_cont(&row_, result_, events);
    default:
        return 0;
    }
}

bool MysqlConnection::ended(Call call, int waits_for) {
    waits_for_ = waits_for;
    call_ = waits_for == 0 ? Call::none : call;
    if (waits_for != 0) {
        return false;
    }

    switch (call) {
    case Call::connect:
        has_failed_ = connected_ == nullptr;
        break;
    case Call::query:
        has_failed_ = query_status_ != 0;
        break;
    case Call::read_result:
        has_failed_ = result_status_ != 0;
        break;
    default:
        has_failed_ = row_ == nullptr && mysql_errno(&mysql_) != 0;
    }
    return true;
}

MYSQL_RES* MysqlConnection::use_result() {
    result_ = mysql_field_count(&mysql_) == 0 ? nullptr : mysql_use_result(&mysql_);
    return result_;
}

void MysqlConnection::free_result() {
    if (result_ != nullptr) {
        mysql_free_result(result_);
        result_ = nullptr;
    }
}

} // namespace drizzle
