#include "lines.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace {

using Step = srcache::LineReader::Step;

struct Read {
    std::vector<std::string> lines;
    std::string rest;
    Step last = Step::more;
};

// Reads lines, up to the empty one, from pieces.
Read read(const std::vector<std::string>& pieces, size_t limit) {
    std::array<char, 64> memory{};
    srcache::LineReader reader(memory);
    Read result;
    for (const std::string& piece : pieces) {
        std::string_view left = piece;
        std::string_view line;
        while (!left.empty()) {
            if (!result.lines.empty() && result.lines.back().empty()) {
                result.rest += left;
                break;
            }
            result.last = reader.next(left, line, limit);
            if (result.last == Step::overflow) {
                return result;
            }
            if (result.last == Step::line) {
                result.lines.emplace_back(line);
            }
        }
    }
    return result;
}

TEST(LineReader, PutsLinesTogetherWhereverTheyAreCut) {
    const std::string text = "HTTP/1.1 200 OK\r\nA: b\nC: \r\n\r\nbody\n";
    const std::vector<std::string> lines = {"HTTP/1.1 200 OK", "A: b", "C: ", ""};

    std::vector<std::string> bytes;
    for (size_t cut = 0; cut <= text.size(); cut++) {
        const Read got = read({text.substr(0, cut), text.substr(cut)}, 64);
        EXPECT_EQ(got.lines, lines) << cut;
        EXPECT_EQ(got.rest, "body\n") << cut;
        if (cut < text.size()) {
            bytes.push_back(text.substr(cut, 1));
        }
    }
    EXPECT_EQ(read(bytes, 64).lines, lines);
    EXPECT_EQ(read(bytes, 64).rest, "body\n");
}

TEST(LineReader, LinesMustFitWithTheirEnd) {
    const std::string line = "Content-Type: foo/bar\r\n";
    for (size_t cut = 0; cut <= line.size(); cut++) {
        const std::vector<std::string> pieces = {line.substr(0, cut), line.substr(cut)};
        EXPECT_EQ(read(pieces, line.size()).last, Step::line) << cut;
        EXPECT_EQ(read(pieces, line.size() - 1).last, Step::overflow) << cut;
    }
}

TEST(StatusLine, HasVersionStatusAndText) {
    srcache::StatusLine line{};
    EXPECT_TRUE(srcache::parse_status_line("HTTP/1.1 200 OK", line));
    EXPECT_EQ(line.status, 200U);
    EXPECT_EQ(line.text, "200 OK");
    EXPECT_TRUE(srcache::parse_status_line("HTTP/1.0 404", line));
    EXPECT_EQ(line.text, "404");
    EXPECT_TRUE(srcache::parse_status_line("HTTP/2.0 999 ", line));

    for (const char* text : {"", "HTTP", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000 OK",
                             "HTTP/1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 200OK",
                             "http/1.1 200 OK", "HTTP/1.1 099 X", " HTTP/1.1 200 OK", "hello"}) {
        EXPECT_FALSE(srcache::parse_status_line(text, line)) << text;
    }
}

TEST(HeaderLine, HasNameAndValue) {
    srcache::HeaderLine line{};
    EXPECT_TRUE(srcache::parse_header_line("X-A:  b: c ", line));
    EXPECT_EQ(line.name, "X-A");
    EXPECT_EQ(line.value, "b: c");
    EXPECT_TRUE(srcache::parse_header_line("a_b:", line));
    EXPECT_EQ(line.value, "");
    EXPECT_TRUE(srcache::parse_header_line("a:  ", line));
    EXPECT_EQ(line.value, "");

    for (const char* text : {"", ":", ": b", "a", "a b: c", "a\t: c"}) {
        EXPECT_FALSE(srcache::parse_header_line(text, line)) << text;
    }
    EXPECT_FALSE(srcache::parse_header_line(std::string_view("a: \0", 4), line));
}

} // namespace
