// The phases in which Lua code runs, and sets of them. The bits are those that ngx.get_raw_phase
// shows, so they are part of the interface with Lua code.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace lua {

enum class Phase : uint32_t {
    none = 0, // no handler runs: configuration time, init_by_lua*
    set = 0x1,
    rewrite = 0x2,
    access = 0x4,
    content = 0x8,
    log = 0x10,
    header_filter = 0x20,
    body_filter = 0x40,
    timer = 0x80,
    init_worker = 0x100,
    balancer = 0x200,
    ssl_cert = 0x400,
    ssl_session_store = 0x800,
    ssl_session_fetch = 0x1000,
    exit_worker = 0x2000,
    ssl_client_hello = 0x4000,
    server_rewrite = 0x8000,
    proxy_ssl_verify = 0x10000,
    precontent = 0x20000,
    proxy_ssl_cert = 0x40000,
    preread = 0x80000, // of a stream session
};

class PhaseSet {
public:
    constexpr PhaseSet(std::initializer_list<Phase> phases) {
        for (Phase phase : phases) {
            bits_ |= static_cast<uint32_t>(phase);
        }
    }

    [[nodiscard]] constexpr bool has(Phase phase) const {
        return (bits_ & static_cast<uint32_t>(phase)) != 0;
    }

    [[nodiscard]] constexpr PhaseSet operator|(PhaseSet other) const {
        PhaseSet both = *this;
        both.bits_ |= other.bits_;
        return both;
    }

private:
    uint32_t bits_ = 0;
};

// Handlers of these may produce output, redirect, read the body.
inline constexpr PhaseSet kOutputPhases{Phase::server_rewrite, Phase::rewrite, Phase::access,
                                        Phase::precontent,     Phase::content, Phase::preread};

// Handlers of these run in coroutines and may wait.
inline constexpr PhaseSet kYieldPhases =
    kOutputPhases |
    PhaseSet{
        Phase::timer,    Phase::proxy_ssl_cert,   Phase::proxy_ssl_verify, Phase::ssl_client_hello,
        Phase::ssl_cert, Phase::ssl_session_fetch};

// Handlers of these serve a request of a real client connection.
inline constexpr PhaseSet kRequestPhases =
    kOutputPhases |
    PhaseSet{Phase::set,      Phase::header_filter,  Phase::body_filter,     Phase::log,
             Phase::balancer, Phase::proxy_ssl_cert, Phase::proxy_ssl_verify};

// Handlers of these run in the TLS handshake of a client connection.
inline constexpr PhaseSet kHandshakePhases{Phase::ssl_client_hello, Phase::ssl_cert,
                                           Phase::ssl_session_fetch, Phase::ssl_session_store};

inline constexpr PhaseSet kExitPhases =
    kYieldPhases | PhaseSet{Phase::header_filter, Phase::balancer, Phase::ssl_session_store};

// "content_by_lua*", "ngx.timer" ...; "(unknown)" for no phase.
[[nodiscard]] const char* context_name(Phase phase) noexcept;

// "API disabled in the context of content_by_lua*" ...: a static string.
[[nodiscard]] const char* refusal(Phase phase) noexcept;

inline constexpr const char* kRefusedHere = "API disabled in the current context";

} // namespace lua
