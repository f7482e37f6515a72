#include "decoder.hpp"

#include "constants.hpp"
#include "json_string.hpp"
#include "number.hpp"
#include "scan.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace cjson {
namespace {

constexpr char kInvalidToken[] = "invalid token";

constexpr bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
constexpr char lower(char c) {
    return static_cast<char>(c | 0x20);
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Reads one document by recursive descent, pushing values as it meets them.
//
// A position is a pointer into the text. A reading function takes the place where its part begins,
// with no space before it, and returns the place behind it. The text ends at the first NUL, and at
// `end_` a Lua string has one too, so looking at a byte needs no check.
//
// Nothing is known of tokens until something is wrong; then found() names the one that does not
// fit.
class Decoder {
public:
    Decoder(lua_State* L, const DecodeSettings& settings, std::string_view text)
        : L_(L), settings_(settings), begin_(text.data()), end_(begin_ + text.size()),
          rules_(settings.invalid_numbers ? NumberRules::any : NumberRules::decimal) {}

    // Pushes the document's value.
    void document();

private:
    // A piece of text that does not fit: what it is, and where.
    struct Found {
        const char* what;
        const char* position;
    };

    const char* value(const char* p);
    const char* word(const char* p);
    const char* number(const char* p);
    const char* string(const char* p, const char* expected);
    const char* array(const char* p);
    const char* object(const char* p);
    void enter_container(const char* p);

    bool at_word(const char* p, std::string_view word) const;
    bool at_special_number(const char* p) const;
    // Most documents have no space to skip.
    const char* skip_space(const char* p) const {
        return *p > ' ' && *p != '/' ? p : skip_space_and_comments(p);
    }
    const char* skip_space_and_comments(const char* p) const;
    const char* skip_comment(const char* p) const;

    [[noreturn]] void fail(const char* expected, const char* p);
    Found found(const char* p);
    Found found_string(const char* p);
    Found found_number(const char* p) const;

    lua_State* const L_;
    const DecodeSettings& settings_;
    const char* const begin_;
    const char* const end_;
    const NumberRules rules_;
    int depth_ = 0;
    Buffer unescaped_;
};

void Decoder::document() {
    if (end_ - begin_ >= 2 && (begin_[0] == '\0' || begin_[1] == '\0')) {
        raise(L_, "JSON parser does not support UTF-16 or UTF-32");
    }
    const char* const p = skip_space(value(skip_space(begin_)));
    if (*p != '\0') {
        fail("the end", p);
    }
}

const char* Decoder::value(const char* p) {
    switch (*p) {
    case '"':
        return string(p, "value");
    case '{':
        return object(p);
    case '[':
        return array(p);
    default:
        return is_digit(*p) || *p == '-' ? number(p) : word(p);
    }
}

bool Decoder::at_word(const char* p, std::string_view word) const {
    return static_cast<size_t>(end_ - p) >= word.size() &&
           std::memcmp(p, word.data(), word.size()) == 0;
}

// Whether a number may begin here that only NumberRules::any takes.
bool Decoder::at_special_number(const char* p) const {
    return rules_ == NumberRules::any && (*p == '+' || lower(*p) == 'i' || lower(*p) == 'n');
}

const char* Decoder::word(const char* p) {
    if (at_word(p, "true")) {
        lua_pushboolean(L_, 1);
        return p + 4;
    }
    if (at_word(p, "false")) {
        lua_pushboolean(L_, 0);
        return p + 5;
    }
    if (at_word(p, "null")) {
        push_null(L_);
        return p + 4;
    }
    if (at_special_number(p)) {
        return number(p);
    }
    fail("value", p);
}

const char* Decoder::number(const char* p) {
    double d;
    const char* const behind = parse_number(p, end_, rules_, d);
    if (behind == nullptr) {
        fail("value", p);
    }
    lua_pushnumber(L_, d);
    return behind;
}

const char* Decoder::string(const char* p, const char* expected) {
    const char* const begin = p + 1;
    const char* const end = find_string_end(begin, end_);
    if (*end == '"') [[likely]] {
        lua_pushlstring(L_, begin, static_cast<size_t>(end - begin));
        return end + 1;
    }
    const StringResult result = read_string(L_, begin, end_, unescaped_);
    if (result.error != nullptr) {
        fail(expected, p);
    }
    lua_pushlstring(L_, result.bytes.data(), result.bytes.size());
    return result.end;
}

void Decoder::enter_container(const char* p) {
    // The table, a key and a value; lua_checkstack() refuses beyond LuaJIT's limit for a C
    // function.
    constexpr int kSlots = 3;
    // Every C function starts with LUA_MINSTACK slots, and a level keeps at most two.
    constexpr int kFreeLevels = (LUA_MINSTACK - kSlots) / 2;
    ++depth_;
    if (depth_ > settings_.max_depth || (depth_ > kFreeLevels && lua_checkstack(L_, kSlots) == 0)) {
        raise(L_, "Found too many nested data structures (%d) at character %d", depth_,
              static_cast<int>(p - begin_) + 1);
    }
}

// Most containers are small; the first growing steps of a table are what costs.
constexpr int kUsualItems = 4;

const char* Decoder::array(const char* p) {
    enter_container(p);
    p = skip_space(p + 1);
    lua_createtable(L_, *p == ']' ? 0 : kUsualItems, 0);
    if (settings_.array_metatables) {
        push_array_metatable(L_);
        lua_setmetatable(L_, -2);
    }
    if (*p != ']') {
        for (int i = 1;; ++i) {
            p = skip_space(value(p));
            lua_rawseti(L_, -2, i);
            if (*p != ',') {
                break;
            }
            p = skip_space(p + 1);
        }
        if (*p != ']') {
            fail("comma or array end", p);
        }
    }
    --depth_;
    return p + 1;
}

const char* Decoder::object(const char* p) {
    enter_container(p);
    p = skip_space(p + 1);
    lua_createtable(L_, 0, *p == '}' ? 0 : kUsualItems);
    if (*p != '}') {
        for (;;) {
            if (*p != '"') {
                fail("object key string", p);
            }
            p = skip_space(string(p, "object key string"));
            if (*p != ':') {
                fail("colon", p);
            }
            p = skip_space(value(skip_space(p + 1)));
            lua_rawset(L_, -3);
            if (*p != ',') {
                break;
            }
            p = skip_space(p + 1);
        }
        if (*p != '}') {
            fail("comma or object end", p);
        }
    }
    --depth_;
    return p + 1;
}

const char* Decoder::skip_space_and_comments(const char* p) const {
    while (is_space(*p)) {
        ++p;
    }
    return *p == '/' && settings_.comments ? skip_comment(p) : p;
}

// Stays at a comment that is not closed, for found() to see.
const char* Decoder::skip_comment(const char* p) const {
    const std::string_view rest(p, std::strlen(p));
    if (rest.starts_with("//")) {
        return skip_space(p + std::min(rest.find('\n'), rest.size()));
    }
    if (rest.starts_with("/*")) {
        const size_t close = rest.find("*/", 2);
        return close == std::string_view::npos ? p : skip_space(p + close + 2);
    }
    return p;
}

void Decoder::fail(const char* expected, const char* p) {
    const auto [what, position] = found(p);
    raise(L_, "Expected %s but found %s at character %d", expected, what,
          static_cast<int>(position - begin_) + 1);
}

Decoder::Found Decoder::found(const char* p) {
    switch (*p) {
    case '{':
        return {"T_OBJ_BEGIN", p};
    case '}':
        return {"T_OBJ_END", p};
    case '[':
        return {"T_ARR_BEGIN", p};
    case ']':
        return {"T_ARR_END", p};
    case ':':
        return {"T_COLON", p};
    case ',':
        return {"T_COMMA", p};
    case '\0':
        return {"T_END", p};
    case '"':
        return found_string(p);
    }
    if (at_word(p, "true") || at_word(p, "false")) {
        return {"T_BOOLEAN", p};
    }
    if (at_word(p, "null")) {
        return {"T_NULL", p};
    }
    if (is_digit(*p) || *p == '-' || at_special_number(p)) {
        return found_number(p);
    }
    if (settings_.comments && at_word(p, "/*")) {
        return {"unclosed multi-line comment", p};
    }
    return {kInvalidToken, p};
}

Decoder::Found Decoder::found_string(const char* p) {
    const StringResult result = read_string(L_, p + 1, end_, unescaped_);
    return result.error == nullptr ? Found{"T_STRING", p} : Found{result.error, result.end};
}

Decoder::Found Decoder::found_number(const char* p) const {
    double ignored;
    const char* const behind = parse_number(p, end_, rules_, ignored);
    if (behind == nullptr) {
        return {*p == '-' || *p == '+' || is_digit(*p) ? "invalid number" : kInvalidToken, p};
    }
    const char* const digits = is_digit(*p) ? p : p + 1;
    return {std::all_of(digits, behind, is_digit) ? "T_INTEGER" : "T_NUMBER", p};
}

} // namespace

int decode(lua_State* L) {
    luaL_argcheck(L, lua_gettop(L) == 1, 1, "expected 1 argument");
    size_t length;
    const char* const text = luaL_checklstring(L, 1, &length);
    Decoder(L, current_config(L).decode, {text, length}).document();
    return 1;
}

} // namespace cjson
