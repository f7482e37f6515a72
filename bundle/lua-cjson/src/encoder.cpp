#include "encoder.hpp"

#include "constants.hpp"
#include "escape.hpp"
#include "number.hpp"
#include "scan.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace cjson {
namespace {

constexpr Escapes kEscapes(true);
constexpr Escapes kEscapesButSlash(false);

char* write_escaped(char* out, const Escapes& escapes, std::string_view text) {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (end - p >= 8) {
        const size_t plain = copy_plain(out, p, end);
        out += plain;
        p += plain;
        if (p < end) {
            out = escapes.write(out, *p++);
        }
    }
    while (p < end) {
        out = escapes.write(out, *p++);
    }
    return out;
}

// Writes one document. Every member function takes its value from the top of the Lua stack, with
// the tables around it below, and leaves the stack as it was unless it says otherwise.
class Encoder {
public:
    Encoder(lua_State* L, Config& config)
        : L_(L), config_(config), settings_(config.encode),
          escapes_(settings_.escape_slash ? kEscapes : kEscapesButSlash),
          indented_(settings_.indent.size() > 0) {
        // An encode inside this one, in a metamethod or a finalizer, finds none and makes its own.
        out_.swap(config_.buffer);
    }
    ~Encoder() {
        if (settings_.keep_buffer) {
            out_.truncate(0);
            out_.swap(config_.buffer);
        }
    }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    [[nodiscard]] std::string_view text() const { return out_.view(); }

    // Returns false if the value is one to skip; nothing is written then.
    bool value();

private:
    enum class Access { raw, metamethods };

    // How a table without a mark is to be written.
    struct Shape {
        bool array;
        int length; // of the array
    };

    void string();
    void quoted(std::string_view text);
    [[gnu::noinline]] void long_quoted(std::string_view text);
    void number(double d);
    void invalid_number(double d);
    bool other_value(int type);

    void table();
    bool marked_table();
    void plain_table(const char* empty);
    void object();
    void key();
    void array_or_object();
    bool simple_item(int index);
    Shape classify(int count);
    void items(int first, int length, char separator, Access access);
    int metamethod_length();

    void begin_item(char separator);
    void end_container(char separator, char open, char close);
    void new_line(int depth);

