#include "temp_dir.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace resty {
namespace {

void remove_tree(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

std::string temp_root() {
    if (access("/tmp", W_OK) == 0) {
        return "/tmp";
    }
    std::error_code failed;
    const std::string root = std::filesystem::temp_directory_path(failed).string();
    return failed ? "." : root;
}

std::string random_letters(size_t n) {
    std::random_device random;
    std::uniform_int_distribution<int> letter(0, 51);
    std::string text;
    while (text.size() < n) {
        const int i = letter(random);
        text += static_cast<char>(i < 26 ? 'a' + i : 'A' + i - 26);
    }
    return text;
}

[[noreturn]] void keep_watch(int pipe_end, const std::string& path) {
    setsid();
    for (int signo : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE}) {
        signal(signo, SIG_IGN);
    }
    dup2(pipe_end, STDIN_FILENO);
#ifdef CLOSE_RANGE_UNSHARE
    close_range(1, ~0U, 0);
#else
    for (int fd = 1; fd < 1024; fd++) {
        close(fd);
    }
#endif
    char byte;
    while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) {
    }
    remove_tree(path);
    _exit(0);
}

} // namespace

bool TempDir::start_keeper() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        keep_watch(ends[0], path_);
    }
    close(ends[0]); // the other end stays open as long as this process lives
    return pid > 0;
}

std::optional<Error> TempDir::create() {
    const std::string root = temp_root();
    do {
        path_ = root + "/resty_" + random_letters(10) + "/";
    } while (mkdir(path_.c_str(), 0700) != 0 && errno == EEXIST);

    if (access(path_.c_str(), W_OK) != 0 || !start_keeper() ||
        mkdir((path_ + "conf").c_str(), 0700) != 0 || mkdir((path_ + "logs").c_str(), 0700) != 0) {
        return Error{"ERROR: failed to create the folder " + path_ + ": " + strerror(errno)};
    }
    return std::nullopt;
}

std::optional<Error> TempDir::write(const std::string& name, const std::string& content) {
    std::ofstream file(path_ + name, std::ios::binary);
    file << content;
    file.close();
    if (!file) {
        return Error{"ERROR: failed to write " + path_ + name + ": " + strerror(errno)};
    }
    return std::nullopt;
}

TempDir::~TempDir() {
    if (!path_.empty()) {
        remove_tree(path_);
    }
}

} // namespace resty
