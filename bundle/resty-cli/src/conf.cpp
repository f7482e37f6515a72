#include "conf.hpp"

#include "runner.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace resty {
namespace {

constexpr size_t kMaxNameservers = 11;

// A string of a configuration file.
std::string conf_string(const std::string& text) {
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + "\"";
}

// A Lua string in which nothing can end it, or the block that it stands in.
std::string lua_string(const std::string& text) {
    std::string quoted = "\"";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (isalnum(byte) != 0 ||
            (byte < 0x80 && strchr(" _./-,:;=+*()<>", c) != nullptr && c != 0)) {
            quoted += c;
        } else {
            const std::string digits = std::to_string(byte);
            quoted += "\\" + std::string(3 - digits.size(), '0') + digits;
        }
    }
    return quoted + "\"";
}

void add_environment(std::ostream& out) {
    Words names;
    for (char** entry = environ; *entry != nullptr; entry++) {
        const std::string name = std::string(*entry).substr(0, std::string_view(*entry).find('='));
        if (!name.empty() && name.find_first_of("\"';{}#\\ \t\n$") == name.npos) {
            names.push_back(name);
        }
    }
    std::ranges::sort(names);
    for (const std::string& name : names) {
        out << "env " << name << ";\n";
    }
}

// The IPv4 name servers of the system, the last one first.
Words system_nameservers() {
    Words found;
    std::ifstream file("/etc/resolv.conf");
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string keyword;
        std::string address;
        if (words >> keyword >> address && keyword == "nameserver" &&
            address.find_first_not_of("0123456789.") == address.npos &&
            found.size() < kMaxNameservers) {
            found.insert(found.begin(), address);
        }
    }
    if (found.empty()) {
        found = {"8.8.8.8", "8.8.4.4"};
    }
    return found;
}

void add_lines(std::ostream& out, const Words& lines, const char* indent) {
    for (const std::string& line : lines) {
        out << indent << line << "\n";
    }
}

void add_includes(std::ostream& out, const Words& paths, const char* indent) {
    for (const std::string& path : paths) {
        out << indent << "include " << conf_string(path) << ";\n";
    }
}

// What http and stream have in common.
void add_lua_settings(std::ostream& out, const Options& o) {
    out << "    access_log off;\n"
           "    lua_socket_log_errors off;\n"
           "    lua_regex_cache_max_entries 40960;\n"
           "    resolver";
    for (const std::string& address :
         o.nameservers.empty() ? system_nameservers() : o.nameservers) {
        out << " " << address;
    }
    out << (o.resolve_ipv6 ? ";\n" : " ipv6=off;\n");

    if (!o.include_dirs.empty()) {
        std::string path;
        std::string cpath;
        for (const std::string& dir : o.include_dirs) {
            path +=
                dir + "/?.ljbc;" + dir + "/?.lua;" + dir + "/?/init.ljbc;" + dir + "/?/init.lua;";
            cpath += dir + "/?.so;";
        }
        out << "    lua_package_path " << conf_string(path + ";") << ";\n";
        out << "    lua_package_cpath " << conf_string(cpath + ";") << ";\n";
    }
}

void add_job(std::ostream& out, const Options& o, const std::string& code_file,
             const std::string& program) {
    out << "local job = { arg = {} }\n";
    const auto k = static_cast<long>(o.words.empty() ? 1 : o.words.size());
    out << "job.arg[" << -k << "] = " << lua_string(program) << "\n";
    out << "job.arg[0] = " << lua_string(o.script.empty() ? code_file : o.script) << "\n";
    for (size_t i = 0; i < o.arguments.size(); i++) {
        out << "job.arg[" << i + 1 << "] = " << lua_string(o.arguments[i]) << "\n";
    }
    if (o.has_code) {
        out << "job.code = " << lua_string(o.code) << "\n";
    }
    if (!o.script.empty()) {
        out << "job.file = " << lua_string(o.script) << "\n";
    }
    if (!o.jit.empty()) {
        out << "job.jit = " << lua_string(o.jit) << "\n";
    }
}

} // namespace

std::string make_conf(const Options& o, const std::string& code_file, const std::string& program) {
    std::ostringstream out;
    for (const std::string& module : o.modules) {
        out << "load_module " << conf_string(module) << ";\n";
    }
    out << "daemon off;\nmaster_process off;\nworker_processes 1;\npid logs/nginx.pid;\n\n";
    add_environment(out);
    out << "\nerror_log stderr " << o.errlog_level << ";\n\n";
    out << "events {\n    worker_connections " << o.connections << ";\n}\n\n";
    add_includes(out, o.main_includes, "");
    add_lines(out, o.main_conf, "");

    if (!o.no_stream) {
        out << "stream {\n";
        add_lua_settings(out, o);
        add_lines(out, o.stream_conf, "    ");
        out << "}\n\n";
    }

    out << "http {\n";
    add_lua_settings(out, o);
    for (const std::string& shdict : o.shdicts) {
        out << "    lua_shared_dict " << shdict << ";\n";
    }
    add_includes(out, o.http_includes, "    ");
    add_lines(out, o.http_conf, "    ");
    out << "    init_worker_by_lua_block {\n";
    add_job(out, o, code_file, program);
    out << kRunner << "    }\n}\n";
    return out.str();
}

} // namespace resty
