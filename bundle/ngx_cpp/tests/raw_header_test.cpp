#include "ngx/raw_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

// Restores pieces in which "~" stands for the NULs that nginx leaves behind, and "^" marks (and is
// not part of the text) where a header line starts.
std::string restored(const std::vector<std::string>& marked) {
    std::vector<std::string> texts;
    std::vector<std::vector<size_t>> marks;

    for (const std::string& piece : marked) {
        std::string text;
        std::vector<size_t> starts;
        for (char c : piece) {
            if (c == '^') {
                starts.push_back(text.size());
            } else {
                text += c == '~' ? '\0' : c;
            }
        }
        texts.push_back(text);
        marks.push_back(starts);
    }

    std::vector<const char*> lines;
    size_t size = 0;
    for (size_t i = 0; i < texts.size(); i++) {
        size += texts[i].size();
        for (size_t start : marks[i]) {
            lines.push_back(texts[i].data() + start);
        }
    }

    const std::vector<std::string_view> pieces(texts.begin(), texts.end());
    std::string out(size, '?');
    out.resize(ngx::restore_header(std::span(pieces), out.data(), [&](const char* p) {
        return std::ranges::find(lines, p) != lines.end();
    }));
    return out;
}

} // namespace

TEST(RawHeader, RestoresNamesAndLineEnds) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^Host~ localhost~\n^A~~\n\r\n"}),
              "GET / HTTP/1.1\r\nHost: localhost\r\nA:\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\n^Host~ localhost~^A~b:c~\n"}),
              "GET / HTTP/1.1\nHost: localhost\nA:b:c\n\n");
}

TEST(RawHeader, StopsAtTheEmptyLine) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\n\r\nbody\r\nX: y\r\n"}),
              "GET / HTTP/1.1\r\nA: b\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\n^A~ b~\nbody"}), "GET / HTTP/1.1\nA: b\n\n");
}

TEST(RawHeader, KnowsARequestWithoutHeaders) {
    EXPECT_EQ(restored({"GET /\r\n"}), "GET /\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.0\r\n\r\nrest"}), "GET / HTTP/1.0\r\n\r\n");
}

TEST(RawHeader, KeepsLinesThatWereRejected) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\nbad name: x\r\n^A~ b~\n\r\n"}),
              "GET / HTTP/1.1\r\nbad name: x\r\nA: b\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\nc_d: e\r\n\r\n"}),
              "GET / HTTP/1.1\r\nA: b\r\nc_d: e\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\n^A~ b~c_d: e\n\n"}), "GET / HTTP/1.1\nA: b\nc_d: e\n\n");
}

TEST(RawHeader, RestoresANameWithoutColon) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^Name~\n^A~ b~\n\r\n"}),
              "GET / HTTP/1.1\r\nName\r\nA: b\r\n\r\n");
}

TEST(RawHeader, TellsTrailingBlanksFromBareLineEnds) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~  \r\n^C~ d~\n\r\n"}),
              "GET / HTTP/1.1\r\nA: b   \r\nC: d\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\r\n^C~ d~\n\r\n"}),
              "GET / HTTP/1.1\r\nA: b \r\nC: d\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\r\nbody"}), "GET / HTTP/1.1\r\nA: b\n\r\n");
}

TEST(RawHeader, JoinsBuffersWithoutTheRepeatedLine) {
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\nC: d", "^C~ dd~\n^E~ f~\n", "\r\n"}),
              "GET / HTTP/1.1\r\nA: b\r\nC: dd\r\nE: f\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\n\r", "\r\n"}), "GET / HTTP/1.1\r\nA: b\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\r\n^A~ b~\r\n", "^C~ d~\n\r\n"}),
              "GET / HTTP/1.1\r\nA: b \r\nC: d\r\n\r\n");
    EXPECT_EQ(restored({"GET / HTTP/1.1\n^A~ b~", "^C~ d~\n\n"}),
              "GET / HTTP/1.1\nA: b\nC: d\r\n\n");
}
