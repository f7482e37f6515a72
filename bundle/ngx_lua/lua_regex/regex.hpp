// Regular expressions of the Lua API, over PCRE2 (8 bit).
//
// A `Regex` is one compiled pattern. Its first part, `RegexAbi`, is read by Lua code through the
// FFI and is a contract (field order and types); the rest is ours. A Regex lives from compile()
// until destroy(): the Lua side owns it (ffi.gc, or an explicit call), no memory pool is involved.
// What a match needs besides the pattern is shared by all patterns of a thread: see
// match_memory.hpp.
//
// Nothing here knows nginx. The engine calls configure() when a configuration becomes the current
// one; before that the defaults of `Settings` hold and log lines are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;

namespace lua::regex {

// Values are nginx's (NGX_LOG_ERR and so on), so that the engine's callback passes them on.
enum class LogLevel { error = 4, info = 7, debug = 8 };

struct Settings {
    int match_limit = 0;               // lua_regex_match_limit; 0: PCRE2's own default
    uint32_t cache_max_entries = 1024; // lua_regex_cache_max_entries; 0: nothing is cached
    void (*log)(LogLevel level, std::string_view text) noexcept = nullptr;
};

void configure(const Settings& settings) noexcept;
[[nodiscard]] const Settings& settings() noexcept;
void log(LogLevel level, std::string_view text) noexcept;

// Bits of the ABI's `flags` argument.
namespace flag {
constexpr int compile_once = 0x01; // the Lua side's business: the cache is there
constexpr int dfa = 0x02;
constexpr int jit = 0x04;
constexpr int duplicate_names = 0x08; // the Lua side's business as well
constexpr int no_utf_check = 0x10;
} // namespace flag

// nginx's ngx_str_t and ngx_http_lua_complex_value_t, as the ABI has them.
struct AbiString {
    size_t len;
    const unsigned char* data;
};

struct AbiTemplate {
    AbiString value; // the text, when lengths is null
    void* lengths;
    void* values;
};

// ngx_http_lua_regex_t: read by Lua.
struct RegexAbi {
    void* pool; // always null
    const unsigned char* name_table;
    int name_count;
    int name_entry_size;
    int ncaptures; // 0 for a DFA match: it has no groups
    int* captures; // 2 * (ncaptures + 1) byte offsets, -1 where a group did not take part
    void* regex;
    void* regex_sd; // always null (PCRE1's study data)
    AbiTemplate* replace;
    const char* pattern;
};

class Template;

enum class MatchWay {
    direct,      // JIT code, no check of the subject: pcre2_jit_match
    interpreter, // pcre2_match, which may still run JIT code after its checks
    dfa,
};

struct Regex {
    RegexAbi abi{};
    MatchWay way = MatchWay::interpreter;
    bool utf = false;           // characters may be longer than a byte
    uint32_t match_options = 0; // PCRE2_NO_UTF_CHECK or 0
    std::vector<int> captures;  // behind abi.captures
    std::string pattern;        // behind abi.pattern

    // Behind abi.replace, once the script engine of the ABI was asked for one.
    AbiTemplate replace{};
    std::string replace_text;
    std::unique_ptr<Template> replace_template;

    Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;
    ~Regex();

    [[nodiscard]] pcre2_real_code_8* code() const noexcept {
        return static_cast<pcre2_real_code_8*>(abi.regex);
    }
};

// Compiles `pattern` with PCRE2 option bits. On failure returns null and leaves a NUL-terminated
// message in `error` (cut to its size). The caller owns the result.
[[nodiscard]] Regex* compile(std::string_view pattern, int flags, uint32_t options,
                             std::span<char> error) noexcept;

void destroy(Regex* regex) noexcept;

// Matches at byte offset `pos` of `subject`. More than 0: that many pairs of regex.abi.captures may
// be set, all others are -1. 0: a DFA match that had shorter alternatives too, pair 0 is set.
// Negative: PCRE2's error code, -1 is "no match".
[[nodiscard]] int exec(Regex& regex, std::string_view subject, int pos) noexcept;

// For a subject that exec() has accepted once: skips the check that it is valid UTF-8.
[[nodiscard]] int exec_again(Regex& regex, std::string_view subject, int pos) noexcept;

} // namespace lua::regex
