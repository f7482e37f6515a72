// Processes that share a dictionary and die in the middle of it.
// links: store.cpp store_*.cpp pages.cpp owner_lock.cpp
#include "inspector.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace lua::shdict;

namespace {

constexpr uint64_t kNow = 1000000;
constexpr int kKeys = 300;

pid_t run_child(const std::function<void()>& body) {
    const pid_t pid = fork();
    if (pid == 0) {
        body();
        _exit(0);
    }
    return pid;
}

std::string key_of(unsigned i) {
    return "key-" + std::to_string(i);
}

// A value that tells whether it is whole: all bytes are the same, and its length follows from them.
std::string value_of(unsigned n) {
    const auto letter = static_cast<char>('a' + n % 26);
    return std::string(1 + n % 26 * 37, letter);
}

bool is_whole(const char* data, size_t len) {
    return len > 0 && len == 1 + static_cast<size_t>(data[0] - 'a') * 37 &&
           memcmp(data, data + 1, len - 1) == 0;
}

// One random operation on a random key: keys are strings, lists or numbers by their number.
void act(Store& store, std::mt19937& random) {
    const unsigned i = random() % kKeys;
    const std::string key = key_of(i);
    const std::string string = value_of(random());
    const Value value{.type = Type::string, .string = string};
    char buffer[2048];
    Found found(buffer, sizeof(buffer));
    uint32_t length = 0;
    double number = 1;
    const Store::Init init{0, kNever};
    const auto end = random() % 2 == 0 ? Store::End::front : Store::End::back;
    switch (random() % 8) {
    case 0:
        store.set(key, {}, {}, kNow);
        break;
    case 1:
    case 2:
    case 3:
        if (i % 3 == 0) {
            store.push(key, value, end, kNow, length);
        } else if (i % 3 == 1) {
            store.incr(key, number, &init, kNow);
        } else {
            store.set(key, value, {}, kNow);
        }
        break;
    case 4:
        store.pop(key, end, kNow, found);
        break;
    case 5:
        if (random() % 100 == 0) {
            store.flush_expired(0, kNow);
        }
        store.set_expires(key, random() % 4 == 0 ? 1 : kNever);
        break;
    default:
        store.get(key, kNow, Store::Stale::hide, found);
        if (found.type == Type::string && !is_whole(found.data, found.len)) {
            abort();
        }
    }
}

[[noreturn]] void act_for_ever(Store& store, unsigned seed) {
    std::mt19937 random(seed);
    for (;;) {
        act(store, random);
    }
}

// Takes every lock once, so that all that dead processes left is put in order.
void meet_all_locks(Store& store) {
    Store::Keys keys;
    ASSERT_EQ(store.keys(0, kNow, keys), Status::ok);
    free(keys.data);
    store.set("another", {.type = Type::number, .number = 1}, {}, kNow);
    store.set("another", {}, {}, kNow);
}

void expect_whole_values(Store& store) {
    for (unsigned i = 0; i < kKeys; i++) {
        char buffer[2048];
        Found found(buffer, sizeof(buffer));
        store.get(key_of(i), kNow, Store::Stale::show, found);
        if (found.type == Type::string) {
            EXPECT_TRUE(is_whole(found.data, found.len)) << i;
        }
    }
}

class Crash : public testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(sizes, Crash, testing::Values(64 << 10, 1 << 20));

TEST_P(Crash, a_killed_process_leaves_a_dictionary_in_order) {
    TestArea area(GetParam());
    ASSERT_TRUE(area.made());
    Inspector inspector(area.store);
    std::mt19937 random(7);
    constexpr int kKills = 300;
    int interrupted = 0;
    for (int i = 0; i < kKills; i++) {
        const pid_t pid = run_child([&] { act_for_ever(area.store, static_cast<unsigned>(i)); });
        usleep(300 + random() % 1500);
        kill(pid, SIGKILL);
        ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
        interrupted += inspector.check().empty() ? 0 : 1;
        meet_all_locks(area.store);
        ASSERT_EQ(inspector.check(), "") << "after kill " << i;
        expect_whole_values(area.store);
    }
    EXPECT_GT(interrupted, 0) << "no kill hit anything";
    EXPECT_LE(inspector.lost, static_cast<size_t>(kKills) / 10);
    EXPECT_GT(inspector.items, 0U);
}

TEST_P(Crash, others_go_on_while_processes_are_killed) {
    TestArea area(GetParam());
    ASSERT_TRUE(area.made());
    const pid_t survivor = run_child([&] {
        std::mt19937 random(99);
        for (int i = 0; i < 150000; i++) {
            act(area.store, random);
        }
    });
    for (unsigned i = 0; i < 100; i++) {
        const pid_t pid = run_child([&] { act_for_ever(area.store, i); });
        usleep(1000);
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(survivor, &status, 0), survivor);
    EXPECT_EQ(status, 0);
    meet_all_locks(area.store);
    EXPECT_EQ(Inspector(area.store).check(), "");
    expect_whole_values(area.store);
}

TEST_P(Crash, processes_at_work_together_lose_no_increment) {
    TestArea area(GetParam());
    ASSERT_TRUE(area.made());
    constexpr int kTimes = 20000;
    std::vector<pid_t> children;
    for (unsigned i = 0; i < 3; i++) {
        children.push_back(run_child([&, i] {
            std::mt19937 random(i);
            const Store::Init init{0, kNever};
            for (int n = 0; n < kTimes; n++) {
                double number = 1;
                area.store.incr("counter", number, &init, kNow);
                if (n % 4 == 0) {
                    act(area.store, random);
                }
            }
        }));
    }
    for (const pid_t pid : children) {
        int status = 0;
        waitpid(pid, &status, 0);
        EXPECT_EQ(status, 0);
    }
    double number = 0;
    EXPECT_EQ(area.store.incr("counter", number, nullptr, kNow).status, Status::ok);
    EXPECT_EQ(number, 3.0 * kTimes);
    EXPECT_EQ(Inspector(area.store).check(), "");
    EXPECT_EQ(
        [&] {
            Inspector inspector(area.store);
            inspector.check();
            return inspector.lost;
        }(),
        0U);
}

// The master may wait for a lock of a worker that it has not reaped yet.
TEST(Lock, is_taken_over_from_a_zombie) {
    TestArea area(64 << 10);
    Shard& shard = Inspector(area.store).shard(0);
    const pid_t pid = run_child([&] { static_cast<void>(shard.lock.lock()); });
    siginfo_t info;
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(shard.lock.lock(), OwnerLock::Taken::stolen);
    shard.lock.unlock();
    EXPECT_EQ(shard.lock.lock(), OwnerLock::Taken::clean);
    shard.lock.unlock();
    waitpid(pid, nullptr, 0);
}

// A pid alone would keep the lock for ever once another process has got it.
TEST(Lock, is_taken_over_when_the_pid_belongs_to_another_process) {
    TestArea area(64 << 10);
    Shard& shard = Inspector(area.store).shard(0);
    auto& word = *reinterpret_cast<uint64_t*>(&shard.lock);
    word = uint64_t{12345} << 32 | static_cast<uint32_t>(getppid());
    EXPECT_EQ(shard.lock.lock(), OwnerLock::Taken::stolen);
    shard.lock.unlock();
}

TEST(Lock, keeps_the_threads_of_a_process_apart) {
    TestArea area(64 << 10);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; t++) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10000; i++) {
                double number = 1;
                const Store::Init init{0, kNever};
                area.store.incr("n", number, &init, kNow);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    double number = 0;
    area.store.incr("n", number, nullptr, kNow);
    EXPECT_EQ(number, 40000);
}

} // namespace
