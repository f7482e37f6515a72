#include "lua_shdict/pages.hpp"

#include <bit>

namespace lua::shdict {

namespace {

constexpr uint32_t kNone = UINT32_MAX; // end of a list of pages

using Kind = PageDesc::Kind;

unsigned shift_for(size_t size) {
    const auto shift = static_cast<unsigned>(std::bit_width(size - 1));
    return shift < kMinShift ? kMinShift : shift;
}

uint32_t pages_for(size_t size) {
    return static_cast<uint32_t>((size + Pages::kPageSize - 1) / Pages::kPageSize);
}

constexpr size_t kMaxChunk = size_t{1} << kMaxShift;

// Bitmap word with every chunk of this size in use.
uint64_t full_word(unsigned shift, unsigned word) {
    const size_t chunks = Pages::kPageSize >> shift;
    if (chunks <= word * 64) {
        return 0;
    }
    const size_t bits = chunks - word * 64;
    return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

bool is_full(const PageDesc& desc) {
    return desc.used[0] == full_word(desc.shift, 0) && desc.used[1] == full_word(desc.shift, 1);
}

bool is_empty(const PageDesc& desc) {
    return desc.used[0] == 0 && desc.used[1] == 0;
}

} // namespace

class Pages::Locked {
public:
    explicit Locked(Pages& pages) : lock_(pages.state_->lock) {
        if (lock_.lock() == OwnerLock::Taken::stolen) {
            pages.rebuild();
        }
    }
    ~Locked() { lock_.unlock(); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    OwnerLock& lock_;
};

void Pages::format(uint32_t page_count) {
    state_->page_count = page_count;
    state_->clock = 1;
    for (uint32_t page = 0; page < page_count; page++) {
        descs_[page] = PageDesc{};
    }
    rebuild();
}

size_t Pages::rounded(size_t size) {
    return size > kMaxChunk ? pages_for(size) * kPageSize : size_t{1} << shift_for(size);
}

size_t Pages::rounded_size_of(Ref ref) const {
    const PageDesc& desc = descs_[page_of(ref)];
    return desc.kind == Kind::chunks ? size_t{1} << desc.shift : desc.run * kPageSize;
}

Ref Pages::allocate(size_t size) {
    Locked locked(*this);
    tick();
    if (size <= kMaxChunk) {
        return allocate_chunk(shift_for(size));
    }
    if (size > size_t{state_->page_count} * kPageSize) {
        return 0;
    }
    const uint32_t page = allocate_run(pages_for(size));
    return page == kNone ? 0 : ref_of(page, 0);
}

void Pages::release(Ref ref) {
    Locked locked(*this);
    const uint32_t page = page_of(ref);
    PageDesc& desc = descs_[page];
    if (desc.kind == Kind::chunks) {
        release_chunk(desc, page, ref);
    } else if (desc.kind == Kind::run_head) {
        release_run(page, desc.run);
    }
}

// --- chunks ---

Ref Pages::allocate_chunk(unsigned shift) {
    uint32_t page = partial(shift);
    if (page == kNone) {
        page = take_run(1);
        if (page == kNone) {
            return 0;
        }
        PageDesc& fresh = descs_[page];
        fresh.used[0] = 0;
        fresh.used[1] = 0;
        fresh.shift = static_cast<uint8_t>(shift);
        store_order();
        fresh.kind = Kind::chunks;
        push(partial(shift), page);
    }
    PageDesc& desc = descs_[page];
    const unsigned word = desc.used[0] == full_word(shift, 0) ? 1 : 0;
    const auto bit = static_cast<unsigned>(std::countr_one(desc.used[word]));
    store_order();
    desc.used[word] |= uint64_t{1} << bit;
    if (is_full(desc)) {
        remove(partial(shift), page);
    }
    return ref_of(page, (size_t{word} * 64 + bit) << shift);
}

void Pages::release_chunk(PageDesc& desc, uint32_t page, Ref ref) {
    const bool was_full = is_full(desc);
    const size_t offset = (size_t{ref} << kRefShift) - first_page_ - page * kPageSize;
    const size_t chunk = offset >> desc.shift;
    desc.used[chunk / 64] &= ~(uint64_t{1} << (chunk % 64));
    if (is_empty(desc)) {
        if (!was_full) {
            remove(partial(desc.shift), page);
        }
        release_run(page, 1);
    } else if (was_full) {
        push(partial(desc.shift), page);
    }
}

// --- runs of pages ---

uint32_t Pages::allocate_run(uint32_t count) {
    const uint32_t page = take_run(count);
    if (page == kNone) {
        return kNone;
    }
    for (uint32_t i = 1; i < count; i++) {
        descs_[page + i].kind = Kind::run_more;
    }
    descs_[page].run = count;
    store_order();
    descs_[page].kind = Kind::run_head;
    return page;
}

// Takes pages off the free list; they are in use when the caller has marked the first one. First
// fit, in list order; what is left of a longer run stays free.
uint32_t Pages::take_run(uint32_t count) {
    uint32_t page = state_->free_runs;
    while (page != kNone && descs_[page].run < count) {
        page = descs_[page].next;
    }
    if (page == kNone) {
        return kNone;
    }
    const uint32_t found = descs_[page].run;
    remove(state_->free_runs, page);
    if (found > count) {
        make_free_run(page + count, found - count);
    }
    state_->free_pages -= count;
    return page;
}

void Pages::release_run(uint32_t page, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        descs_[page + i].kind = Kind::free;
        store_order();
        descs_[page + i].run = 0;
    }
    state_->free_pages += count;

