#include "options.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

namespace resty {

const char* const kUsage = R"(resty [options] [lua-file [args]]

Options:
    -c NUM              worker_connections in the generated configuration (64).
    -e PROG             Runs the Lua code PROG; several are run one behind the other.
    --errlog-level LEVEL
                        Level of the error log on stderr: debug, info, notice, warn (default), error,
                        crit, alert or emerg.
    --gdb               Runs nginx in gdb.
    --gdb-opts OPTS     Options for gdb (and --gdb).
    -h
    --help              Prints this text.
    --http-conf CONF    Puts CONF into the http block.
    --http-include PATH
                        Includes the file PATH in the http block.
    -I DIR              Puts DIR in front of the search paths for Lua modules.
    -j dump             Prints what LuaJIT compiles.
    -j off              Turns LuaJIT's compiler off.
    -j v                Prints a line for each trace that LuaJIT compiles.
    -l LIB              Loads the Lua module LIB first: require("LIB").
    --load-module MOD   Loads the nginx module MOD.
    --main-conf CONF    Puts CONF into the main block.
    --main-include PATH
                        Includes the file PATH in the main block.
    --nginx PATH        Uses the nginx executable PATH.
    --ns IP             Uses the name server IP, instead of the system's.
    --no-stream         Leaves out the stream block.
    --resolve-ipv6      Lets the resolver look for IPv6 addresses, too.
    --rr                Runs nginx in rr (record).
    --shdict 'NAME SIZE'
                        Makes a shared dictionary, for example 'dogs 12m'.
    --stap              Runs nginx in SystemTap.
    --stap-opts OPTS    Options for stap (and --stap).
    --stream-conf CONF  Puts CONF into the stream block.
    --user-runner CMD   Puts the command CMD in front of nginx.
    -V
    -v                  Prints versions.
    --valgrind          Runs nginx in valgrind.
    --valgrind-opts OPTS
                        Options for valgrind (and --valgrind).
    --dump-nginx-conf   Prints the generated configuration and runs nothing.

All options may be given several times where that makes sense; they are read up to the first word that is
none, or up to --.
)";

namespace {

Error usage_error(std::string message) {
    return {"ERROR: " + std::move(message), 1, true};
}

// An option's name and what it does with its value.
struct Rule {
    const char* name;
    bool takes_value;
    std::function<std::optional<Error>(const std::string&)> use;
};

class Parser {
public:
    explicit Parser(Options& options) : o_(options), rules_(make_rules()) {}

    std::optional<Error> parse(const Words& args) {
        size_t i = 0;
        while (i < args.size() && args[i].size() > 1 && args[i][0] == '-') {
            if (args[i] == "--") {
                i++;
                break;
            }
            if (auto error = take(args, i)) {
                return error;
            }
        }
        o_.words.assign(args.begin() + static_cast<ptrdiff_t>(i), args.end());
        return std::nullopt;
    }

private:
    using Result = std::optional<Error>;

    static Result done() { return std::nullopt; }

    std::vector<Rule> make_rules() {
        return {
            {"-e", true, [this](const std::string& v) { return add_code(v); }},
            {"-l", true, [this](const std::string& v) { return add_code(require_call(v)); }},
            {"-I", true, add_to(o_.include_dirs)},
            {"-j", true, [this](const std::string& v) { return set_jit(v); }},
            {"-c", true, [this](const std::string& v) { return set_connections(v); }},
            {"-V", false, act(Options::Action::version)},
            {"-v", false, act(Options::Action::version)},
            {"-h", false, act(Options::Action::help)},
            {"--help", false, act(Options::Action::help)},
            {"--dump-nginx-conf", false, act(Options::Action::dump_conf)},
            {"--errlog-level", true, [this](const std::string& v) { return set_level(v); }},
            {"--http-conf", true, add_to(o_.http_conf)},
            {"--stream-conf", true, add_to(o_.stream_conf)},
            {"--main-conf", true, add_to(o_.main_conf)},
            {"--http-include", true, add_file(o_.http_includes, "http")},
            {"--main-include", true, add_file(o_.main_includes, "main")},
            {"--load-module", true, add_to(o_.modules)},
            {"--shdict", true, [this](const std::string& v) { return add_shdict(v); }},
            {"--ns", true, [this](const std::string& v) { return add_nameserver(v); }},
            {"--nginx", true, [this](const std::string& v) { return set(o_.nginx, v); }},
            {"--resolve-ipv6", false, turn_on(o_.resolve_ipv6)},
            {"--no-stream", false, turn_on(o_.no_stream)},
            {"--rr", false, turn_on(o_.rr)},
            {"--gdb", false, turn_on(o_.gdb.wanted)},
            {"--gdb-opts", true, set_wrapper(o_.gdb, "--gdb-opts")},
            {"--valgrind", false, turn_on(o_.valgrind.wanted)},
            {"--valgrind-opts", true, set_wrapper(o_.valgrind, "--valgrind-opts")},
            {"--stap", false, turn_on(o_.stap.wanted)},
            {"--stap-opts", true, set_wrapper(o_.stap, "--stap-opts")},
            {"--user-runner", true, set_wrapper(o_.user_runner, "--user-runner")},
        };
    }

