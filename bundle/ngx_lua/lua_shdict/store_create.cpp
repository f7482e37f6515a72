// How an area is laid out: what the caller reserved, the Root, the page descriptors, pages. The
// first allocations are the shards and the buckets.
#include "lua_shdict/store_detail.hpp"

#include <bit>
#include <cstring>
#include <new>

namespace lua::shdict {

namespace {

struct Root {
    PagesState pages;
    size_t size;
    size_t first_page;
    size_t shards; // offsets
    size_t buckets;
    uint32_t shard_count; // powers of two
    uint32_t buckets_count;
};

constexpr size_t kOneShardSize = size_t{256} * 1024;

// One page of buckets for at most so many pages: at worst (an area full of the smallest items)
// there are 32 * kPagesPerBucketPage items for 512 buckets.
constexpr uint32_t kPagesPerBucketPage = 48;

// An area with a single page has its few buckets beside the root instead.
constexpr uint32_t kFewBuckets = 64;

// Refs reach no further.
constexpr size_t kMaxSize = size_t{UINT32_MAX} << kRefShift;

size_t align(size_t n, size_t to) {
    return (n + to - 1) / to * to;
}

size_t root_offset(size_t reserved) {
    return align(reserved, alignof(Root));
}

size_t descs_offset(size_t reserved) {
    return root_offset(reserved) + sizeof(Root) + kFewBuckets * sizeof(Bucket);
}

} // namespace

bool Store::create(char* base, size_t size, size_t reserved, Store& out) {
    size = size < kMaxSize ? size : kMaxSize;
    const size_t descs = descs_offset(reserved);
    if (size < kMinSize || size < descs + Pages::kPageSize) {
        return false;
    }
    auto pages = static_cast<uint32_t>((size - descs) / (Pages::kPageSize + sizeof(PageDesc)));
    const size_t first_page = align(descs + pages * sizeof(PageDesc), Pages::kPageSize);
    while (pages > 0 && first_page + pages * Pages::kPageSize > size) {
        pages--;
    }
    Root& root = *new (base + root_offset(reserved)) Root{};
    root.size = size;
    root.first_page = first_page;
    Store store = attach(base, reserved);
    store.pages_.format(pages);

    root.shard_count = size > kOneShardSize ? kMaxShards : 1;
    const size_t shards_size = root.shard_count * sizeof(Shard);
    root.shards = size_t{store.pages_.allocate(shards_size)} << kRefShift;
    uint32_t buckets = kFewBuckets;
    if (pages > 1) {
        const uint32_t bucket_pages =
            std::bit_ceil((pages + kPagesPerBucketPage - 1) / kPagesPerBucketPage);
        const size_t bytes = bucket_pages * Pages::kPageSize;
        root.buckets = size_t{store.pages_.allocate(bytes)} << kRefShift;
        buckets = static_cast<uint32_t>(bytes / sizeof(Bucket));
    } else {
        root.buckets = root_offset(reserved) + sizeof(Root);
    }
    if (root.shards == 0 || root.buckets == 0) {
        return false;
    }
    root.buckets_count = buckets;
    memset(base + root.shards, 0, shards_size);
    memset(base + root.buckets, 0, buckets * sizeof(Bucket));
    out = attach(base, reserved);
    return true;
}

Store Store::attach(char* base, size_t reserved) {
    Root& root = *reinterpret_cast<Root*>(base + root_offset(reserved));
    auto* descs = reinterpret_cast<PageDesc*>(base + descs_offset(reserved));
    Store store;
    store.base_ = base;
    store.size_ = root.size;
    store.shards_ = reinterpret_cast<Shard*>(base + root.shards);
    store.buckets_ = reinterpret_cast<Bucket*>(base + root.buckets);
    store.shard_count_ = root.shard_count;
    if (root.buckets_count != 0) { // not yet while create() works
        store.bucket_mask_ = root.buckets_count - 1;
        store.shard_shift_ =
            static_cast<unsigned>(std::countr_zero(root.buckets_count / root.shard_count));
    }
    store.pages_ = Pages(base, &root.pages, descs, root.first_page);
    return store;
}

} // namespace lua::shdict
