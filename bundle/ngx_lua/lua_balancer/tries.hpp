// How often one proxied request may be tried. nginx counts what is left of the tries of the
// balancing method (ngx_peer_connection_t.tries, the running one included); a handler may ask for
// more, up to the limit of *_next_upstream_tries, which counts all tries of the request.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::balancer {

inline constexpr const char* kReduced = "reduced tries due to limit";

class Tries {
public:
    // The handler is about to run for another try.
    void begin() noexcept {
        begun_++;
        more_ = 0;
    }

    // The handler asks for `count` more tries than the `left` ones; the last call of a run counts.
    // A limit of 0 is none. Returns what there is to tell about it, null for nothing.
    [[nodiscard]] const char* ask(int count, ngx_uint_t left, ngx_uint_t limit) noexcept {
        more_ = count > 0 ? static_cast<ngx_uint_t>(count) : 0;
        if (limit == 0) {
            return nullptr;
        }
        ngx_uint_t promised = begun_ + (left > 0 ? left - 1 : 0);
        ngx_uint_t room = limit > promised ? limit - promised : 0;
        if (more_ <= room) {
            return nullptr;
        }
        more_ = room;
        return kReduced;
    }

    // What to add to the tries that are left.
    [[nodiscard]] ngx_uint_t granted() const noexcept { return more_; }

    [[nodiscard]] bool is_first() const noexcept { return begun_ <= 1; }

    // nginx gave one more try because a kept connection turned out to be dead; left includes it.
    // Returns whether it may stay: once, and only if no other try is left, so that a pool full of
    // dead connections does not keep a request going.
    [[nodiscard]] bool allow_extra(ngx_uint_t left) noexcept {
        if (left > 1 || extra_given_) {
            return false;
        }
        extra_given_ = true;
        return true;
    }

private:
    ngx_uint_t begun_ = 0;
    ngx_uint_t more_ = 0;
    bool extra_given_ = false;
};

} // namespace lua::balancer
