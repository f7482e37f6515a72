#include "reply_counter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using State = ngx::BodyPart::State;

struct Result {
    State state;
    size_t size; // of what belongs to the replies
};

bool operator==(const Result& a, const Result& b) {
    return a.state == b.state && a.size == b.size;
}

std::ostream& operator<<(std::ostream& out, const Result& result) {
    return out << static_cast<int>(result.state) << " at " << result.size;
}

Result count(uint64_t replies, const std::vector<std::string>& pieces) {
    redis2::ReplyCounter counter(replies);
    Result result{State::more, 0};
    for (const std::string& piece : pieces) {
        if (piece.empty()) {
            continue;
        }
        const ngx::BodyPart part = counter.take(piece);
        result = {part.state, result.size + part.size};
        if (part.state != State::more) {
            break;
        }
    }
    return result;
}

// In one piece, in two cut anywhere, and byte by byte.
void expect_end(uint64_t replies, const std::string& bytes) {
    const Result end{State::end, bytes.size()};
    std::vector<std::string> single;

    for (size_t cut = 0; cut <= bytes.size(); cut++) {
        EXPECT_EQ(count(replies, {bytes.substr(0, cut), bytes.substr(cut)}), end) << bytes << cut;
        if (cut < bytes.size()) {
            EXPECT_EQ(count(replies, {bytes.substr(0, cut)}), (Result{State::more, cut})) << bytes;
            single.push_back(bytes.substr(cut, 1));
        }
    }
    EXPECT_EQ(count(replies, single), end) << bytes;
    EXPECT_EQ(count(replies, {bytes + "+"}), (Result{State::surplus, bytes.size()})) << bytes;
}

TEST(ReplyCounter, CountsEachKindOfReply) {
    expect_end(1, "+OK\r\n");
    expect_end(1, "+\r\n");
    expect_end(1, "-ERR unknown command\r\n");
    expect_end(1, ":1000\r\n");
    expect_end(1, ":-5\r\n");
    expect_end(1, "$5\r\nhello\r\n");
    expect_end(1, "$0\r\n\r\n");
    expect_end(1, "$-1\r\n");
    expect_end(1, "*0\r\n");
    expect_end(1, "*-1\r\n");
    expect_end(1, "*3\r\n$1\r\na\r\n$-1\r\n:7\r\n");
    expect_end(1, "*2\r\n*2\r\n+a\r\n$0\r\n\r\n*0\r\n");
}

TEST(ReplyCounter, DataMayHaveAnyByte) {
    expect_end(1, std::string("$10\r\n\r\n\0$3\r\n+\r\n\r\n", 17));
    expect_end(1, "$207\r\n" + std::string(207, '\n') + "\r\n");
}

TEST(ReplyCounter, CountsSeveralReplies) {
    expect_end(3, "+OK\r\n$2\r\nhi\r\n*1\r\n:1\r\n");
    EXPECT_EQ(count(2, {"+OK\r\n"}), (Result{State::more, 5}));
    EXPECT_EQ(count(1, {"+OK\r\n+OK\r\n"}), (Result{State::surplus, 5}));
    EXPECT_EQ(count(1, {"+OK\r\n", "x"}), (Result{State::end, 5}));
}

TEST(ReplyCounter, BytesBehindTheEndAreSurplus) {
    redis2::ReplyCounter counter(1);
    EXPECT_EQ(counter.take("+OK\r\n").state, State::end);
    EXPECT_EQ(counter.take("+OK\r\n").state, State::surplus);
}

TEST(ReplyCounter, KnowsWhereAReplyGoesWrong) {
    const auto invalid_at = [](const std::string& bytes, size_t pos) {
        for (size_t cut = 0; cut <= pos; cut++) {
            EXPECT_EQ(count(2, {bytes.substr(0, cut), bytes.substr(cut)}),
                      (Result{State::invalid, pos}))
                << bytes;
        }
    };
    invalid_at("hello", 0);
    invalid_at("+OK\n", 3);
    invalid_at("+OK\rx", 4);
    invalid_at("$x\r\n", 1);
    invalid_at("$\r\n", 1);
    invalid_at("$-2\r\n", 2);
    invalid_at("$-1x", 3);
    invalid_at("$3x", 2);
    invalid_at("$3\n", 2);
    invalid_at("$3\r\nabcd", 7);
    invalid_at("$3\r\nabc\rd", 8);
    invalid_at("+OK\r\nx", 5);
    invalid_at("*1\r\n!", 4);
    invalid_at("$99999999999999999999\r\n", 13);
}

} // namespace
