// Fuzz target: the scanner of *_by_lua_block bodies against a second reading of the same rules, one
// that sees the whole text at once. They must agree on where the block ends, and the scanner must
// not care how its input is divided.
//
// links: bundle/ngx_lua/lua_engine/block_scanner.cpp
#include "lua_engine/block_scanner.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using lua::BlockScanner;
using Event = BlockScanner::Event;

namespace {

constexpr size_t kNone = std::string::npos;

// The end of the quoted string that starts at i: behind its quote or its newline.
size_t skip_quoted(const std::string& s, size_t i) {
    const char quote = s[i++];
    while (i < s.size()) {
        const char c = s[i++];
        if (c == quote || c == '\n') {
            return i;
        }
        if (c != '\\' || i == s.size()) {
            continue;
        }
        const char escaped = s[i++];
        if (escaped == 'z') {
            i = std::min(s.find_first_not_of(" \t\n\v\f\r", i), s.size());
        } else if (escaped == '\r' && i < s.size() && s[i] == '\n') {
            i++;
        }
    }
    return kNone;
}

// The end of the long bracket that starts at i; i itself if none does.
size_t skip_long_bracket(const std::string& s, size_t i) {
    size_t j = i + 1;
    while (j < s.size() && s[j] == '=') {
        j++;
    }
    if (s[i] != '[' || j >= s.size() || s[j] != '[') {
        return i;
    }
    const std::string closer = "]" + s.substr(i + 1, j - i - 1) + "]";
    const size_t end = s.find(closer, j + 1);
    return end == kNone ? kNone : end + closer.size();
}

// The position behind the block's "}", or kNone.
size_t end_of_block(const std::string& s) {
    size_t depth = 1;
    for (size_t i = 0; i < s.size();) {
        size_t next = i + 1;
        if (s[i] == '{') {
            depth++;
        } else if (s[i] == '}') {
            if (--depth == 0) {
                return next;
            }
        } else if (s[i] == '"' || s[i] == '\'') {
            next = skip_quoted(s, i);
        } else if (s[i] == '[') {
            const size_t end = skip_long_bracket(s, i);
            next = end == i ? next : end;
        } else if (s.compare(i, 2, "--") == 0) {
            const size_t end = i + 2 < s.size() ? skip_long_bracket(s, i + 2) : i + 2;
            next = end == i + 2 ? s.find('\n', i) : end;
        }
        if (next == kNone) {
            return kNone;
        }
        i = next;
    }
    return kNone;
}

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0 || size > BlockScanner::kTokenLimit) {
        return 0; // beyond the limit the scanner gives up on purpose
    }

    const size_t cut = data[0] % size;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);

    BlockScanner whole(1);
    const auto progress = whole.push(text);
    const size_t expected = end_of_block(text);
    require(expected == (progress.event == Event::closed ? progress.used : kNone));

    BlockScanner pieces(1);
    auto piece = pieces.push(std::string_view(text).substr(0, cut));
    if (piece.event == Event::none) {
        piece = pieces.push(std::string_view(text).substr(cut));
        piece.used += cut;
    }
    require(piece.event == progress.event && piece.used == progress.used);
    require(pieces.line() == whole.line());
    if (progress.event == Event::none) {
        require(whole.open_line() <= whole.line());
    }
    return 0;
}
