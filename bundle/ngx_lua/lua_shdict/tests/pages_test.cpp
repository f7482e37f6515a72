// links: owner_lock.cpp
#include "lua_shdict/pages.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <vector>

using namespace lua::shdict;

namespace {

constexpr uint32_t kPages = 20;

class PagesTest : public testing::Test {
protected:
    void SetUp() override {
        memory_ = static_cast<char*>(aligned_alloc(Pages::kPageSize, kPages * Pages::kPageSize));
        descs_.resize(kPages);
        state_ = std::make_unique<PagesState>();
        pages = Pages(memory_, state_.get(), descs_.data(), 0);
        pages.format(kPages);
        // Offset 0 is no Ref: give page 0 away.
        ASSERT_EQ(pages.allocate(Pages::kPageSize), 0U);
    }
    void TearDown() override { free(memory_); }

    static constexpr size_t kFree = (kPages - 1) * Pages::kPageSize;

    unsigned char* at(Ref ref) {
        return reinterpret_cast<unsigned char*>(memory_ + (size_t{ref} << kRefShift));
    }

    Pages pages;

private:
    char* memory_ = nullptr;
    std::vector<PageDesc> descs_;
    std::unique_ptr<PagesState> state_;
};

TEST_F(PagesTest, rounded_sizes) {
    EXPECT_EQ(Pages::rounded(1), 32U);
    EXPECT_EQ(Pages::rounded(32), 32U);
    EXPECT_EQ(Pages::rounded(33), 64U);
    EXPECT_EQ(Pages::rounded(128), 128U);
    EXPECT_EQ(Pages::rounded(2048), 2048U);
    EXPECT_EQ(Pages::rounded(2049), 4096U);
    EXPECT_EQ(Pages::rounded(4097), 8192U);
}

TEST_F(PagesTest, a_page_has_as_many_chunks_as_fit) {
    for (size_t size = 32; size <= 2048; size *= 2) {
        std::set<Ref> chunks;
        for (size_t i = 0; i < Pages::kPageSize / size; i++) {
            const Ref ref = pages.allocate(size);
            EXPECT_EQ((size_t{ref} << kRefShift) % size, 0U);
            EXPECT_EQ(pages.rounded_size_of(ref), size);
            chunks.insert(ref);
        }
        EXPECT_EQ(chunks.size(), Pages::kPageSize / size);
        EXPECT_EQ(pages.free_bytes(), kFree - Pages::kPageSize) << size;
        const Ref next = pages.allocate(size);
        EXPECT_EQ(pages.free_bytes(), kFree - 2 * Pages::kPageSize);
        pages.release(next);
        for (const Ref ref : chunks) {
            pages.release(ref);
        }
        EXPECT_EQ(pages.free_bytes(), kFree);
    }
}

TEST_F(PagesTest, runs_are_contiguous) {
    const Ref whole = pages.allocate(kFree);
    EXPECT_NE(whole, 0U);
    EXPECT_EQ(pages.free_bytes(), 0U);
    EXPECT_EQ(pages.allocate(1), 0U);
    pages.release(whole);
    EXPECT_EQ(pages.allocate(kFree + 1), 0U);
    EXPECT_EQ(pages.allocate(size_t{1} << 40), 0U);

    const Ref a = pages.allocate(5 * Pages::kPageSize);
    const Ref b = pages.allocate(5 * Pages::kPageSize);
    const Ref c = pages.allocate(9 * Pages::kPageSize);
    pages.release(a);
    pages.release(c);
    EXPECT_EQ(pages.allocate(10 * Pages::kPageSize), 0U) << "free pages that are no neighbours";
    pages.release(b);
    EXPECT_NE(pages.allocate(kFree), 0U);
}

// Memory in use never overlaps, survives a rebuild of the lists, and all of it comes back.
TEST_F(PagesTest, random_use) {
    struct Piece {
        Ref ref;
        size_t size;
        unsigned char fill;
    };
    std::mt19937 random(5);
    std::vector<Piece> pieces;
    for (int i = 0; i < 20000; i++) {
        if (random() % 5 < 3) {
            const size_t size = random() % 4 == 0 ? 1 + random() % 12000 : 1 + random() % 300;
            if (const Ref ref = pages.allocate(size)) {
                const auto fill = static_cast<unsigned char>(random());
                memset(at(ref), fill, size);
                pieces.push_back({ref, size, fill});
            }
        } else if (!pieces.empty()) {
            std::swap(pieces[random() % pieces.size()], pieces.back());
            const Piece piece = pieces.back();
            pieces.pop_back();
            for (size_t byte = 0; byte < piece.size; byte++) {
                ASSERT_EQ(at(piece.ref)[byte], piece.fill);
            }
            pages.release(piece.ref);
        }
        if (i % 500 == 0) {
            const size_t free_before = pages.free_bytes();
            pages.rebuild();
            ASSERT_EQ(pages.free_bytes(), free_before);
        }
    }
    for (const Piece& piece : pieces) {
        pages.release(piece.ref);
    }
    EXPECT_NE(pages.allocate(kFree), 0U);
}

} // namespace
