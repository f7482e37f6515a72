// The command line of resty.
#pragma once

#include "error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace resty {

using Words = std::vector<std::string>;

// A program that runs nginx under its control: gdb, valgrind ...
struct Wrapper {
    bool wanted = false;
    std::optional<std::string> options; // as one text, split like a shell does
};

struct Options {
    enum class Action { run, help, version, dump_conf };
    Action action = Action::run;

    std::string code; // of -e and -l, joined
    bool has_code = false;
    std::string script; // empty: none
    Words arguments;    // of the script
    Words words;        // what was left behind the options

    Words include_dirs;
    Words http_conf;
    Words stream_conf;
    Words main_conf;
    Words http_includes;
    Words main_includes;
    Words modules;
    Words shdicts; // "NAME SIZE"
    Words nameservers;
    std::string jit; // "v", "dump", "off"
    std::string errlog_level = "warn";
    std::string connections = "64";
    std::string nginx;
    bool resolve_ipv6 = false;
    bool no_stream = false;

    Wrapper gdb;
    Wrapper valgrind;
    Wrapper stap;
    Wrapper user_runner; // its options are the command
    bool rr = false;
};

// Fills options from the program's arguments (argv[0] excluded).
[[nodiscard]] std::optional<Error> parse(const Words& args, Options& options);

extern const char* const kUsage;
inline constexpr const char* kVersion = "0.29";

} // namespace resty
