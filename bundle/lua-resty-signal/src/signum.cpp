// The system's numbers of signals, for resty.signal, which has its own ids: those numbers differ
// between systems, and Lua cannot see C macros.
#include <csignal>

namespace {

// By id; -1: this system has no such signal.
constexpr int kNumbers[] = {
    0,       SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,   SIGBUS,  SIGFPE,   SIGKILL,
    SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, -1,        SIGCHLD, SIGCONT,  SIGSTOP,
    SIGTSTP, SIGTTIN, SIGTTOU, SIGURG,  SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO,
#ifdef SIGPWR
    SIGPWR,
#else
    -1,
#endif
#ifdef SIGEMT
    SIGEMT,
#else
    -1,
#endif
    SIGSYS,
#ifdef SIGINFO
    SIGINFO,
#else
    -1,
#endif
};

constexpr int kCount = sizeof(kNumbers) / sizeof(kNumbers[0]);
static_assert(kCount == 34);

} // namespace

extern "C" [[gnu::visibility("default")]] int resty_signal_signum(int id) noexcept {
    return id >= 0 && id < kCount ? kNumbers[id] : -1;
}
