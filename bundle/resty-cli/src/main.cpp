// resty: runs Lua code in a server made for it, with all of the server's Lua API.
#include "conf.hpp"
#include "launch.hpp"
#include "options.hpp"
#include "temp_dir.hpp"

#include <algorithm>
#include <cstdio>

namespace {

using namespace resty;

int report(const Error& error) {
    fprintf(stderr, "%s\n", error.message.c_str());
    if (error.show_usage) {
        fprintf(stderr, "\n%s", kUsage);
    }
    return error.status;
}

// Shows in the list of processes what runs.
std::string label(const Options& options) {
    std::string text = options.has_code ? "-e '" + options.code + "'" : "";
    if (!options.script.empty()) {
        text += (text.empty() ? "" : " ") + options.script;
    }
    std::erase(text, '\n');
    return "# " + text;
}

int run_server(const Options& options, const char* program) {
    TempDir prefix;
    if (auto error = prefix.create()) {
        return report(*error);
    }
    const std::string code_file = prefix.path() + "conf/a.lua";
    if (options.has_code) {
        if (auto error = prefix.write("conf/a.lua", options.code)) {
            return report(*error);
        }
    }
    if (auto error = prefix.write("conf/nginx.conf", make_conf(options, code_file, program))) {
        return report(*error);
    }
    const Words nginx{find_nginx(options), "-g", label(options),   "-p",
                      prefix.path(),       "-c", "conf/nginx.conf"};
    Words command;
    if (auto error = make_command(options, nginx, command)) {
        return report(*error);
    }
    return run(command);
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    if (auto error = parse(Words(argv + 1, argv + argc), options)) {
        return report(*error);
    }
    switch (options.action) {
    case Options::Action::help:
        printf("%s", kUsage);
        return 0;
    case Options::Action::version:
        fprintf(stderr, "resty %s\n", kVersion);
        return become({find_nginx(options), "-V"});
    case Options::Action::dump_conf:
        printf("%s", make_conf(options, "conf/a.lua", argv[0]).c_str());
        return 0;
    case Options::Action::run:
        break;
    }
    return run_server(options, argv[0]);
}
