#include "lua_regex/regex.hpp"

#include "lua_regex/match_memory.hpp"
#include "lua_regex/replace_template.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace lua::regex {

namespace {

Settings& mutable_settings() noexcept {
    static constinit Settings settings;
    return settings;
}

// Collects a message in a caller's buffer and keeps it NUL-terminated; what does not fit is cut.
class Message {
public:
    explicit Message(std::span<char> buffer) noexcept : rest_(buffer) { terminate(); }

    Message& operator<<(std::string_view text) noexcept {
        if (!rest_.empty()) {
            const size_t n = std::min(text.size(), rest_.size() - 1);
            std::memcpy(rest_.data(), text.data(), n);
            rest_ = rest_.subspan(n);
            terminate();
        }
        return *this;
    }

private:
    void terminate() noexcept {
        if (!rest_.empty()) {
            rest_[0] = '\0';
        }
    }

    std::span<char> rest_;
};

void describe_failure(std::string_view pattern, int code, size_t offset,
                      std::span<char> error) noexcept {
    Message message(error);

    if (code == PCRE2_ERROR_HEAP_FAILED) {
        message << "regex \"" << pattern << "\" compilation failed: no memory";
        return;
    }

    char reason[128];
    pcre2_get_error_message(code, reinterpret_cast<unsigned char*>(reason), sizeof(reason));
    message << "pcre2_compile() failed: " << reason << " in \"" << pattern << "\"";

    if (offset < pattern.size()) {
        message << " at \"" << pattern.substr(offset) << "\"";
    }
}

// True when matches may run as machine code. A pattern that JIT cannot do is no error: the
// interpreter takes it.
bool compile_to_machine_code(pcre2_code* code, std::string_view pattern) noexcept {
    const int rc = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    if (rc != 0) {
        char number[16];
        const int n = std::snprintf(number, sizeof(number), "%d", rc);
        std::string text = "pcre2_jit_compile() failed: ";
        text.append(number, static_cast<size_t>(n)).append(" in \"").append(pattern);
        log(LogLevel::info, text.append("\", ignored"));
        return false;
    }

    log(LogLevel::debug, "pcre2 JIT compiled successfully");

    size_t size = 0; // stays 0 for a pattern that says (*NO_JIT)
    pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size);
    return size != 0;
}

template <typename T>
T info(const pcre2_code* code, uint32_t what) noexcept {
    T value{};
    pcre2_pattern_info(code, what, &value);
    return value;
}

void describe_groups(Regex& regex) noexcept {
    const pcre2_code* code = regex.code();
    uint32_t groups = 0;

    // A DFA match knows no groups, so there are none to report, named or not.
    if (regex.way != MatchWay::dfa) {
        groups = info<uint32_t>(code, PCRE2_INFO_CAPTURECOUNT);
        regex.abi.name_table = info<PCRE2_SPTR>(code, PCRE2_INFO_NAMETABLE);
        regex.abi.name_count = static_cast<int>(info<uint32_t>(code, PCRE2_INFO_NAMECOUNT));
        regex.abi.name_entry_size =
            static_cast<int>(info<uint32_t>(code, PCRE2_INFO_NAMEENTRYSIZE));
    }

    regex.captures.assign(2 * (groups + 1), -1);
    regex.abi.ncaptures = static_cast<int>(groups);
    regex.abi.captures = regex.captures.data();
}

MatchWay choose_way(const Regex& regex, int flags, bool machine_code) noexcept {
    if ((flags & flag::dfa) != 0) {
        return MatchWay::dfa;
    }

    const bool unchecked = !regex.utf || regex.match_options == PCRE2_NO_UTF_CHECK;
    return machine_code && unchecked ? MatchWay::direct : MatchWay::interpreter;
}

