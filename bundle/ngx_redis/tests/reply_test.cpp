#include "reply.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using Kind = redis::ReplyHead::Kind;

TEST(ReplyHead, IsReadWhenItsLastLineIsThere) {
    const std::string lines = "+OK\r\n+OK\r\n$5\r\n";
    for (size_t size = 0; size < lines.size(); size++) {
        EXPECT_EQ(redis::parse_head(lines.substr(0, size), 2).kind, Kind::more) << size;
    }

    const redis::ReplyHead head = redis::parse_head(lines + "hello\r\n", 2);
    EXPECT_EQ(head.kind, Kind::value);
    EXPECT_EQ(head.length, 5);
    EXPECT_EQ(head.size, lines.size());
}

TEST(ReplyHead, TellsThatThereIsNoValue) {
    const redis::ReplyHead head = redis::parse_head("+OK\r\n$-1\r\n", 1);
    EXPECT_EQ(head.kind, Kind::miss);
    EXPECT_EQ(head.size, 10U);
}

TEST(ReplyHead, EachLineMayBeAnError) {
    const redis::ReplyHead first = redis::parse_head("-NOAUTH no\r\n-NOAUTH no\r\n", 1);
    EXPECT_EQ(first.kind, Kind::error);
    EXPECT_EQ(first.line, "-NOAUTH no");

    const redis::ReplyHead last = redis::parse_head("+OK\r\n-WRONGTYPE x\r\n", 1);
    EXPECT_EQ(last.kind, Kind::error);
    EXPECT_EQ(last.line, "-WRONGTYPE x");
}

TEST(ReplyHead, RefusesWhatIsNoReply) {
    const auto kind = [](std::string_view text) { return redis::parse_head(text, 1).kind; };

    EXPECT_EQ(kind("+NO\r\n"), Kind::invalid);
    EXPECT_EQ(kind("+OK\n"), Kind::invalid);
    EXPECT_EQ(kind("\n"), Kind::invalid);
    EXPECT_EQ(kind("$3\r\n"), Kind::invalid);
    EXPECT_EQ(kind("+OK\r\n+OK\r\n"), Kind::invalid);
    EXPECT_EQ(kind("+OK\r\n\r\n"), Kind::invalid);
    EXPECT_EQ(kind("+OK\r\n$\r\n"), Kind::bad_length);
    EXPECT_EQ(kind("+OK\r\n$-2\r\n"), Kind::bad_length);
    EXPECT_EQ(kind("+OK\r\n$3x\r\n"), Kind::bad_length);
    EXPECT_EQ(kind("+OK\r\n$99999999999999999999\r\n"), Kind::bad_length);
}

} // namespace