    lua_State* const L_;
    Config& config_;
    const EncodeSettings& settings_;
    const Escapes& escapes_;
    const bool indented_;
    int depth_ = 0;
    Buffer out_;
};

inline bool Encoder::value() {
    const int type = lua_type(L_, -1);
    if (type == LUA_TSTRING) {
        string();
        return true;
    }
    if (type == LUA_TNUMBER) {
        number(lua_tonumber(L_, -1));
        return true;
    }
    return other_value(type);
}

bool Encoder::other_value(int type) {
    switch (type) {
    case LUA_TTABLE:
        table();
        return true;
    case LUA_TBOOLEAN:
        out_.append(L_, lua_toboolean(L_, -1) ? "true" : "false");
        return true;
    case LUA_TNIL:
        out_.append(L_, "null");
        return true;
    case LUA_TLIGHTUSERDATA: {
        const void* const address = lua_touserdata(L_, -1);
        if (address == nullptr || address == empty_array_address()) {
            out_.append(L_, address == nullptr ? "null" : "[]");
            return true;
        }
    }
    }
    if (!settings_.skip_unsupported) {
        raise(L_, "Cannot serialise %s: type not supported", lua_typename(L_, type));
    }
    return false;
}

void Encoder::string() {
    size_t length;
    const char* const text = lua_tolstring(L_, -1, &length);
    quoted({text, length});
}

// Room for a string in quotes if every byte is escaped.
constexpr size_t quoted_room(size_t length) {
    constexpr size_t kOvershoot = sizeof(Escape);
    return 2 + length * kMaxEscapeLength + kOvershoot;
}

void Encoder::quoted(std::string_view text) {
    constexpr size_t kShort = 16;
    if (text.size() > kShort) {
        long_quoted(text);
        return;
    }
    char* p = out_.reserve(L_, quoted_room(kShort));
    *p++ = '"';
    if (text.size() >= 4 && copy_if_plain(p, text.data(), text.size())) {
        p += text.size();
    } else {
        const Escapes& escapes = escapes_;
        for (const char c : text) {
            p = escapes.write(p, c);
        }
    }
    *p++ = '"';
    out_.commit(p);
}

void Encoder::long_quoted(std::string_view text) {
    // In pieces, or the room for the worst case would be six times the length of any string.
    constexpr size_t kPiece = 4096;
    out_.put(L_, '"');
    do {
        const std::string_view piece = text.substr(0, kPiece);
        char* const p = out_.reserve(L_, quoted_room(piece.size()));
        out_.commit(write_escaped(p, escapes_, piece));
        text.remove_prefix(piece.size());
    } while (!text.empty());
    out_.put(L_, '"');
}

void Encoder::number(double d) {
    if (!std::isfinite(d)) {
        invalid_number(d);
        return;
    }
    out_.commit(format_number(out_.reserve(L_, kMaxNumberLength), d, settings_.precision));
}

void Encoder::invalid_number(double d) {
    switch (settings_.invalid_numbers) {
    case InvalidNumbers::refuse:
        raise(L_, "Cannot serialise number: must not be NaN or Infinity");
        break;
    case InvalidNumbers::null:
        out_.append(L_, "null");
        break;
    case InvalidNumbers::write:
        out_.append(L_, std::isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
        break;
    }
}

void Encoder::table() {
    // Key, value and one more; lua_checkstack() refuses beyond LuaJIT's limit for a C function.
    constexpr int kSlots = 3;
    // Every C function starts with LUA_MINSTACK slots, and a level keeps at most two.
    constexpr int kFreeLevels = (LUA_MINSTACK - kSlots) / 2;
    ++depth_;
    if (depth_ > settings_.max_depth || (depth_ > kFreeLevels && lua_checkstack(L_, kSlots) == 0)) {
        raise(L_, "Cannot serialise, excessive nesting (%d)", depth_);
    }
    if (lua_getmetatable(L_, -1) == 0 || !marked_table()) {
        plain_table(settings_.empty_table_as_object ? "{}" : "[]");
    }
    --depth_;
}

// Handles a table whose metatable, on top of the stack, decides how it is written. Else returns
// false. The metatable is popped.
bool Encoder::marked_table() {
    const void* const metatable = lua_topointer(L_, -1);
    if (metatable == config_.array_metatable) {
        lua_pop(L_, 1);
        items(1, static_cast<int>(lua_objlen(L_, -1)), '[', Access::raw);
        return true;
    }
    lua_pushliteral(L_, "__len");
    lua_rawget(L_, -2);
    lua_remove(L_, -2);
    if (!lua_isnil(L_, -1)) {
        items(1, metamethod_length(), '[', Access::metamethods);
        return true;
    }
    lua_pop(L_, 1);
    if (metatable == config_.empty_array_metatable) {
        plain_table("[]");
        return true;
    }
    return false;
}

// Calls the __len function on top of the stack, and pops it, for the table below it.
int Encoder::metamethod_length() {
    lua_pushvalue(L_, -2);
    lua_call(L_, 1, 1);
    const double length = lua_tonumber(L_, -1);
    lua_pop(L_, 1);
    return length >= 1 ? static_cast<int>(std::min<double>(length, INT_MAX)) : 0;
}

void Encoder::plain_table(const char* empty) {
    lua_pushnil(L_);
    if (lua_next(L_, -2) == 0) {
        out_.append(L_, empty);
    } else if (lua_type(L_, -2) == LUA_TNUMBER) {
        array_or_object();
    } else {
        object();
    }
}

// Writes the table below its first key and value, which it pops.
void Encoder::object() {
    char separator = '{';
    do {
        const size_t mark = out_.size();
        begin_item(separator);
        key();
        if (value()) {
            separator = ',';
        } else {
            out_.truncate(mark);
        }
        lua_pop(L_, 1);
    } while (lua_next(L_, -2) != 0);
    end_container(separator, '{', '}');
}

// Writes the key below the value on top of the stack.
void Encoder::key() {
    const int type = lua_type(L_, -2);
    if (type == LUA_TSTRING) {
        size_t length;
        const char* const text = lua_tolstring(L_, -2, &length);
        quoted({text, length});
    } else if (type == LUA_TNUMBER) {
        // Not lua_tolstring(), which would turn the key into a string before lua_next() needs it.
        out_.put(L_, '"');
        number(lua_tonumber(L_, -2));
        out_.put(L_, '"');
    } else {
        raise(L_, "Cannot serialise %s: table key must be a number or string",
              lua_typename(L_, type));
    }
    out_.put(L_, ':');
    if (indented_) {
        out_.put(L_, ' ');
    }
}

// Writes the table below its first key, a number, and value, which it pops.
//
// Only after the last key is it known whether the table is an array, and one pass over the keys is
// most of the cost of a small table. So items that cannot fail are written right away as long as
// the keys are 1, 2, 3 ...; at anything else the keys left are looked at first. Thus nothing is
// written twice but a run of simple items, and no error hides another one.
void Encoder::array_or_object() {
    const size_t mark = out_.size();
    char separator = '[';
    int count = 0;
    do {
        const size_t item = out_.size();
        begin_item(separator);
        if (!simple_item(count + 1)) {
            out_.truncate(item);
            const Shape shape = classify(count);
            if (shape.array) {
                items(count + 1, shape.length, separator, Access::raw);
            } else {
                out_.truncate(mark);
                lua_pushnil(L_);
                lua_next(L_, -2);
                object();
            }
            return;
        }
        ++count;
        separator = ',';
        lua_pop(L_, 1);
    } while (lua_next(L_, -2) != 0);
    end_container(separator, '[', ']');
}

// Writes the value on top of the stack if its key is `index` and it is a simple one.
bool Encoder::simple_item(int index) {
    if (lua_type(L_, -2) != LUA_TNUMBER || lua_tonumber(L_, -2) != index) {
        return false;
    }
    switch (lua_type(L_, -1)) {
    case LUA_TSTRING:
        string();
        return true;
    case LUA_TNUMBER: {
        const double d = lua_tonumber(L_, -1);
        if (!std::isfinite(d)) {
            return false;
        }
        number(d);
        return true;
    }
    case LUA_TBOOLEAN:
        return value();
    default:
        return false;
    }
}

// Decides about the table below a key and a value, which are popped, from these on; the `count`
// keys before were 1, 2, 3 ...
Encoder::Shape Encoder::classify(int count) {
    constexpr Shape kObject{.array = false, .length = 0};
    int64_t found = count;
    double max = count;
    do {
        const double key = lua_type(L_, -2) == LUA_TNUMBER ? lua_tonumber(L_, -2) : 0;
        if (!(key >= 1 && key <= INT_MAX && std::floor(key) == key)) {
            lua_pop(L_, 2);
            return kObject;
        }
        ++found;
        max = std::max(max, key);
        lua_pop(L_, 1);
    } while (lua_next(L_, -2) != 0);

    const SparseArrays& sparse = settings_.sparse;
    const auto length = static_cast<int>(max);
    if (sparse.ratio > 0 && length > found * sparse.ratio && length > sparse.safe) {
        if (!sparse.to_object) {
            raise(L_, "Cannot serialise table: excessively sparse array");
        }
        return kObject;
    }
    return {.array = true, .length = length};
}

// Writes the items first ... length of the table and the end of the array. `separator` is ',' if
// items were written before, else '['.
void Encoder::items(int first, int length, char separator, Access access) {
    for (int64_t i = first; i <= length; ++i) {
        const size_t mark = out_.size();
        begin_item(separator);
        if (access == Access::raw) {
            lua_rawgeti(L_, -1, static_cast<int>(i));
        } else {
            lua_pushinteger(L_, static_cast<lua_Integer>(i));
            lua_gettable(L_, -2);
        }
        if (value()) {
            separator = ',';
        } else {
            out_.truncate(mark);
        }
        lua_pop(L_, 1);
    }
    end_container(separator, '[', ']');
}

void Encoder::begin_item(char separator) {
    out_.put(L_, separator);
    if (indented_) {
        new_line(depth_);
    }
}

// The opening bracket is the first item's separator, so it is missing yet if there was no item.
void Encoder::end_container(char separator, char open, char close) {
    if (separator == open) {
        out_.put(L_, open);
    } else if (indented_) {
        new_line(depth_ - 1);
    }
    out_.put(L_, close);
}

void Encoder::new_line(int depth) {
    out_.put(L_, '\n');
    for (int i = 0; i < depth; ++i) {
        out_.append(L_, settings_.indent.view());
    }
}

} // namespace

int encode(lua_State* L) {
    luaL_argcheck(L, lua_gettop(L) == 1, 1, "expected 1 argument");
    Encoder encoder(L, current_config(L));
    encoder.value();
    const std::string_view text = encoder.text();
    lua_pushlstring(L, text.data(), text.size());
    return 1;
}

} // namespace cjson
