// memcached's commands, as the text protocol names them. Knows nothing of nginx.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace memc {

enum class Command : uint8_t {
    get,
    set,
    add,
    replace,
    append,
    prepend,
    remove, // "delete"
    incr,
    decr,
    flush_all,
    stats,
    version,
};

inline constexpr std::string_view kCommandNames[] = {
    "get",    "set",  "add",  "replace",   "append", "prepend",
    "delete", "incr", "decr", "flush_all", "stats",  "version",
};

constexpr std::string_view name(Command command) {
    return kCommandNames[static_cast<size_t>(command)];
}

constexpr std::optional<Command> find_command(std::string_view text) {
    for (size_t i = 0; i < std::size(kCommandNames); i++) {
        if (text == kCommandNames[i]) {
            return static_cast<Command>(i);
        }
    }
    return std::nullopt;
}

// set, add, replace, append, prepend: those that carry a value.
constexpr bool is_storage(Command command) {
    return command >= Command::set && command <= Command::prepend;
}

constexpr bool is_arithmetic(Command command) {
    return command == Command::incr || command == Command::decr;
}

constexpr bool has_exptime(Command command) {
    return is_storage(command) || command == Command::remove || command == Command::flush_all;
}

constexpr bool has_key(Command command) {
    return command < Command::flush_all;
}

} // namespace memc