    static Result set(std::string& member, const std::string& value) {
        member = value;
        return done();
    }

    std::function<Result(const std::string&)> add_to(Words& list) {
        return [&list](const std::string& value) {
            list.push_back(value);
            return done();
        };
    }

    std::function<Result(const std::string&)> act(Options::Action action) {
        return [this, action](const std::string&) {
            o_.action = action;
            return done();
        };
    }

    std::function<Result(const std::string&)> turn_on(bool& flag) {
        return [&flag](const std::string&) {
            flag = true;
            return done();
        };
    }

    std::function<Result(const std::string&)> add_file(Words& list, const char* where) {
        return [&list, where](const std::string& path) -> Result {
            struct stat info;
            if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
                return Error{std::string("ERROR: could not find ") + where + " include file '" +
                                 path + "'",
                             2};
            }
            char cwd[4096];
            const bool relative = path[0] != '/' && getcwd(cwd, sizeof(cwd)) != nullptr;
            list.push_back(relative ? std::string(cwd) + "/" + path : path);
            return done();
        };
    }

    std::function<Result(const std::string&)> set_wrapper(Wrapper& wrapper, const char* name) {
        return [&wrapper, name](const std::string& value) -> Result {
            if (wrapper.options) {
                return Error{std::string("ERROR: duplicate ") + name + " options"};
            }
            wrapper = {true, value};
            return done();
        };
    }

    static std::string require_call(const std::string& library) {
        std::string call = "require(\"";
        for (char c : library) {
            if (c == '"' || c == '\\') {
                call += '\\';
            }
            call += c;
        }
        return call + "\")";
    }

    Result add_code(const std::string& code) {
        o_.code += (o_.has_code ? "; " : "") + code;
        o_.has_code = true;
        return done();
    }

    Result set_jit(const std::string& value) {
        if (value != "v" && value != "dump" && value != "off") {
            return usage_error("unknown -j option value: " + value + ".");
        }
        if (!o_.jit.empty()) {
            return usage_error("duplicate -j option found.");
        }
        o_.jit = value;
        return done();
    }

    Result set_connections(const std::string& value) {
        if (value.empty() ||
            !std::ranges::all_of(value, [](unsigned char c) { return isdigit(c) != 0; })) {
            return usage_error("option -c value must be a number but found '" + value + "'.");
        }
        o_.connections = value;
        return done();
    }

    Result set_level(const std::string& value) {
        if (value.empty() ||
            !std::ranges::all_of(value, [](unsigned char c) { return islower(c) != 0; })) {
            return usage_error("bad --errlog-level option value: " + value);
        }
        o_.errlog_level = value;
        return done();
    }

    // NAME SIZE: letters, digits and "_"; digits with an optional k or m.
    Result add_shdict(const std::string& value) {
        auto skip = [&value](size_t from, auto is_part) {
            while (from < value.size() && is_part(static_cast<unsigned char>(value[from]))) {
                from++;
            }
            return from;
        };
        const size_t name_end =
            skip(0, [](unsigned char c) { return isalnum(c) != 0 || c == '_'; });
        const size_t size = skip(name_end, [](unsigned char c) { return isspace(c) != 0; });
        const size_t digits_end = skip(size, [](unsigned char c) { return isdigit(c) != 0; });
        const std::string unit = value.substr(digits_end);
        const bool unit_ok =
            unit.empty() || (unit.size() == 1 && strchr("kKmM", unit[0]) != nullptr);
        if (name_end == 0 || size == name_end || digits_end == size || !unit_ok) {
            return Error{"ERROR: invalid --shdict option value: " + value +
                             "\n  (expecting NAME SIZE)",
                         255};
        }
        o_.shdicts.push_back(value);
        return done();
    }