int run(const Regex& regex, std::string_view subject, size_t pos, uint32_t options,
        MatchMemory& memory) noexcept {
    const auto* text = reinterpret_cast<PCRE2_SPTR>(subject.data());

    switch (regex.way) {
    case MatchWay::direct:
        return pcre2_jit_match(regex.code(), text, subject.size(), pos, 0, memory.data(),
                               memory.context());
    case MatchWay::dfa:
        return pcre2_dfa_match(regex.code(), text, subject.size(), pos, options, memory.dfa_data(),
                               memory.context(), memory.dfa_workspace().data(),
                               memory.dfa_workspace().size());
    default:
        return pcre2_match(regex.code(), text, subject.size(), pos, options, memory.data(),
                           memory.context());
    }
}

int exec_with(Regex& regex, std::string_view subject, int pos, uint32_t options) noexcept {
    const size_t start = static_cast<size_t>(pos);
    if (pos < 0 || start > subject.size()) [[unlikely]] {
        return PCRE2_ERROR_BADOFFSET;
    }

    MatchMemory& memory = MatchMemory::of_thread();
    const size_t count = regex.captures.size();
    if (!memory.reserve(static_cast<uint32_t>(count / 2))) [[unlikely]] {
        return PCRE2_ERROR_NOMEMORY;
    }

    const int rc = run(regex, subject, start, options, memory);
    if (rc < 0) {
        return rc;
    }

    const size_t* offsets =
        pcre2_get_ovector_pointer(regex.way == MatchWay::dfa ? memory.dfa_data() : memory.data());
    int* captures = regex.abi.captures;
    for (size_t i = 0; i < count; i++) {
        captures[i] = static_cast<int>(offsets[i]); // PCRE2_UNSET becomes -1
    }

    return rc;
}

bool inside_character(std::string_view subject, int pos) noexcept {
    return static_cast<size_t>(pos) < subject.size() &&
           (static_cast<unsigned char>(subject[static_cast<size_t>(pos)]) & 0xC0) == 0x80;
}

} // namespace

Regex::Regex() = default;

Regex::~Regex() {
    pcre2_code_free(code());
}

void configure(const Settings& settings) noexcept {
    mutable_settings() = settings;
    MatchMemory::of_thread().set_match_limit(static_cast<uint32_t>(settings.match_limit));
}

const Settings& settings() noexcept {
    return mutable_settings();
}

void log(LogLevel level, std::string_view text) noexcept {
    if (settings().log != nullptr) {
        settings().log(level, text);
    }
}

Regex* compile(std::string_view pattern, int flags, uint32_t options,
               std::span<char> error) noexcept {
    int failure = 0;
    size_t offset = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     options, &failure, &offset, nullptr);
    if (code == nullptr) {
        describe_failure(pattern, failure, offset, error);
        return nullptr;
    }

    auto regex = std::make_unique<Regex>();
    regex->abi.regex = code;
    regex->pattern = pattern;
    regex->abi.pattern = regex->pattern.c_str();
    regex->utf = (info<uint32_t>(code, PCRE2_INFO_ALLOPTIONS) & PCRE2_UTF) != 0;
    regex->match_options = (flags & flag::no_utf_check) != 0 ? PCRE2_NO_UTF_CHECK : 0;

    const bool machine_code = (flags & flag::jit) != 0 && compile_to_machine_code(code, pattern);
    regex->way = choose_way(*regex, flags, machine_code);
    describe_groups(*regex);

    return regex.release();
}

void destroy(Regex* regex) noexcept {
    std::unique_ptr<Regex>{regex};
}

int exec(Regex& regex, std::string_view subject, int pos) noexcept {
    return exec_with(regex, subject, pos, regex.match_options);
}

int exec_again(Regex& regex, std::string_view subject, int pos) noexcept {
    if (regex.utf && regex.match_options == 0 && inside_character(subject, pos)) {
        return PCRE2_ERROR_BADUTFOFFSET; // what the skipped check would have found
    }

    return exec_with(regex, subject, pos, PCRE2_NO_UTF_CHECK);
}

} // namespace lua::regex
