// The allocator of a dictionary's memory: pages of 4 KiB, either in runs (sizes above half a page)
// or cut into chunks of a power of two from 32 bytes. It counts as nginx's slab allocator does (a
// free page is one without any chunk in use; neighbouring free pages merge), since users see its
// figures: capacity(), free_space() and what fits. nginx's own allocator is not used because it
// cannot be put in order after a process died inside it.
//
// State lies in the shared memory (PagesState and one PageDesc a page); Pages is a process's view.
// What a page is (PageDesc::kind and its bitmap) changes by single stores and is the truth; all
// lists are derived from it, and rebuilt by whoever takes the lock over from a dead process. Such
// a death can lose one chunk, never give one out twice.
#pragma once

#include "lua_shdict/layout.hpp"

#include <cstddef>
#include <cstdint>

namespace lua::shdict {

struct PageDesc {
    enum class Kind : uint8_t {
        free = 0,
        run_head = 1, // in use; `run` pages from here
        run_more = 2, // in use, if a run_head comes before it
        chunks = 3,   // of 1 << shift bytes
    };

    uint64_t used[2]; // chunks: one bit each
    uint32_t run;     // run_head and first page of a free run: its pages; 0 elsewhere
    uint32_t first;   // last page of a free run: its first page
    uint32_t next;    // in the list of free runs, or of pages with free chunks of this size
    uint32_t prev;
    Kind kind;
    uint8_t shift;
};
static_assert(sizeof(PageDesc) == 40);

inline constexpr unsigned kMinShift = 5;  // 32 bytes: two bitmap words a page
inline constexpr unsigned kMaxShift = 11; // half a page

struct PagesState {
    OwnerLock lock;
    std::atomic<uint32_t> clock; // counts allocations: the dictionary's measure of age
    uint32_t page_count;
    uint32_t free_pages;
    uint32_t free_runs; // list heads
    uint32_t partial[kMaxShift - kMinShift + 1];
};

class Pages {
public:
    static constexpr size_t kPageSize = 4096;

    Pages() = default;
    // first_page: page-aligned offset of page 0 in the area.
    Pages(char* base, PagesState* state, PageDesc* descs, size_t first_page)
        : base_(base), state_(state), descs_(descs), first_page_(first_page) {}

    // Makes all pages free; state and descriptors may hold anything before.
    void format(uint32_t page_count);

    // Memory for size bytes (> 0), or 0.
    [[nodiscard]] Ref allocate(size_t size);
    void release(Ref ref);

    // The size that an allocation of size really takes; two sizes for which it is equal can take
    // each other's place.
    static size_t rounded(size_t size);
    // The same of existing memory that the caller owns.
    size_t rounded_size_of(Ref ref) const;

    size_t free_bytes() const { return size_t{state_->free_pages} * kPageSize; }
    uint32_t clock() const { return state_->clock.load(std::memory_order_relaxed); }
    // Two processes at it may count once: no harm.
    void tick() { state_->clock.store(clock() + 1, std::memory_order_relaxed); }

    // Rebuilds all lists from the descriptors. For the lock's new owner, and for tests.
    void rebuild();

private:
    friend class Inspector;
    class Locked;

    uint32_t page_of(Ref ref) const {
        return static_cast<uint32_t>(((size_t{ref} << kRefShift) - first_page_) / kPageSize);
    }
    Ref ref_of(uint32_t page, size_t offset) const {
        return static_cast<Ref>((first_page_ + page * kPageSize + offset) >> kRefShift);
    }

    Ref allocate_chunk(unsigned shift);
    uint32_t allocate_run(uint32_t count);
    uint32_t take_run(uint32_t count);
    void release_chunk(PageDesc& desc, uint32_t page, Ref ref);
    void release_run(uint32_t page, uint32_t count);
    void make_free_run(uint32_t first, uint32_t count);
    uint32_t recover_page(uint32_t page);

    void push(uint32_t& list, uint32_t page);
    void remove(uint32_t& list, uint32_t page);
    uint32_t& partial(unsigned shift) { return state_->partial[shift - kMinShift]; }

    char* base_ = nullptr;
    PagesState* state_ = nullptr;
    PageDesc* descs_ = nullptr;
    size_t first_page_ = 0;
};

} // namespace lua::shdict