    Result add_nameserver(const std::string& value);

    // The option at args[i] and its value; i moves behind them.
    Result take(const Words& args, size_t& i) {
        const std::string& word = args[i++];
        const bool is_long = word.starts_with("--");
        const size_t equals = is_long ? word.find('=') : word.npos;
        const std::string name = is_long ? word.substr(0, equals) : word.substr(0, 2);
        const auto rule = std::ranges::find_if(
            rules_, [&name](const Rule& candidate) { return name == candidate.name; });
        if (rule == rules_.end() ||
            (!rule->takes_value && word.size() != std::string_view(rule->name).size())) {
            return usage_error("unknown option " + word);
        }
        if (!rule->takes_value) {
            return rule->use({});
        }
        if (equals != word.npos) {
            return rule->use(word.substr(equals + 1));
        }
        if (!is_long && word.size() > 2) {
            return rule->use(word.substr(word[2] == '=' ? 3 : 2));
        }
        if (i == args.size()) {
            return usage_error("option " + name + " takes an argument but found none.");
        }
        return rule->use(args[i++]);
    }

    Options& o_;
    std::vector<Rule> rules_;
};

bool is_ipv4(const std::string& text) {
    int parts = 0;
    for (size_t at = 0; at <= text.size(); parts++) {
        const size_t dot = std::min(text.find('.', at), text.size());
        const std::string part = text.substr(at, dot - at);
        if (part.empty() || part.size() > 3 || part.find_first_not_of("0123456789") != part.npos) {
            return false;
        }
        at = dot + 1;
    }
    return parts == 4;
}

Parser::Result Parser::add_nameserver(const std::string& value) {
    const bool is_ipv6 = value.size() > 2 && value.front() == '[' && value.back() == ']' &&
                         value.find_first_not_of("0123456789abcdefABCDEF:.", 1) == value.size() - 1;
    if (!is_ipv6 && !is_ipv4(value)) {
        return Error{"ERROR: Invalid --ns option value: " + value + "\n  (expecting an IP address)",
                     255};
    }
    o_.nameservers.push_back(value);
    return done();
}

std::optional<Error> check_wrappers(const Options& o) {
    struct Named {
        const char* name;
        bool wanted;
    };
    const Named tools[] = {{"--gdb", o.gdb.wanted},
                           {"--rr", o.rr},
                           {"--stap", o.stap.wanted},
                           {"--valgrind", o.valgrind.wanted}};
    // The order in which a pair is named: gdb/valgrind, gdb/rr, rr/valgrind, rr/stap,
    // stap/valgrind.
    for (size_t i = 0; i < std::size(tools); i++) {
        for (size_t k = std::size(tools) - 1; k > i; k--) {
            if (tools[i].wanted && tools[k].wanted) {
                return Error{std::string("ERROR: options ") + tools[i].name + " and " +
                                 tools[k].name + " cannot be specified at the same time.",
                             25};
            }
        }
    }
    return std::nullopt;
}

std::optional<Error> find_script(Options& o) {
    if (!o.words.empty()) {
        o.script = o.words.front();
        o.arguments.assign(o.words.begin() + 1, o.words.end());
        struct stat info;
        if (stat(o.script.c_str(), &info) != 0) {
            return Error{"Lua input file " + o.script + " not found.", 2};
        }
        return std::nullopt;
    }
    if (!o.has_code) {
        return Error{"Neither Lua input file nor -e \"\" option specified.", 2};
    }
    return std::nullopt;
}

} // namespace

std::optional<Error> parse(const Words& args, Options& options) {
    if (auto error = Parser(options).parse(args)) {
        return error;
    }
    if (options.action == Options::Action::help || options.action == Options::Action::version) {
        return std::nullopt;
    }
    if (auto error = check_wrappers(options)) {
        return error;
    }
    return find_script(options);
}

} // namespace resty
