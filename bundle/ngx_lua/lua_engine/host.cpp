#include "lua_engine/host.hpp"

namespace lua {

void Host::end() noexcept {
    run.abort();
    while (resources_ != nullptr) {
        HostResource& resource = *resources_;
        resource.on_host_end();
        resource.detach();
    }
}

bool HostResource::attach(Host& host) noexcept {
    if (!host.guard()) {
        return false;
    }
    detach();
    host_ = &host;
    next_ = host.resources_;
    if (next_ != nullptr) {
        next_->prev_ = this;
    }
    host.resources_ = this;
    return true;
}

void HostResource::detach() noexcept {
    if (host_ == nullptr) {
        return;
    }
    (prev_ == nullptr ? host_->resources_ : prev_->next_) = next_;
    if (next_ != nullptr) {
        next_->prev_ = prev_;
    }
    host_ = nullptr;
    next_ = nullptr;
    prev_ = nullptr;
}

} // namespace lua
