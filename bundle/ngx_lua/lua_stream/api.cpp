#include "lua_stream/api.hpp"

#include "lua_process/service_api.hpp"
#include "lua_stream/conf.hpp"

namespace lua::stream {
namespace {

// The version of the API that this module offers; the Lua half asks for it.
constexpr int kApiVersion = 17;

} // namespace

void install_api(lua_State* L, void* data) {
    process::install_service_api(L, *static_cast<const MainConf*>(data), "stream", kApiVersion);
}

} // namespace lua::stream
