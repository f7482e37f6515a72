#include "lua_regex/replace.hpp"

#include "lua_regex/match_memory.hpp"

namespace lua::regex {

int replace(Regex& regex, std::string_view subject, const Template& replacement, Scope scope,
            std::string& out) noexcept {
    const MatchView match{.subject = subject.data(), .captures = regex.captures};
    int count = 0;
    size_t done = 0; // of the subject, in `out`

    out.clear();

    for (size_t pos = 0; pos <= subject.size();) {
        const int at = static_cast<int>(pos);
        const int rc = count == 0 ? exec(regex, subject, at) : exec_again(regex, subject, at);
        if (rc == PCRE2_ERROR_NOMATCH) {
            break;
        }
        if (rc < 0) {
            return rc;
        }

        const auto from = static_cast<size_t>(regex.captures[0]);
        const auto to = static_cast<size_t>(regex.captures[1]);
        out.append(subject, done, from - done);
        replacement.append(match, out);
        done = to;
        count++;

        if (scope == Scope::first_match) {
            break;
        }

        pos = to > from ? to : to + 1; // an empty match moves on by one byte, also in UTF-8
    }

    if (count > 0) {
        out.append(subject, done);
    }

    return count;
}

} // namespace lua::regex
