// Fuzz target: the RDS parser. A stream cut into pieces must be read as the whole one is, the sink
// must be told in order, and never of more bytes than there are.
#include "rds/parser.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

// Writes down what it is told; pieces of one text become one.
struct Recorder {
    std::string out;
    size_t left = 0;

    bool note(std::string_view what) {
        out += what;
        return true;
    }
    bool text(std::string_view piece) {
        require(piece.size() <= left && !piece.empty());
        left -= piece.size();
        return note(piece);
    }
    bool on_error_text(std::string_view piece) { return note(piece); }
    bool on_header(const rds::Header& h) { return note("H" + std::to_string(h.columns)); }
    bool on_column(rds::Column c, size_t n) {
        left = n;
        return note("C" + std::to_string(c.std_type));
    }
    bool on_name(std::string_view piece) { return text(piece); }
    bool on_column_end() {
        require(left == 0);
        return note("c");
    }
    bool on_row() { return note("("); }
    bool on_field(size_t n) {
        left = n;
        return note("F");
    }
    bool on_data(std::string_view piece, bool is_last) {
        return text(piece) && (require(is_last == (left == 0)), true);
    }
    bool on_field_end() {
        require(left == 0);
        return note("f");
    }
    bool on_null() { return note("N"); }
    bool on_row_end() { return note(")"); }
    bool on_end() { return note("."); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);

    Recorder whole;
    rds::Parser parser;
    const rds::Status status = parser.feed(in, whole);
    require(status != rds::Status::stopped);
    require(parser.error() != nullptr);

    const size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 16;
    Recorder parts;
    rds::Parser again;
    rds::Status last = rds::Status::more;
    for (size_t at = 0; at < size && last == rds::Status::more; at += piece) {
        last = again.feed(in.substr(at, piece), parts);
    }
    require(last == status || size == 0);
    require(parts.out == whole.out);
    return 0;
}
