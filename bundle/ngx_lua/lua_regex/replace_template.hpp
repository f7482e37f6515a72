// Replacement texts of ngx.re.sub and ngx.re.gsub: `$0`, `$1`, `${12}`, `$$` in a plain text.
//
// A Template is a list of parts, each a piece of the text or the number of a group. It refers to
// the text it was parsed from; the owner keeps that alive as long as the Template. Parsing again
// reuses the memory. A number without such a group stands for an empty string.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lua::regex {

// The match whose groups a template refers to.
struct MatchView {
    const char* subject;
    std::span<const int> captures; // pairs of byte offsets, -1 where a group did not take part

    [[nodiscard]] std::string_view group(size_t number) const noexcept;
};

class Template {
public:
    // False after an error, which is logged; the Template is empty then.
    [[nodiscard]] bool parse(std::string_view text) noexcept;

    // No part refers to a group: length() and append() need no match.
    [[nodiscard]] bool is_constant() const noexcept;

    [[nodiscard]] size_t length(const MatchView& match) const noexcept;

    // Writes exactly length(match) bytes.
    void write(const MatchView& match, unsigned char* to) const noexcept;

    void append(const MatchView& match, std::string& to) const noexcept;

private:
    struct Part {
        std::string_view text; // empty with a null pointer: a group
        size_t group = 0;

        [[nodiscard]] std::string_view value(const MatchView& match) const noexcept {
            return text.data() != nullptr ? text : match.group(group);
        }
    };

    void add_text(std::string_view text) noexcept;

    std::vector<Part> parts_;
};

} // namespace lua::regex
