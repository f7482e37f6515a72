#include "lua_engine/traceback.hpp"

#include <algorithm>

namespace lua {

namespace {

using text::BoundedText;

constexpr size_t kMaxCoroutines = 5;
constexpr int kMaxFrames = 22;

void append_quoted(BoundedText& out, std::string_view open, std::string_view name,
                   std::string_view close) {
    out.append(" in function ");
    out.append(open);
    out.append(name);
    out.append(close);
}

void append_frame(BoundedText& out, const lua_Debug& frame) {
    out.append("\n\t");
    out.append(frame.short_src);
    out.append(":");
    // The topmost frame of a dead coroutine has no current line.
    if (frame.currentline > 0) {
        out.append_number(frame.currentline);
        out.append(":");
    }

    if (*frame.namewhat != '\0') {
        append_quoted(out, "'", frame.name, "'");
    } else if (*frame.what == 'm') {
        out.append(" in main chunk");
    } else if (*frame.what == 'C' || *frame.what == 't') {
        out.append(" ?");
    } else {
        out.append(" in function <");
        out.append(frame.short_src);
        out.append(":");
        out.append_number(frame.linedefined);
        out.append(">");
    }
}

void append_frames(BoundedText& out, lua_State* L) {
    // After an overflow of the stack that is reserved for handling overflows, frames lie where
    // lua_Debug cannot name them (it has 16 bits for their offset).
    if (lua_status(L) == LUA_ERRERR) {
        return;
    }
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) != 0; level++) {
        if (level == kMaxFrames) {
            out.append("\n\t...");
            return;
        }
        lua_getinfo(L, "nSl", &frame);
        append_frame(out, frame);
    }
}

} // namespace

void append_traceback(BoundedText& out, std::span<lua_State* const> coroutines) {
    out.append("stack traceback:");
    const size_t count = std::min(coroutines.size(), kMaxCoroutines);
    for (size_t i = 0; i < count; i++) {
        out.append("\ncoroutine ");
        out.append_number(static_cast<double>(i));
        out.append(":");
        append_frames(out, coroutines[i]);
    }
}

int traceback_handler(lua_State* L) {
    if (lua_isstring(L, 1) != 0) {
        luaL_traceback(L, L, lua_tostring(L, 1), 1);
    }
    return 1;
}

} // namespace lua
