#include "lua_process/process_host.hpp"

#include "lua_engine/origin.hpp"

namespace lua::process {

ProcessHost::ProcessHost(Vm& vm, Phase at, ngx_cycle_t* cycle, const net::Settings& settings,
                         const char* context) noexcept
    : DetachedHost(vm, at, *cycle->log, context), cycle_(cycle), settings_(settings) {}

ProcessHost::~ProcessHost() {
    end();
    release_ctx_table(*this);
    release_origin();
}

Origin* ProcessHost::make_origin() noexcept {
    return Origin::make(*cycle_->log, {}, {}, &settings_);
}

} // namespace lua::process
