// Reads an RDS stream piece by piece; a piece may end anywhere. What is found goes to a sink, whose
// functions return false to stop:
//
//     on_error_text(piece)      pieces of the header's text, before on_header
//     on_header(Header)
//     on_column(Column, n)      the name has n bytes and comes in pieces, then on_column_end()
//     on_name(piece)
//     on_column_end()
//     on_row(), on_row_end()
//     on_field(n)               n bytes follow in pieces, then on_field_end(); n may be 0
//     on_data(piece, is_last)
//     on_field_end()
//     on_null()                 a field that is NULL
//     on_end()
//
// A parser keeps a few bytes, no text. Knows nothing of nginx.
#pragma once

#include "rds/format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace rds {

enum class Status { more, done, failed, stopped };

class Parser {
public:
    // Takes the next piece. After done, further bytes are ignored.
    template <typename Sink>
    [[nodiscard]] Status feed(std::string_view in, Sink& sink) {
        while (state_ != State::done && state_ != State::failed) {
            if (needed() > 0 && !gather(in)) {
                return Status::more;
            }
            if (!step(in, sink)) {
                return state_ == State::failed ? Status::failed : Status::stopped;
            }
            if (is_waiting_for_text(in)) {
                return Status::more;
            }
        }
        return state_ == State::done ? Status::done : Status::failed;
    }

    [[nodiscard]] bool has_header() const { return has_header_; }

    // Why it failed; while it waits for more: what would be missing if the stream ended here.
    [[nodiscard]] const char* error() const {
        if (error_ != nullptr) {
            return error_;
        }
        switch (state_) {
        case State::head:
        case State::error_text:
        case State::counts:
            return "rds: header is incomplete in the buf";
        case State::column:
            return "rds: column spec is incomplete in the buf";
        case State::name:
            return "rds: column name string is incomplete in the buf";
        case State::row:
            return "row flag is incomplete in the buf";
        case State::size:
            return "field size is incomplete in the buf";
        default:
            return "at least one octet should go with the field size in one buf";
        }
    }

private:
    enum class State { head, error_text, counts, column, name, row, size, data, done, failed };

    // How many bytes of fixed layout the state begins with.
    [[nodiscard]] size_t needed() const {
        switch (state_) {
        case State::head:
            return 12;
        case State::counts:
            return 18;
        case State::column:
            return 6;
        case State::row:
            return 1;
        case State::size:
            return 4;
        default:
            return 0;
        }
    }

    // Whether all the needed bytes are there, in item_.
    bool gather(std::string_view& in) {
        const size_t n = std::min(needed() - held_, in.size());
        std::memcpy(item_.data() + held_, in.data(), n);
        held_ += n;
        in.remove_prefix(n);
        if (held_ < needed()) {
            return false;
        }
        held_ = 0;
        return true;
    }

    template <typename T>
    [[nodiscard]] T at(size_t offset) const {
        T value;
        std::memcpy(&value, item_.data() + offset, sizeof(T));
        return value;
    }

    [[nodiscard]] bool is_waiting_for_text(std::string_view in) const {
        return in.empty() && left_ > 0;
    }

    // The part of the current text that is at hand.
    std::string_view take(std::string_view& in) {
        const std::string_view piece = in.substr(0, left_);
        in.remove_prefix(piece.size());
        left_ -= piece.size();
        return piece;
    }

    bool fail(const char* error) {
        error_ = error;
        state_ = State::failed;
        return false;
    }

    template <typename Sink>
    bool step(std::string_view& in, Sink& sink) {
        switch (state_) {
        case State::head:
            return read_head();
        case State::error_text:
            return read_error_text(in, sink);
        case State::counts:
            return read_counts(sink);
        case State::column:
            return read_column(sink);
        case State::name:
            return read_name(in, sink);
        case State::row:
            return read_row(sink);
        case State::size:
            return read_size(sink);
        case State::data:
            return read_data(in, sink);
        default:
            return true;
        }
    }

    bool read_head() {
        if (at<uint8_t>(0) != kEndian) {
            return fail("rds: endian type in the header differ");
        }
        if (at<uint32_t>(1) != kVersion) {
            return fail("rds: RDS format version differ");
        }
        if (at<uint8_t>(5) != 0) {
            return fail("rds: RDS result type must be 0 for now");
        }
        header_.std_errcode = at<uint16_t>(6);
        header_.drv_errcode = at<uint16_t>(8);
        left_ = at<uint16_t>(10);
        state_ = left_ > 0 ? State::error_text : State::counts;
        return true;
    }

    template <typename Sink>
    bool read_error_text(std::string_view& in, Sink& sink) {
        if (!in.empty() && !sink.on_error_text(take(in))) {
            return false;
        }
        if (left_ == 0) {
            state_ = State::counts;
        }
        return true;
    }

    template <typename Sink>
    bool read_counts(Sink& sink) {
        header_.affected_rows = at<uint64_t>(0);
        header_.insert_id = at<uint64_t>(8);
        header_.columns = at<uint16_t>(16);
        has_header_ = true;
        state_ = header_.columns > 0 ? State::column : State::done;
        return sink.on_header(header_) && (state_ == State::column || sink.on_end());
    }

    template <typename Sink>
    bool read_column(Sink& sink) {
        left_ = at<uint16_t>(4);
        if (left_ == 0) {
            return fail("column name empty");
        }
        state_ = State::name;
        return sink.on_column(Column{at<uint16_t>(0), at<uint16_t>(2)}, left_);
    }

    template <typename Sink>
    bool read_name(std::string_view& in, Sink& sink) {
        if (!in.empty() && !sink.on_name(take(in))) {
            return false;
        }
        if (left_ > 0) {
            return true;
        }
        column_++;
        state_ = column_ < header_.columns ? State::column : State::row;
        return sink.on_column_end();
    }

    template <typename Sink>
    bool read_row(Sink& sink) {
        const auto flag = at<uint8_t>(0);
        if (flag > 1) {
            return fail("invalid row flag");
        }
        column_ = 0;
        state_ = flag == 1 ? State::size : State::done;
        return flag == 1 ? sink.on_row() : sink.on_end();
    }

    template <typename Sink>
    bool read_size(Sink& sink) {
        const auto size = at<uint32_t>(0);
        if (size == kNull) {
            return sink.on_null() && end_field(sink);
        }
        left_ = size;
        state_ = State::data;
        return sink.on_field(left_);
    }

    template <typename Sink>
    bool read_data(std::string_view& in, Sink& sink) {
        if (left_ > 0 && !in.empty()) {
            const std::string_view piece = take(in);
            if (!sink.on_data(piece, left_ == 0)) {
                return false;
            }
        }
        return left_ > 0 || (sink.on_field_end() && end_field(sink));
    }

    template <typename Sink>
    bool end_field(Sink& sink) {
        column_++;
        state_ = column_ < header_.columns ? State::size : State::row;
        return state_ == State::size || sink.on_row_end();
    }

    State state_ = State::head;
    std::array<char, 18> item_{};
    size_t held_ = 0; // bytes of item_
    size_t left_ = 0; // bytes of the current text that are still to come
    uint16_t column_ = 0;
    bool has_header_ = false;
    Header header_{};
    const char* error_ = nullptr;
};

} // namespace rds
