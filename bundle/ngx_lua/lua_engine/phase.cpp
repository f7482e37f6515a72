#include "lua_engine/phase.hpp"

#include <array>
#include <bit>

namespace lua {
namespace {

#define CONTEXT(name) name, "API disabled in the context of " name

struct Names {
    const char* context;
    const char* refusal;
};

// By bit number of Phase.
constexpr std::array<Names, 20> kNames{{
    {CONTEXT("set_by_lua*")},
    {CONTEXT("rewrite_by_lua*")},
    {CONTEXT("access_by_lua*")},
    {CONTEXT("content_by_lua*")},
    {CONTEXT("log_by_lua*")},
    {CONTEXT("header_filter_by_lua*")},
    {CONTEXT("body_filter_by_lua*")},
    {CONTEXT("ngx.timer")},
    {CONTEXT("init_worker_by_lua*")},
    {CONTEXT("balancer_by_lua*")},
    {CONTEXT("ssl_certificate_by_lua*")},
    {CONTEXT("ssl_session_store_by_lua*")},
    {CONTEXT("ssl_session_fetch_by_lua*")},
    {CONTEXT("exit_worker_by_lua*")},
    {CONTEXT("ssl_client_hello_by_lua*")},
    {CONTEXT("server_rewrite_by_lua*")},
    {CONTEXT("proxy_ssl_verify_by_lua*")},
    {CONTEXT("precontent_by_lua*")},
    {CONTEXT("proxy_ssl_certificate_by_lua*")},
    {CONTEXT("preread_by_lua*")},
}};

constexpr Names kUnknown{CONTEXT("(unknown)")};

const Names& names(Phase phase) {
    auto bit = static_cast<unsigned>(std::countr_zero(static_cast<uint32_t>(phase)));
    return bit < kNames.size() ? kNames[bit] : kUnknown;
}

static_assert(static_cast<uint32_t>(Phase::preread) == 1U << (kNames.size() - 1));

} // namespace

const char* context_name(Phase phase) noexcept {
    return names(phase).context;
}

const char* refusal(Phase phase) noexcept {
    return names(phase).refusal;
}

} // namespace lua
