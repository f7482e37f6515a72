#include "lua_shdict/owner_lock.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lua::shdict {

namespace {

// Holders need far less than a microsecond, so spinning comes first; then other processes may need
// our processor; asking for the owner's health costs system calls and can wait.
constexpr int kSpins = 200;
constexpr int64_t kHealthCheckNs = 1000000;

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

int64_t monotonic_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000000000 + now.tv_nsec;
}

struct ProcessStat {
    char state;          // 'Z' and 'X' are dead
    uint32_t start_time; // low bits of the start time; never 0
};

// From /proc/PID/stat; false where there is no such file (another system, a chroot, hidepid).
bool read_stat(pid_t pid, ProcessStat& out) {
    char path[40];
    snprintf(path, sizeof(path), "/proc/%d/stat", int{pid});
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return false;
    }
    char text[1024];
    const ssize_t n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0) {
        return false;
    }
    text[n] = '\0';
    // The program's name, in parentheses, may itself contain anything; fields count from its end.
    const char* field = strrchr(text, ')');
    if (field == nullptr || strlen(field) < 3) {
        return false;
    }
    field += 2;
    out.state = *field;
    for (int number = 3; number < 22; number++) {
        field = strchr(field, ' ');
        if (field == nullptr) {
            return false;
        }
        field++;
    }
    out.start_time = static_cast<uint32_t>(strtoull(field, nullptr, 10)) | 1;
    return true;
}

} // namespace

std::atomic<uint64_t> OwnerLock::self_{0};

uint64_t OwnerLock::name_self() {
    static std::atomic<bool> registered{false};
    if (!registered.exchange(true)) {
        pthread_atfork(nullptr, nullptr, [] { self_.store(0); });
    }
    const pid_t pid = getpid();
    ProcessStat stat{};
    const uint32_t start = read_stat(pid, stat) ? stat.start_time : 0;
    const uint64_t name = uint64_t{start} << 32 | static_cast<uint32_t>(pid);
    self_.store(name, std::memory_order_relaxed);
    return name;
}

bool OwnerLock::alive(uint64_t owner) {
    const auto pid = static_cast<pid_t>(owner & 0xffffffff);
    if (kill(pid, 0) == -1 && errno == ESRCH) {
        return false;
    }
    // A zombie of our own: the master waits here for a worker that it has not reaped yet.
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid) {
        return false;
    }
    ProcessStat stat{};
    if (!read_stat(pid, stat)) {
        return true;
    }
    const auto start = static_cast<uint32_t>(owner >> 32);
    return stat.state != 'Z' && stat.state != 'X' && (start == 0 || start == stat.start_time);
}

OwnerLock::Taken OwnerLock::lock_slowly() {
    int64_t since = 0;
    for (;;) {
        uint64_t owner = 0;
        for (int i = 0; i < kSpins; i++) {
            owner = word_.load(std::memory_order_relaxed);
            if (owner == 0 &&
                word_.compare_exchange_weak(owner, self(), std::memory_order_acquire)) {
                return Taken::clean;
            }
            pause_briefly();
        }
        sched_yield();
        const int64_t now = monotonic_ns();
        if (since == 0) {
            since = now;
        }
        if (owner == 0 || now - since < kHealthCheckNs) {
            continue;
        }
        since = now;
        if (!alive(owner) &&
            word_.compare_exchange_strong(owner, self(), std::memory_order_acquire)) {
            return Taken::stolen;
        }
    }
}

} // namespace lua::shdict