    const uint32_t after = page + count;
    if (after < state_->page_count && descs_[after].kind == Kind::free) {
        remove(state_->free_runs, after);
        count += descs_[after].run;
        descs_[after].run = 0;
    }
    if (page > 0 && descs_[page - 1].kind == Kind::free) {
        const uint32_t before = descs_[page - 1].first;
        remove(state_->free_runs, before);
        count += descs_[before].run;
        page = before;
    }
    make_free_run(page, count);
}

void Pages::make_free_run(uint32_t first, uint32_t count) {
    descs_[first].run = count;
    descs_[first + count - 1].first = first;
    push(state_->free_runs, first);
}

// --- after a crash ---

void Pages::rebuild() {
    state_->free_runs = kNone;
    state_->free_pages = 0;
    for (uint32_t& list : state_->partial) {
        list = kNone;
    }
    uint32_t run_start = kNone; // of the free pages just before `page`
    for (uint32_t page = 0; page < state_->page_count;) {
        const uint32_t taken = recover_page(page);
        if (taken == 0) {
            run_start = run_start == kNone ? page : run_start;
            page++;
            continue;
        }
        if (run_start != kNone) {
            make_free_run(run_start, page - run_start);
            run_start = kNone;
        }
        page += taken;
    }
    if (run_start != kNone) {
        make_free_run(run_start, state_->page_count - run_start);
    }
}

// How many pages in use begin here; 0: this one is (now) free.
uint32_t Pages::recover_page(uint32_t page) {
    PageDesc& desc = descs_[page];
    if (desc.kind == Kind::run_head) {
        return desc.run;
    }
    if (desc.kind == Kind::chunks && !is_empty(desc)) {
        if (!is_full(desc)) {
            push(partial(desc.shift), page);
        }
        return 1;
    }
    desc.kind = Kind::free;
    desc.run = 0;
    state_->free_pages++;
    return 0;
}

// --- lists of pages ---

void Pages::push(uint32_t& list, uint32_t page) {
    descs_[page].prev = kNone;
    descs_[page].next = list;
    if (list != kNone) {
        descs_[list].prev = page;
    }
    list = page;
}

void Pages::remove(uint32_t& list, uint32_t page) {
    const PageDesc& desc = descs_[page];
    if (desc.prev == kNone) {
        list = desc.next;
    } else {
        descs_[desc.prev].next = desc.next;
    }
    if (desc.next != kNone) {
        descs_[desc.next].prev = desc.prev;
    }
}

} // namespace lua::shdict
