#include "lua_regex/match_memory.hpp"

#include "lua_regex/regex.hpp"

#include <algorithm>

namespace lua::regex {

namespace {

constexpr size_t kMinJitStack = 32 * 1024; // PCRE2's own default
constexpr uint32_t kMinPairs = 16;         // enough for most patterns: few reallocations

} // namespace

MatchMemory& MatchMemory::make() noexcept {
    static thread_local MatchMemory memory;
    current_ = &memory;
    return memory;
}

MatchMemory::MatchMemory() noexcept
    : context_(pcre2_match_context_create(nullptr)),
      dfa_data_(pcre2_match_data_create(1, nullptr)) {
    set_match_limit(static_cast<uint32_t>(settings().match_limit));
}

bool MatchMemory::grow(uint32_t pairs) noexcept {
    if (!context_ || !dfa_data_) {
        return false;
    }

    const uint32_t wanted = std::max(pairs, kMinPairs);
    pcre2_match_data* data = pcre2_match_data_create(wanted, nullptr);
    if (data == nullptr) {
        return false;
    }

    data_.reset(data);
    pairs_ = wanted;
    return true;
}

void MatchMemory::set_match_limit(uint32_t limit) noexcept {
    if (limit == 0) {
        pcre2_config(PCRE2_CONFIG_MATCHLIMIT, &limit);
    }

    if (context_) {
        pcre2_set_match_limit(context_.get(), limit);
    }
}

std::string_view MatchMemory::set_jit_stack(size_t size) noexcept {
    uint32_t has_jit = 0;
    pcre2_config(PCRE2_CONFIG_JIT, &has_jit);
    if (has_jit == 0) {
        return "no pcre jit support found";
    }

    pcre2_jit_stack* stack = nullptr;
    if (context_) {
        stack = pcre2_jit_stack_create(kMinJitStack, std::max(size, kMinJitStack), nullptr);
    }

    if (stack == nullptr) {
        return "pcre jit stack allocation failed";
    }

    pcre2_jit_stack_assign(context_.get(), nullptr, stack);
    jit_stack_.reset(stack);
    return {};
}

} // namespace lua::regex
