#include "reply.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using memc::Command;
using memc::SimpleReply;
using memc::ValueLine;

// Whatever comes behind it, a reply is ready at its last byte, and not before.
void expect_ready(Command command, const std::string& reply, unsigned status) {
    for (size_t size = 0; size < reply.size(); size++) {
        const SimpleReply part = memc::parse_simple_reply(command, reply.substr(0, size));
        EXPECT_EQ(part.state, SimpleReply::State::more) << reply << size;
    }
    for (const char* behind : {"", "\r\n", "STORED\r\n", "x"}) {
        const SimpleReply whole = memc::parse_simple_reply(command, reply + behind);
        EXPECT_EQ(whole.state, SimpleReply::State::ready) << reply;
        EXPECT_EQ(whole.pos, reply.size());
        EXPECT_EQ(whole.status, status) << reply;
    }
}

void expect_invalid(Command command, const std::string& reply, size_t pos) {
    const SimpleReply parsed = memc::parse_simple_reply(command, reply);
    EXPECT_EQ(parsed.state, SimpleReply::State::invalid) << reply;
    EXPECT_EQ(parsed.pos, pos) << reply;
}

TEST(SimpleReply, StorageCommandsStoreOrNot) {
    for (const Command command :
         {Command::set, Command::add, Command::replace, Command::append, Command::prepend}) {
        expect_ready(command, "STORED\r\n", 201);
        expect_ready(command, "NOT_STORED\r\n", 200);
        expect_ready(command, "EXISTS\r\n", 200);
        expect_ready(command, "NOT_FOUND\r\n", 404);
    }
}

TEST(SimpleReply, OtherCommandsHaveTheirOwn) {
    expect_ready(Command::remove, "DELETED\r\n", 200);
    expect_ready(Command::remove, "NOT_FOUND\r\n", 404);
    expect_ready(Command::incr, "0\r\n", 201);
    expect_ready(Command::decr, "18446744073709551615\r\n", 201);
    expect_ready(Command::decr, "9 \r\n", 201);
    expect_ready(Command::incr, "NOT_FOUND\r\n", 404);
    expect_ready(Command::flush_all, "OK\r\n", 200);
    expect_ready(Command::version, "VERSION 1.6.18\r\n", 200);
    expect_ready(Command::stats, "END\r\n", 200);
    expect_ready(Command::stats, "STAT pid 1\r\nSTAT END \r\nEND\r\n", 200);
}

TEST(SimpleReply, EachCommandMayFail) {
    for (size_t i = 1; i < std::size(memc::kCommandNames); i++) {
        const auto command = static_cast<Command>(i);
        expect_ready(command, "ERROR\r\n", 502);
        expect_ready(command, "CLIENT_ERROR bad command line format\r\n", 502);
        expect_ready(command, "SERVER_ERROR \r\n", 502);
    }
}

TEST(SimpleReply, TheFirstWrongByteIsKnown) {
    expect_invalid(Command::set, "x", 0);
    expect_invalid(Command::set, "STOLEN\r\n", 3);
    expect_invalid(Command::set, "STORED\n", 6);
    expect_invalid(Command::set, "STORED\rx", 7);
    expect_invalid(Command::set, "NOT_STORE\r\n", 9);
    expect_invalid(Command::set, "DELETED\r\n", 0);
    expect_invalid(Command::incr, "12a\r\n", 2);
    expect_invalid(Command::incr, " \r\n", 0);
    expect_invalid(Command::version, "VERSION a\nb", 9);
    expect_invalid(Command::stats, "STAT a\r\nOK\r\n", 8);
    expect_invalid(Command::set, std::string("STO\0ED\r\n", 8), 3);
}

TEST(ValueLine, IsReadWhenItsEndHasCome) {
    const std::string line = "VALUE a%20b 7 1048576\r\n";
    for (size_t size = 0; size < line.size(); size++) {
        EXPECT_EQ(memc::parse_value_line(line.substr(0, size), "a%20b").kind,
                  ValueLine::Kind::more);
    }

    for (const std::string& value : {std::string(), std::string("\0\r\nEND", 6)}) {
        const std::string bytes = line + value;
        const ValueLine parsed = memc::parse_value_line(bytes, "a%20b");
        EXPECT_EQ(parsed.kind, ValueLine::Kind::value);
        EXPECT_EQ(parsed.line, "VALUE a%20b 7 1048576");
        EXPECT_EQ(parsed.flags, "7");
        EXPECT_EQ(parsed.length, 1048576);
        EXPECT_EQ(parsed.size, line.size());
    }
}

TEST(ValueLine, MayTellThatThereIsNone) {
    const ValueLine parsed = memc::parse_value_line("END\r\n", "key");
    EXPECT_EQ(parsed.kind, ValueLine::Kind::miss);
    EXPECT_EQ(parsed.size, 5U);
}

TEST(ValueLine, ChecksKeyAndLength) {
    const auto kind = [](std::string_view line) {
        return memc::parse_value_line(line, "key").kind;
    };

    EXPECT_EQ(kind("VALUE kez 0 1\r\n"), ValueLine::Kind::bad_key);
    EXPECT_EQ(kind("VALUE \r\n"), ValueLine::Kind::bad_key);
    EXPECT_EQ(kind("VALUE key2 0 1\r\n"), ValueLine::Kind::invalid);
    EXPECT_EQ(kind("VALUE key\r\n"), ValueLine::Kind::invalid);
    EXPECT_EQ(kind("VALUE key 0\r\n"), ValueLine::Kind::invalid);
    EXPECT_EQ(kind("VALUE key 0 \r\n"), ValueLine::Kind::bad_length);
    EXPECT_EQ(kind("VALUE key 0 -1\r\n"), ValueLine::Kind::bad_length);
    EXPECT_EQ(kind("VALUE key 0 1x\r\n"), ValueLine::Kind::bad_length);
    EXPECT_EQ(kind("VALUE key 0 1 2\r\n"), ValueLine::Kind::bad_length);
    EXPECT_EQ(kind("VALUE key 0 99999999999999999999\r\n"), ValueLine::Kind::bad_length);
    EXPECT_EQ(kind("VALUE key 0 1\n"), ValueLine::Kind::invalid);
    EXPECT_EQ(kind("\n"), ValueLine::Kind::invalid);
    EXPECT_EQ(kind("ERROR\r\n"), ValueLine::Kind::invalid);
}

} // namespace
