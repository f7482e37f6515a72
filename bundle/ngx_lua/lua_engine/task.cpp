#include "lua_engine/task.hpp"

#include <cstdlib>
#include <new>

namespace lua {
namespace {

constexpr size_t kTasksPerSlab = 64;

Task* free_tasks = nullptr;

void grow_slab() noexcept {
    auto* slab = static_cast<Task*>(std::malloc(kTasksPerSlab * sizeof(Task)));
    if (slab == nullptr) {
        return;
    }
    for (size_t i = 0; i < kTasksPerSlab; i++) {
        auto* task = new (&slab[i]) Task{};
        task->next = free_tasks;
        free_tasks = task;
    }
}

// Linear probing with backward-shift deletion; capacity is a power of two, at most half full.
struct Slots {
    Task** at = nullptr;
    size_t mask = 0;
    size_t used = 0;
};

Slots slots;

size_t home(const lua_State* L) noexcept {
    auto bits = reinterpret_cast<uintptr_t>(L) >> 4;
    return (bits * 0x9E3779B97F4A7C15ULL) >> 20 & slots.mask;
}

bool grow_map() noexcept {
    size_t capacity = slots.at == nullptr ? 64 : (slots.mask + 1) * 2;
    auto** wider = static_cast<Task**>(std::calloc(capacity, sizeof(Task*)));
    if (wider == nullptr) {
        return false;
    }
    Slots old = slots;
    slots = {wider, capacity - 1, 0};
    for (size_t i = 0; old.at != nullptr && i <= old.mask; i++) {
        if (old.at[i] != nullptr) {
            TaskMap::put(old.at[i]);
        }
    }
    std::free(old.at);
    return true;
}

} // namespace

Task* TaskSlab::take() noexcept {
    if (free_tasks == nullptr) {
        grow_slab();
        if (free_tasks == nullptr) {
            return nullptr;
        }
    }
    Task* task = free_tasks;
    free_tasks = task->next;
    *task = Task{};
    return task;
}

void TaskSlab::give_back(Task* task) noexcept {
    task->L = nullptr;
    task->run = nullptr;
    task->next = free_tasks;
    free_tasks = task;
}

Task* TaskMap::find(const lua_State* L) noexcept {
    if (slots.used == 0) {
        return nullptr;
    }
    for (size_t i = home(L); slots.at[i] != nullptr; i = (i + 1) & slots.mask) {
        if (slots.at[i]->L == L) {
            return slots.at[i];
        }
    }
    return nullptr;
}

void TaskMap::put(Task* task) noexcept {
    if (slots.at == nullptr || slots.used * 2 > slots.mask) {
        if (!grow_map() && slots.used >= slots.mask) {
            return; // out of memory: the coroutine will look dead, nothing worse
        }
    }
    size_t i = home(task->L);
    for (; slots.at[i] != nullptr; i = (i + 1) & slots.mask) {
        if (slots.at[i]->L == task->L) { // the address was reused: the old coroutine is gone
            slots.at[i] = task;
            return;
        }
    }
    slots.at[i] = task;
    slots.used++;
}

void TaskMap::remove(const Task* task) noexcept {
    if (slots.used == 0) {
        return;
    }
    size_t i = home(task->L);
    for (; slots.at[i] != task; i = (i + 1) & slots.mask) {
        if (slots.at[i] == nullptr) {
            return;
        }
    }
    slots.at[i] = nullptr;
    slots.used--;
    for (size_t j = (i + 1) & slots.mask; slots.at[j] != nullptr; j = (j + 1) & slots.mask) {
        size_t wanted = home(slots.at[j]->L);
        if (((j - wanted) & slots.mask) >= ((j - i) & slots.mask)) {
            slots.at[i] = slots.at[j];
            slots.at[j] = nullptr;
            i = j;
        }
    }
}

} // namespace lua
