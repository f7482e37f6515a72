// The FFI functions of a connection's user data. Their names are known to Lua code in the wild;
// what they do is told by their signatures only.
#include "lua_net/tcp_socket.hpp"
#include "ngx/export.hpp"

namespace lua::net {
namespace {

constexpr int kError = -1;
constexpr int kNotFound = -5;

int refuse(const char** err, int code, const char* why) noexcept {
    *err = why;
    return code;
}

UserData* queue_of(TcpSocket* u, const char** err) noexcept {
    UserData* data = u == nullptr ? nullptr : u->user_data.get();
    if (data == nullptr) {
        *err = "no udata queue";
    }
    return data;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_init_udata_queue(TcpSocket* u, int capacity,
                                                        const char** err) noexcept {
    if (u == nullptr || u->connection == nullptr || capacity < 0) {
        return refuse(err, kError,
                      u == nullptr || u->connection == nullptr ? "closed" : "bad capacity");
    }
    if (u->user_data == nullptr) {
        u->user_data = std::make_unique<UserData>(static_cast<size_t>(capacity));
    }
    return kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_count_udata(TcpSocket* u) noexcept {
    const char* err = nullptr;
    const UserData* data = queue_of(u, &err);
    return data == nullptr ? 0 : static_cast<int>(data->count());
}

// The pair that had to go, or zeros.
NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_add_udata(TcpSocket* u, uint64_t key, uint64_t value,
                                                 uint64_t* evicted_key, uint64_t* evicted_value,
                                                 const char** err) noexcept {
    UserData* data = queue_of(u, err);
    if (data == nullptr) {
        return kError;
    }
    UserData::Pair evicted = {};
    data->add({key, value}, evicted);
    *evicted_key = evicted.key;
    *evicted_value = evicted.value;
    return kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_get_udata(TcpSocket* u, uint64_t key, uint64_t* value,
                                                 const char** err) noexcept {
    const UserData* data = queue_of(u, err);
    if (data == nullptr) {
        return kError;
    }
    const UserData::Pair* pair = data->find(key);
    if (pair == nullptr) {
        return refuse(err, kNotFound, "not found");
    }
    *value = pair->value;
    return kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_del_udata(TcpSocket* u, uint64_t key,
                                                 const char** err) noexcept {
    UserData* data = queue_of(u, err);
    if (data == nullptr) {
        return kError;
    }
    return data->remove(key) ? kDone : refuse(err, kNotFound, "not found");
}

} // namespace lua::net
