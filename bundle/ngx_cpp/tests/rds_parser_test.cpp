// The RDS parser, with streams whole and cut at every byte.
#include "rds/parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

template <typename T>
std::string raw(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string text16(std::string_view text) {
    return raw(static_cast<uint16_t>(text.size())) + std::string(text);
}

std::string head(std::string_view error, uint64_t affected, uint64_t id, uint16_t columns) {
    return raw(rds::kEndian) + raw(rds::kVersion) + raw(uint8_t{0}) + raw(uint16_t{7}) +
           raw(uint16_t{8}) + text16(error) + raw(affected) + raw(id) + raw(columns);
}

std::string column(rds::Type type, std::string_view name) {
    return raw(static_cast<uint16_t>(type)) + raw(uint16_t{3}) + text16(name);
}

std::string field(std::string_view data) {
    return raw(static_cast<uint32_t>(data.size())) + std::string(data);
}

const std::string kNullField = raw(rds::kNull);
const std::string kRow(1, '\1');
const std::string kEnd(1, '\0');

// Writes down what it is told, in one line.
struct Recorder {
    std::string out;
    size_t stop_after = ~size_t{0};

    bool add(std::string_view text) {
        out += text;
        return out.size() < stop_after;
    }
    bool on_error_text(std::string_view piece) { return add(piece); }
    bool on_header(const rds::Header& h) {
        return add(";" + std::to_string(h.std_errcode) + "," + std::to_string(h.drv_errcode) + "," +
                   std::to_string(h.affected_rows) + "," + std::to_string(h.insert_id) + "," +
                   std::to_string(h.columns) + ";");
    }
    bool on_column(rds::Column c, size_t) { return add(std::to_string(c.std_type) + ":"); }
    bool on_name(std::string_view piece) { return add(piece); }
    bool on_column_end() { return add(" "); }
    bool on_row() { return add("("); }
    bool on_field(size_t n) { return add(std::to_string(n) + "="); }
    bool on_data(std::string_view piece, bool is_last) {
        return add(piece) && (!is_last || add("!"));
    }
    bool on_field_end() { return add(","); }
    bool on_null() { return add("NULL,"); }
    bool on_row_end() { return add(")"); }
    bool on_end() { return add("."); }
};

rds::Status feed_all(rds::Parser& parser, Recorder& sink, std::string_view in, size_t piece) {
    rds::Status status = rds::Status::more;
    while (!in.empty() && status == rds::Status::more) {
        status = parser.feed(in.substr(0, piece), sink);
        in.remove_prefix(std::min(piece, in.size()));
    }
    return status;
}

struct Case {
    std::string stream;
    std::string expected;
};

const std::vector<Case> kCases = {
    {head("", 0, 0, 0), ";7,8,0,0,0;."},
    {head("oops", 1ULL << 40, 5, 0), "oops;7,8,1099511627776,5,0;."},
    {head("", 0, 0, 1) + column(rds::Type::integer, "id") + kEnd, ";7,8,0,0,1;9:id ."},
    {head("", 0, 0, 2) + column(rds::Type::integer, "id") + column(rds::Type::blob, "name") + kRow +
         field("12") + kNullField + kRow + field("") + field(std::string("a\0b", 3)) + kEnd,
     std::string(";7,8,0,0,2;9:id 32787:name (2=12!,NULL,)(0=,3=a") + '\0' + "b!,)."},
};

TEST(RdsParser, ReadsStreamsCutAnywhere) {
    for (const Case& c : kCases) {
        for (size_t piece = 1; piece <= c.stream.size(); piece++) {
            rds::Parser parser;
            Recorder sink;
            EXPECT_EQ(feed_all(parser, sink, c.stream, piece), rds::Status::done);
            EXPECT_EQ(sink.out, c.expected) << piece;
        }
    }
}

TEST(RdsParser, WantsMoreUntilTheLastByte) {
    for (const Case& c : kCases) {
        for (size_t size = 0; size < c.stream.size(); size++) {
            rds::Parser parser;
            Recorder sink;
            EXPECT_EQ(parser.feed(std::string_view(c.stream).substr(0, size), sink),
                      rds::Status::more);
            EXPECT_EQ(parser.has_header(), sink.out.find(';') != std::string::npos);
        }
    }
}

TEST(RdsParser, IgnoresWhatFollowsTheEnd) {
    rds::Parser parser;
    Recorder sink;
    EXPECT_EQ(parser.feed(kCases[0].stream + "more", sink), rds::Status::done);
    EXPECT_EQ(parser.feed("more", sink), rds::Status::done);
    EXPECT_EQ(sink.out, kCases[0].expected);
}

TEST(RdsParser, TellsWhatIsWrong) {
    const auto error = [](std::string stream, size_t at, char byte) {
        stream[at] = byte;
        rds::Parser parser;
        Recorder sink;
        EXPECT_EQ(parser.feed(stream, sink), rds::Status::failed);
        EXPECT_EQ(parser.feed(stream, sink), rds::Status::failed);
        return std::string(parser.error());
    };
    const std::string& full = kCases.back().stream;
    EXPECT_EQ(error(full, 0, 9), "rds: endian type in the header differ");
    EXPECT_EQ(error(full, 1, 9), "rds: RDS format version differ");
    EXPECT_EQ(error(full, 5, 9), "rds: RDS result type must be 0 for now");
    EXPECT_EQ(error(full, 34, 0), "column name empty");
    EXPECT_EQ(error(full, full.size() - 1, 2), "invalid row flag");
}

TEST(RdsParser, TellsWhatIsMissing) {
    const auto missing = [](size_t size) {
        rds::Parser parser;
        Recorder sink;
        EXPECT_EQ(parser.feed(std::string_view(kCases.back().stream).substr(0, size), sink),
                  rds::Status::more);
        return std::string(parser.error());
    };
    EXPECT_EQ(missing(0), "rds: header is incomplete in the buf");
    EXPECT_EQ(missing(29), "rds: header is incomplete in the buf");
    EXPECT_EQ(missing(33), "rds: column spec is incomplete in the buf");
    EXPECT_EQ(missing(37), "rds: column name string is incomplete in the buf");
    EXPECT_EQ(missing(48), "row flag is incomplete in the buf");
    EXPECT_EQ(missing(50), "field size is incomplete in the buf");
    EXPECT_EQ(missing(53), "at least one octet should go with the field size in one buf");
}

TEST(RdsParser, StopsWhenTheSinkDoes) {
    const Case& c = kCases.back();
    for (size_t n = 1; n < c.expected.size(); n++) {
        rds::Parser parser;
        Recorder sink{.stop_after = n};
        EXPECT_EQ(parser.feed(c.stream, sink), rds::Status::stopped);
    }
}

} // namespace
