// Fuzz target: templates of ngx.re.sub against a second, plain reading of the same rules. They must
// agree on which texts are refused, why, and on the result; and the three ways to a result must
// agree.
//
// links: bundle/ngx_lua/lua_regex/replace_template.cpp bundle/ngx_lua/lua_regex/regex.cpp
// links: bundle/ngx_lua/lua_regex/match_memory.cpp
// needs: pcre2-8
#include "lua_regex/replace_template.hpp"
#include "lua_regex/regex.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>

using namespace lua::regex;

namespace {

constexpr std::array<int, 8> kCaptures = {1, 4, 1, 2, -1, -1, 4, 4}; // "bcd", "b", none, ""
constexpr MatchView kMatch{.subject = "abcde", .captures = kCaptures};

std::string g_log;

void remember(LogLevel, std::string_view text) noexcept {
    g_log = text;
}

std::string group(const std::string& digits) {
    const size_t significant = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    const std::string number = digits.substr(significant);
    return number == "0" ? "bcd" : number == "1" ? "b" : "";
}

std::string no_name(const std::string& text) {
    return "lua script: invalid capturing variable name found in \"" + text + "\"";
}

// What comes out of the template, or the log line of the error in `error`.
std::string reference(const std::string& text, std::string& error) {
    static const std::regex variable(R"(^\$(?:(\d+)|\{(\d+)\}|(\$)))");
    static const std::regex unclosed(R"(^\$\{(\d+(?!\d)|[A-Za-z_]\w*(?!\w)|(?!\w))(?:$|[^}]))");
    static const std::regex named(R"(^\$\{?([A-Za-z_]\w*))");

    std::string out;
    for (size_t i = 0; i < text.size();) {
        if (text[i] != '$') {
            out += text[i++];
            continue;
        }

        const std::string rest = text.substr(i);
        std::smatch match;
        if (std::regex_search(rest, match, variable)) {
            out += match[3].matched ? "$" : group(match[1].matched ? match[1] : match[2]);
            i += static_cast<size_t>(match.length());
        } else if (rest == "${") {
            error = no_name(text);
            return "";
        } else if (std::regex_search(rest, match, unclosed)) {
            error = "the closing bracket in \"" + match[1].str() + "\" variable is missing";
            return "";
        } else if (std::regex_search(rest, match, named)) {
            error = "attempt to use named capturing variable \"" + match[1].str() +
                    "\" (named captures not supported yet)";
            return "";
        } else {
            error = no_name(text);
            return "";
        }
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    configure({.log = remember});

    // std::regex has ideas of its own about line ends and bytes above 127.
    std::string text;
    for (size_t i = 0; i < size && i < 200; i++) {
        text += static_cast<char>(data[i] % 95 + 32);
    }

    std::string error;
    const std::string expected = reference(text, error);

    g_log.clear();
    Template replacement;
    const bool good = replacement.parse(text);
    if (good != error.empty() || g_log != error) {
        std::abort();
    }

    std::string appended;
    replacement.append(kMatch, appended);
    std::string written(replacement.length(kMatch), '#');
    replacement.write(kMatch, reinterpret_cast<unsigned char*>(written.data()));
    if (appended != expected || written != expected) {
        std::abort();
    }

    return 0;
}
