// A connection of MariaDB Connector/C.
//
// The library's non-blocking calls come in pairs: one that starts, one that goes on each time the
// socket is ready, until it wants nothing more. Here a call is a start_ function and resume(); all
// of them return true when the call has ended. Strings given to it have to live until then.
#pragma once

#include "client/pool.hpp"

#include <mysql.h>

#include <string_view>

namespace drizzle {

class MysqlConnection final : public ngx::client::Connection {
public:
    MysqlConnection(ngx::client::Pool& pool, const ngx::client::Peer& peer);
    ~MysqlConnection() override;

    [[nodiscard]] bool start_connect(const ngx::client::Peer& peer, const char* dbname);
    [[nodiscard]] bool start_query(std::string_view text); // sends it
    [[nodiscard]] bool start_read_result();                // up to the columns
    [[nodiscard]] bool start_fetch();                      // the next row
    [[nodiscard]] bool resume();

    // What the call waits for.
    [[nodiscard]] ngx::client::Want wanted() const {
        return {.read = (waits_for_ & MYSQL_WAIT_READ) != 0,
                .write = (waits_for_ & MYSQL_WAIT_WRITE) != 0};
    }
    [[nodiscard]] bool is_calling() const { return call_ != Call::none; }
    [[nodiscard]] bool has_failed() const { return has_failed_; }

    // Takes the result whose columns were read, for start_fetch(); null if it has no columns.
    [[nodiscard]] MYSQL_RES* use_result();
    void free_result();

    [[nodiscard]] MYSQL_RES* result() const { return result_; }
    [[nodiscard]] MYSQL_ROW row() const { return row_; } // null behind the last one
    [[nodiscard]] MYSQL* get() { return &mysql_; }
    [[nodiscard]] int fd() const override {
        return static_cast<int>(mysql_get_socket(const_cast<MYSQL*>(&mysql_)));
    }

private:
    enum class Call { none, connect, query, read_result, fetch };

    bool ended(Call call, int waits_for);
    int go_on(int events);

    MYSQL mysql_;
    Call call_ = Call::none;
    int waits_for_ = 0;
    bool has_failed_ = false;
    MYSQL* connected_ = nullptr;
    int query_status_ = 0;
    my_bool result_status_ = 0;
    MYSQL_RES* result_ = nullptr;
    MYSQL_ROW row_ = nullptr;
};

} // namespace drizzle
