#include "launch.hpp"

#include "shell_words.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef NGINX_PATH
#define NGINX_PATH ""
#endif

namespace resty {
namespace {

constexpr int kExecFailed = 2;
constexpr int kForwarded[] = {SIGINT,  SIGPIPE, SIGHUP,  SIGTERM,
                              SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

bool executable(const std::string& path) {
    return access(path.c_str(), X_OK) == 0;
}

std::string own_folder() {
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
    const std::string self(path, n > 0 ? static_cast<size_t>(n) : 0);
    return self.substr(0, self.rfind('/') == self.npos ? 0 : self.rfind('/'));
}

std::vector<char*> argv_of(const Words& command) {
    std::vector<char*> argv;
    for (const std::string& word : command) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    return argv;
}

int report_failure(const Words& command, int error) {
    std::string line;
    for (const std::string& word : command) {
        line += (line.empty() ? "" : " ") + word;
    }
    fprintf(stderr, "ERROR: failed to run command \"%s\": %s\n", line.c_str(), strerror(error));
    return kExecFailed;
}

// Of this process while its child runs.
class SignalSet {
public:
    SignalSet() {
        sigemptyset(&set_);
        for (int signo : kForwarded) {
            sigaddset(&set_, signo);
        }
        sigaddset(&set_, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set_, &outside_);
    }

    // The next signal; 0 if there is none in that time (negative: for ever).
    int next(long milliseconds) const {
        const timespec time{milliseconds / 1000, milliseconds % 1000 * 1000000};
        for (;;) {
            const int signo = milliseconds < 0 ? sigwaitinfo(&set_, nullptr)
                                               : sigtimedwait(&set_, nullptr, &time);
            if (signo > 0 || errno != EINTR) {
                return signo > 0 ? signo : 0;
            }
        }
    }

    const sigset_t& outside() const { return outside_; }

private:
    sigset_t set_;
    sigset_t outside_;
};

constexpr long kGrace = 100; // milliseconds for the child to end by a signal

// Waits until the child has ended or the time (negative: any) is over, or a signal other than
// SIGCHLD comes, which is returned. 0: it has ended and *status is set; -1: it has not.
int wait_for(pid_t child, const SignalSet& signals, long milliseconds, int* status) {
    for (;;) {
        if (waitpid(child, status, WNOHANG) == child) {
            return 0;
        }
        const int signo = signals.next(milliseconds);
        if (signo == 0) {
            return waitpid(child, status, WNOHANG) == child ? 0 : -1;
        }
        if (signo != SIGCHLD) {
            return signo;
        }
    }
}

int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : status & 0xff;
}

// SIGINT or SIGPIPE: the child ends soon, by itself or not.
void end_child(pid_t child, const SignalSet& signals) {
    int status = 0;
    kill(child, SIGQUIT);
    if (wait_for(child, signals, kGrace, &status) != 0) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
}

// What a signal to this process does. True: *result is the exit status.
bool on_signal(int signo, pid_t child, const SignalSet& signals, int* result) {
    if (signo == SIGINT || signo == SIGPIPE) {
        end_child(child, signals);
        *result = 128 + signo;
        return true;
    }
    kill(child, signo == SIGHUP ? SIGQUIT : signo);
    int status = 0;
    if (wait_for(child, signals, kGrace, &status) == 0) {
        *result = signo == SIGTERM && WIFSIGNALED(status) ? 128 + signo : exit_status(status);
        return true;
    }
    if (signo == SIGTERM) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        *result = 128 + signo;
        return true;
    }
    return false;
}

} // namespace

std::string find_nginx(const Options& options) {
    if (!options.nginx.empty()) {
        return options.nginx;
    }
    const std::string folder = own_folder();
    for (const std::string& path :
         {std::string(NGINX_PATH), folder + "/../nginx/sbin/nginx", folder + "/nginx"}) {
        if (!path.empty() && executable(path)) {
            return path;
        }
    }
    return "nginx";
}

std::optional<Error> make_command(const Options& o, const Words& nginx, Words& command) {
    if (o.stap.wanted) {
        command.emplace_back("stap");
        if (auto error = split_words(o.stap.options.value_or(""), command)) {
            return error;
        }
        std::string line;
        for (const std::string& word : nginx) {
            line += (line.empty() ? "" : " ") + quote_word(word);
        }
        command.insert(command.end(), {"-c", line});
        return std::nullopt;
    }

    std::optional<Error> error;
    if (o.user_runner.wanted) {
        error = split_words(*o.user_runner.options, command);
    } else if (o.gdb.wanted) {
        command.emplace_back("gdb");
        error = split_words(o.gdb.options.value_or(""), command);
        command.emplace_back("--args");
    } else if (o.valgrind.wanted) {
        command.emplace_back("valgrind");
        error = split_words(o.valgrind.options.value_or(""), command);
    } else if (o.rr) {
        command.insert(command.end(), {"rr", "record"});
    }
    command.insert(command.end(), nginx.begin(), nginx.end());
    return error;
}

int become(const Words& command) {
    execvp(command.front().c_str(), argv_of(command).data());
    return report_failure(command, errno);
}

int run(const Words& command) {
    const std::vector<char*> argv = argv_of(command);
    int failure[2]; // tells why the command could not be executed
    if (pipe2(failure, O_CLOEXEC) != 0) {
        return report_failure(command, errno);
    }
    const SignalSet signals;
    const pid_t self = getpid();
    const pid_t child = fork();
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &signals.outside(), nullptr);
        // It is not left alone.
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() == self) {
            execvp(argv.front(), argv.data());
        }
        const int error = errno;
        [[maybe_unused]] const ssize_t n = write(failure[1], &error, sizeof(error));
        _exit(kExecFailed);
    }
    close(failure[1]);
    if (child < 0) {
        return report_failure(command, errno);
    }
    int error = 0;
    if (read(failure[0], &error, sizeof(error)) == sizeof(error)) {
        waitpid(child, nullptr, 0);
        return report_failure(command, error);
    }

    for (;;) {
        int status = 0;
        int result = 0;
        const int signo = wait_for(child, signals, -1, &status);
        if (signo == 0) {
            return exit_status(status);
        }
        if (on_signal(signo, child, signals, &result)) {
            return result;
        }
    }
}

} // namespace resty
