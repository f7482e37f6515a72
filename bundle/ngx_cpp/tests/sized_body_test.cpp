#include "ngx/sized_body.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using State = ngx::BodyPart::State;

// The body that comes out, and the last state, when `reply` arrives in two pieces cut at `cut`.
std::pair<std::string, State> read(ngx::SizedBody body, const std::string& reply, size_t cut) {
    std::string out;
    State state = State::more;
    for (const std::string& piece : {reply.substr(0, cut), reply.substr(cut)}) {
        if (piece.empty()) {
            continue;
        }
        const ngx::BodyPart part = body.take(piece);
        out += piece.substr(0, part.size);
        state = part.state;
        if (state != State::more) {
            break;
        }
    }
    return {out, state};
}

TEST(SizedBody, EndsWithItsTrailerWhereverThePiecesAreCut) {
    const std::string reply = "ab\r\nc\r\nEND\r\n";
    for (size_t cut = 0; cut <= reply.size(); cut++) {
        const auto [body, state] = read({5, "\r\nEND\r\n"}, reply, cut);
        EXPECT_EQ(body, "ab\r\nc") << cut;
        EXPECT_EQ(state, State::end) << cut;
    }
}

TEST(SizedBody, GoesOnUntilTheTrailerIsComplete) {
    const std::string reply = "abc\r\nEND\r\n";
    for (size_t size = 1; size < reply.size(); size++) {
        EXPECT_EQ(read({3, "\r\nEND\r\n"}, reply.substr(0, size), 0).second, State::more) << size;
    }
}

TEST(SizedBody, NoticesAnotherTrailerAtEachOfItsBytes) {
    const std::string reply = "abc\r\nEND\r\n";
    for (size_t wrong = 3; wrong < reply.size(); wrong++) {
        for (size_t cut = 0; cut <= reply.size(); cut++) {
            std::string text = reply;
            text[wrong] = 'x';
            const auto [body, state] = read({3, "\r\nEND\r\n"}, text, cut);
            EXPECT_EQ(body, "abc");
            EXPECT_EQ(state, State::invalid) << wrong << ' ' << cut;
        }
    }
}

TEST(SizedBody, TellsOfBytesBehindTheEnd) {
    EXPECT_EQ(read({1, "\r\n"}, "a\r\nb", 0).second, State::surplus);
    EXPECT_EQ(read({3, ""}, "abc!", 2).second, State::surplus);

    ngx::SizedBody body(1, "\r\n");
    EXPECT_EQ(body.take("a\r\n").state, State::end);
    EXPECT_EQ(body.take("b").state, State::surplus);
}

TEST(SizedBody, MayBeEmpty) {
    EXPECT_EQ(ngx::SizedBody(0, "\r\n").take("\r\n").state, State::end);
    EXPECT_EQ(ngx::SizedBody(0, "").take("").state, State::end);
}

} // namespace
