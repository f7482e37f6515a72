// What PCRE2 needs for one match, kept per thread and shared by all patterns: match data as large
// as the largest pattern seen, a match context (match limit, JIT stack) and the DFA's work space.
//
// It comes into being with the thread's first pattern and goes with the thread. A match may not be
// started inside another one, and none is: PCRE2 calls nothing back here.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace lua::regex {

template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* p) const noexcept {
        Free(p);
    }
};

class MatchMemory {
public:
    // The thread's own. Valid until the thread ends.
    [[nodiscard]] static MatchMemory& of_thread() noexcept {
        return current_ != nullptr ? *current_ : make();
    }

    // Makes room for the groups of a pattern: `pairs` offset pairs, the whole match included.
    // False: no memory.
    [[nodiscard]] bool reserve(uint32_t pairs) noexcept { return pairs <= pairs_ || grow(pairs); }

    // The limit of the next matches; 0 is PCRE2's default.
    void set_match_limit(uint32_t limit) noexcept;

    // Gives JIT code a stack of up to `size` bytes; empty result: done, otherwise what went wrong.
    // Without a call it runs on 32 KiB of the machine's stack.
    [[nodiscard]] std::string_view set_jit_stack(size_t size) noexcept;

    [[nodiscard]] pcre2_match_data* data() const noexcept { return data_.get(); }
    [[nodiscard]] pcre2_match_data* dfa_data() const noexcept { return dfa_data_.get(); }
    [[nodiscard]] pcre2_match_context* context() const noexcept { return context_.get(); }
    [[nodiscard]] std::array<int, 1000>& dfa_workspace() noexcept { return dfa_workspace_; }

private:
    MatchMemory() noexcept;
    static MatchMemory& make() noexcept;
    bool grow(uint32_t pairs) noexcept;

    // A plain pointer, so that a match does not pass an initialisation guard.
    static inline constinit thread_local MatchMemory* current_ = nullptr;

    std::unique_ptr<pcre2_jit_stack, Freer<pcre2_jit_stack_free>> jit_stack_;
    std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>> context_;
    std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>> data_;
    std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>> dfa_data_; // one pair
    uint32_t pairs_ = 0;
    std::array<int, 1000> dfa_workspace_{};
};

} // namespace lua::regex
