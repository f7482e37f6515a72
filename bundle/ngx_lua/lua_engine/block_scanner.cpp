#include "lua_engine/block_scanner.hpp"

namespace lua {

namespace {

// What Lua's "\z" skips.
bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace

BlockScanner::Progress BlockScanner::push(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); i++) {
        const Event event = step(text[i]);

        if (text[i] == '\n') {
            line_++;
        }

        if (event != Event::none) {
            return {i + 1, event};
        }
    }

    return {text.size(), Event::none};
}

BlockScanner::Event BlockScanner::at_end_of_file() const {
    return in_long_bracket() ? Event::unclosed_bracket : Event::unexpected_end;
}

std::size_t BlockScanner::open_line() const {
    return in_quoted() || in_long_bracket() ? token_line_ : brace_lines_.back();
}

bool BlockScanner::in_quoted() const {
    return state_ >= State::quoted;
}

bool BlockScanner::in_long_bracket() const {
    return state_ == State::long_body || state_ == State::long_end;
}

void BlockScanner::open_token(State state) {
    state_ = state;
    token_size_ = 1;
    token_line_ = line_;
}

BlockScanner::Event BlockScanner::step(char c) {
    if (in_quoted() || in_long_bracket()) {
        // The limit counts from opener to closer: a byte more, and it cannot be closed in time.
        if (++token_size_ > kTokenLimit) {
            return in_quoted() ? Event::too_long : Event::unclosed_bracket;
        }
    }

    switch (state_) {
    case State::code:
        return step_code(c);

    case State::dash:
        if (c == '-') {
            state_ = State::comment_start;
            return Event::none;
        }
        return step_code(c);

    case State::comment_start:
        if (c == '[') {
            open_token(State::bracket_start);
            in_comment_ = true;
            level_ = 0;
            return Event::none;
        }
        [[fallthrough]];

    case State::line_comment:
        state_ = c == '\n' ? State::code : State::line_comment;
        return Event::none;

    case State::bracket_start:
        return step_bracket_start(c);

    case State::long_body:
        if (c == ']') {
            state_ = State::long_end;
            end_level_ = 0;
        }
        return Event::none;

    case State::long_end:
        step_long_end(c);
        return Event::none;

    case State::quoted:
    case State::escaped:
    case State::escaped_cr:
    case State::escaped_skip:
        step_quoted(c);
        return Event::none;
    }

    return Event::none;
}

BlockScanner::Event BlockScanner::step_code(char c) {
    state_ = State::code;

    switch (c) {
    case '{':
        brace_lines_.push_back(line_);
        break;

    case '}':
        brace_lines_.pop_back();
        return brace_lines_.empty() ? Event::closed : Event::none;

    case '-':
        state_ = State::dash;
        break;

    case '[':
        open_token(State::bracket_start);
        in_comment_ = false;
        level_ = 0;
        break;

    case '"':
    case '\'':
        open_token(State::quoted);
        quote_ = c;
        break;
    }

    return Event::none;
}

BlockScanner::Event BlockScanner::step_bracket_start(char c) {
    token_size_++;

    if (c == '=') {
        level_++;
        return Event::none;
    }

    if (c == '[') {
        state_ = State::long_body;
        return Event::none;
    }

    if (in_comment_) {
        state_ = c == '\n' ? State::code : State::line_comment;
        return Event::none;
    }

    return step_code(c);
}

void BlockScanner::step_long_end(char c) {
    if (c == '=') {
        end_level_++;

    } else if (c != ']') {
        state_ = State::long_body;

    } else if (end_level_ == level_) {
        state_ = State::code;

    } else {
        end_level_ = 0; // this "]" may be the first of a closer
    }
}

void BlockScanner::step_quoted(char c) {
    const State before = state_;
    state_ = State::quoted;

    if (before == State::escaped) {
        if (c == '\r') {
            state_ = State::escaped_cr;

        } else if (c == 'z') {
            state_ = State::escaped_skip;
        }
        return;
    }

    if (before == State::escaped_cr && c == '\n') {
        return;
    }

    if (before == State::escaped_skip && is_blank(c)) {
        state_ = State::escaped_skip;
        return;
    }

    if (c == '\\') {
        state_ = State::escaped;

    } else if (c == quote_ || c == '\n') {
        // Lua reports the string that a newline cuts; what follows is code again.
        state_ = State::code;
    }
}

} // namespace lua
