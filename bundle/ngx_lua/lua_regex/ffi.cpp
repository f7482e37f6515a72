// The FFI symbols of the regex API. All but ngx_lua_ffi_regex_replace, which resty.core.regex alone
// calls, are a public contract.

#include "lua_regex/match_memory.hpp"
#include "lua_regex/regex.hpp"
#include "lua_regex/replace.hpp"
#include "lua_regex/replace_template.hpp"

#include "ngx/export.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <memory>

namespace lua::regex {

namespace {

static_assert(offsetof(Regex, abi) == 0, "Lua reads a Regex as its first member");

constexpr int kOk = 0;
constexpr int kError = -1;
constexpr int kBadTemplate = INT_MIN; // no error code of PCRE2 is anywhere near

struct ScriptEngine {
    MatchView match{};
};

std::string_view view(const unsigned char* data, size_t len) noexcept {
    return {reinterpret_cast<const char*>(data), len};
}

// What replace() wrote, until the thread's next replacement; Lua copies it at once. A large one
// does not stay for ever.
std::string& output_of_thread() noexcept {
    constexpr size_t kKeep = 1024 * 1024;
    static thread_local std::string output;

    if (output.capacity() > kKeep) {
        output = {};
    }

    return output;
}

Template& template_of_thread() noexcept {
    static thread_local Template replacement;
    return replacement;
}

} // namespace

NGX_LUA_FFI const char* ngx_lua_ffi_pcre_version() noexcept {
    static const std::array<char, 64> version = [] {
        std::array<char, 64> text{};
        pcre2_config(PCRE2_CONFIG_VERSION, text.data());
        return text;
    }();
    return version.data();
}

NGX_LUA_FFI uint32_t ngx_lua_ffi_max_regex_cache_size() noexcept {
    return settings().cache_max_entries;
}

NGX_LUA_FFI intptr_t ngx_lua_ffi_set_jit_stack_size(int size, unsigned char* errstr,
                                                    size_t* errstr_size) noexcept {
    const auto bytes = static_cast<size_t>(std::max(size, 0));
    const std::string_view error = MatchMemory::of_thread().set_jit_stack(bytes);
    if (error.empty()) {
        return kOk;
    }

    *errstr_size = std::min(error.size(), *errstr_size);
    std::memcpy(errstr, error.data(), *errstr_size);
    return kError;
}

NGX_LUA_FFI Regex* ngx_lua_ffi_compile_regex(const unsigned char* pat, size_t pat_len, int flags,
                                             int pcre_opts, unsigned char* errstr,
                                             size_t errstr_size) noexcept {
    return compile(view(pat, pat_len), flags, static_cast<uint32_t>(pcre_opts),
                   {reinterpret_cast<char*>(errstr), errstr_size});
}

NGX_LUA_FFI int ngx_lua_ffi_exec_regex(Regex* re, int /* flags */, const unsigned char* s,
                                       size_t len, int pos) noexcept {
    return exec(*re, view(s, len), pos); // the flags are those of the compilation
}

NGX_LUA_FFI void ngx_lua_ffi_destroy_regex(Regex* re) noexcept {
    destroy(re);
}

// The new text is in *out until the thread's next call. Returns the number of replacements (0: *out
// is not set), INT_MIN for a bad template, or PCRE2's negative error code.
NGX_LUA_FFI int ngx_lua_ffi_regex_replace(Regex* re, const unsigned char* s, size_t len,
                                          const unsigned char* replacement, size_t replacement_len,
                                          int global, AbiString* out) noexcept {
    Template& parsed = template_of_thread();
    if (!parsed.parse(view(replacement, replacement_len))) {
        return kBadTemplate;
    }

    std::string& text = output_of_thread();
    const Scope scope = global != 0 ? Scope::all_matches : Scope::first_match;
    const int count = replace(*re, view(s, len), parsed, scope, text);
    if (count > 0) {
        *out = {.len = text.size(), .data = reinterpret_cast<const unsigned char*>(text.data())};
    }

    return count;
}

NGX_LUA_FFI int ngx_lua_ffi_compile_replace_template(Regex* re, const unsigned char* replace_data,
                                                     size_t replace_len) noexcept {
    re->abi.replace = nullptr;
    re->replace_text = view(replace_data, replace_len);
    re->replace_template = std::make_unique<Template>();
    if (!re->replace_template->parse(re->replace_text)) {
        return kError;
    }

    if (re->replace_template->is_constant()) {
        std::string constant;
        re->replace_template->append({}, constant);
        re->replace_template = nullptr;
        re->replace_text = std::move(constant);
    }

    re->replace.value = {.len = re->replace_text.size(),
                         .data = reinterpret_cast<const unsigned char*>(re->replace_text.data())};
    re->replace.lengths = re->replace_template.get();
    re->replace.values = re->replace_template.get();
    re->abi.replace = &re->replace;
    return kOk;
}

NGX_LUA_FFI ScriptEngine* ngx_lua_ffi_create_script_engine() noexcept {
    return std::make_unique<ScriptEngine>().release();
}

NGX_LUA_FFI void ngx_lua_ffi_init_script_engine(ScriptEngine* e, const unsigned char* subj,
                                                Regex* compiled, int count) noexcept {
    const auto groups = static_cast<size_t>(std::clamp(count, 0, compiled->abi.ncaptures + 1));
    e->match = {.subject = reinterpret_cast<const char*>(subj),
                .captures = std::span(compiled->captures).first(2 * groups)};
}

NGX_LUA_FFI size_t ngx_lua_ffi_script_eval_len(ScriptEngine* e, AbiTemplate* val) noexcept {
    const auto* parsed = static_cast<const Template*>(val->lengths);
    return parsed != nullptr ? parsed->length(e->match) : val->value.len;
}

NGX_LUA_FFI void ngx_lua_ffi_script_eval_data(ScriptEngine* e, AbiTemplate* val,
                                              unsigned char* dst) noexcept {
    const auto* parsed = static_cast<const Template*>(val->values);
    if (parsed != nullptr) {
        parsed->write(e->match, dst);
    } else {
        std::copy_n(val->value.data, val->value.len, dst);
    }
}

NGX_LUA_FFI void ngx_lua_ffi_destroy_script_engine(ScriptEngine* e) noexcept {
    std::unique_ptr<ScriptEngine>{e};
}

} // namespace lua::regex
