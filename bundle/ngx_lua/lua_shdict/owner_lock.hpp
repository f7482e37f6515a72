// A lock in shared memory that survives the death of its owner. The lock word names the owner (pid
// and start time, since pids are used again); who waits too long asks the system whether that
// process still lives, and if not takes the lock over. The new owner then has to put in order what
// the lock protects. nginx's own slab mutexes are released by the master instead, which knows
// nothing of ours and may itself be waiting here.
//
// No thread of a process is told from another one, so the lock is not recursive; it works between
// threads, too.
#pragma once

#include <atomic>
#include <cstdint>

namespace lua::shdict {

class OwnerLock {
public:
    enum class Taken {
        clean,
        stolen, // from a dead process: what it protects may be half changed
    };

    // Zero bytes are an unlocked lock.
    [[nodiscard]] Taken lock() {
        uint64_t expected = 0;
        if (word_.compare_exchange_strong(expected, self(), std::memory_order_acquire)) {
            return Taken::clean;
        }
        return lock_slowly();
    }

    void unlock() { word_.store(0, std::memory_order_release); }

private:
    // Names this process; computed once a process (a fork starts anew).
    static uint64_t self() {
        const uint64_t name = self_.load(std::memory_order_relaxed);
        return name != 0 ? name : name_self();
    }
    static uint64_t name_self();
    static bool alive(uint64_t owner);
    Taken lock_slowly();

    static std::atomic<uint64_t> self_;

    std::atomic<uint64_t> word_;
};

} // namespace lua::shdict
