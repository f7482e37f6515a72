// Finds the "}" that ends the body of a *_by_lua_block directive.
//
// A pure state machine over bytes, without nginx types, so that unit tests and the fuzzer link it
// alone. It knows just enough of Lua's lexical rules to tell which braces count: those outside of
// quoted strings, long brackets and comments. It never judges whether the code is valid Lua: what
// is odd (a stray "]]", a string cut by a newline) passes, and the Lua compiler reports it later
// with a better message.
//
// One scanner serves one block. The caller pushes the text in pieces of any size; the outcome does
// not depend on how the text is divided.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace lua {

class BlockScanner {
public:
    enum class Event {
        none,             // all bytes consumed, the block goes on
        closed,           // the byte consumed last is the "}" of the block
        too_long,         // a quoted string exceeds the token limit
        unclosed_bracket, // a long string or comment exceeds the token limit, or met the end of
                          // file
        unexpected_end,   // end of file elsewhere in the block
    };

    struct Progress {
        std::size_t used; // bytes consumed
        Event event;
    };

    // A quoted string, or a long bracket from "[[" to "]]", may have this many bytes.
    static constexpr std::size_t kTokenLimit = 4096;

    // Starts behind the opening "{", which is on line `line`.
    explicit BlockScanner(std::size_t line) : line_(line) { brace_lines_.push_back(line); }

    // Scans up to the first event or the end of `text`. Not to be called again after an event.
    Progress push(std::string_view text);

    // Which error the end of the file means here: unclosed_bracket or unexpected_end.
    [[nodiscard]] Event at_end_of_file() const;

    // The line of the byte that comes next.
    [[nodiscard]] std::size_t line() const { return line_; }

    // Where the innermost construct that is still open starts: string, long bracket or brace.
    [[nodiscard]] std::size_t open_line() const;

    // The bytes so far of the long bracket that is open; 0 if none is.
    [[nodiscard]] std::size_t open_bracket_size() const {
        return in_long_bracket() ? token_size_ : 0;
    }

    // The number of "=" in the long bracket that is open.
    [[nodiscard]] std::size_t bracket_level() const { return level_; }

private:
    enum class State {
        code,
        dash,          // "-", maybe of a comment
        comment_start, // "--", maybe of a long comment
        line_comment,
        bracket_start, // "[" and level_ times "=": maybe a long bracket
        long_body,
        long_end, // in a long bracket: "]" and end_level_ times "="
        quoted,
        escaped,      // "\" in a quoted string
        escaped_cr,   // "\" CR: an LF belongs to it
        escaped_skip, // "\z": blanks and newlines follow
    };

    Event step(char c);
    Event step_code(char c);
    Event step_bracket_start(char c);
    void step_quoted(char c);
    void step_long_end(char c);
    void open_token(State state);
    [[nodiscard]] bool in_quoted() const;
    [[nodiscard]] bool in_long_bracket() const;

    State state_ = State::code;
    char quote_ = 0;
    bool in_comment_ = false; // the bracket_start follows "--"
    std::size_t level_ = 0;
    std::size_t end_level_ = 0;
    std::size_t token_size_ = 0;
    std::size_t token_line_ = 0;
    std::size_t line_;
    std::vector<std::size_t> brace_lines_; // of the open braces, the block's own first
};

} // namespace lua
