#include "reply_counter.hpp"

namespace redis2 {

namespace {

// Redis' own limits are far below; sums of such numbers do not overflow.
constexpr uint64_t kMaxLength = uint64_t{1} << 40;

} // namespace

ngx::BodyPart ReplyCounter::take(std::string_view bytes) {
    using Result = ngx::BodyPart::State;

    size_t pos = 0;
    while (pos < bytes.size() && pending_ != 0) {
        if (state_ == State::data) {
            const uint64_t n = std::min<uint64_t>(length_, bytes.size() - pos);
            length_ -= n;
            pos += n;
            if (length_ == 0) {
                state_ = State::data_cr;
            }
            continue;
        }
        if (state_ == State::line) {
            pos = std::min(bytes.find_first_of("\r\n", pos), bytes.size());
            if (pos == bytes.size()) {
                break;
            }
        }
        if (!take_byte(bytes[pos])) {
            return {Result::invalid, pos};
        }
        pos++;
    }

    if (pending_ != 0) {
        return {Result::more, pos};
    }
    return {pos == bytes.size() && pos != 0 ? Result::end : Result::surplus, pos};
}

bool ReplyCounter::take_byte(char c) {
    switch (state_) {
    case State::type:
        type_ = c;
        is_null_ = false;
        length_ = 0;
        state_ = c == '$' || c == '*' ? State::length : State::line;
        return starts_reply(c);
    case State::line:
    case State::null:
        return expect(c, '\r', State::line_end);
    case State::line_end:
        return c == '\n' && end_line();
    case State::data_cr:
        return expect(c, '\r', State::data_lf);
    case State::data_lf:
        return c == '\n' && end_value();
    default:
        return take_length(c);
    }
}

bool ReplyCounter::take_length(char c) {
    if (state_ == State::length && c == '-') {
        state_ = State::minus;
        return true;
    }
    if (state_ == State::minus) {
        is_null_ = true;
        return expect(c, '1', State::null);
    }
    if (state_ == State::digits && c == '\r') {
        state_ = State::line_end;
        return true;
    }
    if (c < '0' || c > '9') {
        return false;
    }
    state_ = State::digits;
    length_ = length_ * 10 + static_cast<uint64_t>(c - '0');
    return length_ <= kMaxLength;
}

// An array's elements take its place among what is pending.
bool ReplyCounter::end_line() {
    if (type_ == '$' && !is_null_) {
        state_ = length_ == 0 ? State::data_cr : State::data;
        return true;
    }
    if (type_ == '*' && !is_null_) {
        pending_ += length_;
        if (pending_ > kMaxLength) {
            return false;
        }
    }
    return end_value();
}

bool ReplyCounter::end_value() {
    pending_--;
    state_ = State::type;
    return true;
}

bool ReplyCounter::expect(char c, char wanted, State next) {
    state_ = next;
    return c == wanted;
}

} // namespace redis2
