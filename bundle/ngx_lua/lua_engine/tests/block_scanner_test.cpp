#include "lua_engine/block_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

using lua::BlockScanner;
using Event = BlockScanner::Event;

namespace {

std::string event_text(Event event) {
    return "event " + std::to_string(static_cast<int>(event));
}

// What read_block would take as the block's body of `text`, or the event that prevents it.
std::string body_of(std::string_view text) {
    BlockScanner scanner(1);
    const auto progress = scanner.push(text);
    if (progress.event == Event::closed) {
        return std::string(text.substr(0, progress.used - 1));
    }
    return event_text(progress.event == Event::none ? scanner.at_end_of_file() : progress.event);
}

} // namespace

TEST(BlockScanner, TakesTheTextUpToTheMatchingBrace) {
    EXPECT_EQ(body_of("} }"), "");
    EXPECT_EQ(body_of(" f({1, {2}}) } rest }"), " f({1, {2}}) ");
}

TEST(BlockScanner, IgnoresBracesInQuotedStrings) {
    EXPECT_EQ(body_of(R"( "}" )"), event_text(Event::unexpected_end));
    EXPECT_EQ(body_of(R"( "}{" '}' })"), R"( "}{" '}' )");
    EXPECT_EQ(body_of(R"( "\"}" '\'}' })"), R"( "\"}" '\'}' )");
    EXPECT_EQ(body_of(R"( "'}" '"}' })"), R"( "'}" '"}' )");
    EXPECT_EQ(body_of(R"( "\\" })"), R"( "\\" )");
    EXPECT_EQ(body_of(R"( "--[[ [[" })"), R"( "--[[ [[" )");
}

TEST(BlockScanner, KnowsStringsThatGoOnInTheNextLine) {
    EXPECT_EQ(body_of("\"a\\\n}\" }"), "\"a\\\n}\" ");
    EXPECT_EQ(body_of("\"a\\\r\n}\" }"), "\"a\\\r\n}\" ");
    EXPECT_EQ(body_of("\"a\\z \r\n\t }\" }"), "\"a\\z \r\n\t }\" ");
    EXPECT_EQ(body_of("\"a\\z\" }"), "\"a\\z\" ");
}

TEST(BlockScanner, EndsABrokenStringAtTheNewline) {
    EXPECT_EQ(body_of("\"a }\n }"), "\"a }\n ");
}

TEST(BlockScanner, IgnoresBracesInLongBrackets) {
    EXPECT_EQ(body_of("[[ } ' \" -- ]] }"), "[[ } ' \" -- ]] ");
    EXPECT_EQ(body_of("[==[ } ]] ]=] ]===] ]==] }"), "[==[ } ]] ]=] ]===] ]==] ");
    EXPECT_EQ(body_of("[==[]=]==] }"), "[==[]=]==] ");
    EXPECT_EQ(body_of("[[]]] }"), "[[]]] ");
    EXPECT_EQ(body_of("[[ \\]] }"), "[[ \\]] ");
    EXPECT_EQ(body_of("[[ok--]] }"), "[[ok--]] ");
}

TEST(BlockScanner, TellsBracketsFromLongBrackets) {
    EXPECT_EQ(body_of("t1[t2[1]] }"), "t1[t2[1]] ");
    EXPECT_EQ(body_of("]=] }"), "]=] ");
    EXPECT_EQ(body_of("[=}"), "[=");
    EXPECT_EQ(body_of("[=\"}\" }"), "[=\"}\" ");
    EXPECT_EQ(body_of("[= [ }"), "[= [ ");
}

TEST(BlockScanner, IgnoresBracesInComments) {
    EXPECT_EQ(body_of("-- } ' \" [[ \n }"), "-- } ' \" [[ \n ");
    EXPECT_EQ(body_of("--\n}"), "--\n");
    EXPECT_EQ(body_of("--[\n}"), "--[\n");
    EXPECT_EQ(body_of("--[=\n}"), "--[=\n");
    EXPECT_EQ(body_of("--[== }\n}"), "--[== }\n");
    EXPECT_EQ(body_of("---[[ }\n}"), "---[[ }\n");
    EXPECT_EQ(body_of("--[[ }\n } ]] }"), "--[[ }\n } ]] ");
    EXPECT_EQ(body_of("--[=[ ]] } ]=] }"), "--[=[ ]] } ]=] ");
    EXPECT_EQ(body_of("- -[[ } ]] }"), "- -[[ } ]] ");
    EXPECT_EQ(body_of("-}"), "-");
}

TEST(BlockScanner, ReportsTheEndOfTheFile) {
    EXPECT_EQ(body_of("f("), event_text(Event::unexpected_end));
    EXPECT_EQ(body_of("\"f"), event_text(Event::unexpected_end));
    EXPECT_EQ(body_of("-- }"), event_text(Event::unexpected_end));
    EXPECT_EQ(body_of("[[ } ]"), event_text(Event::unclosed_bracket));
    EXPECT_EQ(body_of("--[=[ } ]]"), event_text(Event::unclosed_bracket));
}

TEST(BlockScanner, LimitsStringsAndLongBrackets) {
    const std::string fits(BlockScanner::kTokenLimit - 4, 'x');
    const std::string too_long = fits + "x";

    EXPECT_EQ(body_of("[[" + fits + "]]}"), "[[" + fits + "]]");
    EXPECT_EQ(body_of("[[" + too_long + "]]}"), event_text(Event::unclosed_bracket));
    EXPECT_EQ(body_of("--[[" + too_long + "]]}"), event_text(Event::unclosed_bracket));
    EXPECT_EQ(body_of("'xx" + fits + "'}"), "'xx" + fits + "'");
    EXPECT_EQ(body_of("'xx" + too_long + "'}"), event_text(Event::too_long));
}

TEST(BlockScanner, DoesNotLimitCodeAndLineComments) {
    const std::string text(3 * BlockScanner::kTokenLimit, 'x');

    EXPECT_EQ(body_of(text + "}"), text);
    EXPECT_EQ(body_of("--" + text + "\n}"), "--" + text + "\n");
}

TEST(BlockScanner, NamesTheLineOfTheInnermostOpenConstruct) {
    BlockScanner brace(5);
    brace.push("\nlocal a = {\n{\n");
    EXPECT_EQ(brace.open_line(), 7U);
    EXPECT_EQ(brace.line(), 8U);

    BlockScanner closed_again(5);
    closed_again.push("\n{\n{\n}\n}\n");
    EXPECT_EQ(closed_again.open_line(), 5U);

    BlockScanner bracket(5);
    bracket.push("\n{\n[==[\n\n");
    EXPECT_EQ(bracket.open_line(), 7U);
    EXPECT_EQ(bracket.bracket_level(), 2U);
}

TEST(BlockScanner, GoesOnWhereThePieceEnded) {
    const std::string text = "f(\"\\\"}\", '}') --[==[ }\n ]=] ]==] {[[ } ]]} -- }\n } rest";
    const std::string expected = body_of(text);
    ASSERT_EQ(expected, text.substr(0, text.size() - 6));

    for (size_t cut = 0; cut < expected.size(); cut++) {
        BlockScanner scanner(1);
        ASSERT_EQ(scanner.push(std::string_view(text).substr(0, cut)).event, Event::none);
        const auto progress = scanner.push(std::string_view(text).substr(cut));
        EXPECT_EQ(progress.event, Event::closed);
        EXPECT_EQ(cut + progress.used, expected.size() + 1);
        EXPECT_EQ(scanner.line(), 3U);
    }
}
