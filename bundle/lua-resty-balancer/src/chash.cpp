// The ring of a consistent hash (ketama): points sorted by hash, each of which belongs to a node.
// Called by resty.chash through FFI, which owns the array of points and the nodes' names.
//
// A node has 160 points for each unit of weight. Their hashes form a chain, so a node's points are
// the same whatever else is in the ring: nginx's `hash ... consistent` has them, too.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace {

struct Point {
    uint32_t hash;
    uint32_t node;
};

constexpr uint32_t kPolynomial = 0xedb88320;

constexpr std::array<uint32_t, 256> make_table() {
    std::array<uint32_t, 256> table{};
    for (uint32_t byte = 0; byte < table.size(); ++byte) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1) != 0 ? (value >> 1) ^ kPolynomial : value >> 1;
        }
        table[byte] = value;
    }
    return table;
}

constexpr auto kTable = make_table();

uint32_t update(uint32_t crc, uint8_t byte) noexcept {
    return kTable[(crc ^ byte) & 0xff] ^ (crc >> 8);
}

// CRC-32 without the last step, so that more bytes can follow.
uint32_t open_crc(const uint8_t* data, size_t len) noexcept {
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len; ++i) {
        crc = update(crc, data[i]);
    }
    return crc;
}

bool before(const Point& a, const Point& b) noexcept {
    return a.hash < b.hash;
}

} // namespace

extern "C" {

// Gives `node`, whose name is `id`, `wanted` points instead of those it has. There is room for
// them behind the `count` points. Returns the new number of points.
[[gnu::visibility("default")]] uint32_t resty_chash_set(Point* points, uint32_t count,
                                                        uint32_t node, const uint8_t* id,
                                                        size_t id_len, uint32_t wanted) noexcept {
    Point* const middle = std::remove_if(points, points + count,
                                         [node](const Point& point) { return point.node == node; });
    const uint32_t prefix = open_crc(id, id_len);
    uint32_t hash = 0;
    Point* end = middle;
    for (uint32_t i = 0; i < wanted; ++i) {
        uint32_t crc = prefix;
        for (int shift = 0; shift < 32; shift += 8) {
            crc = update(crc, static_cast<uint8_t>(hash >> shift));
        }
        hash = crc ^ 0xffffffff;
        *end++ = {hash, node};
    }
    std::sort(middle, end, before);
    std::inplace_merge(points, middle, end, before);
    return static_cast<uint32_t>(end - points);
}

// The index of the point that a key belongs to; `count` must not be 0.
[[gnu::visibility("default")]] uint32_t resty_chash_find(const Point* points, uint32_t count,
                                                         const uint8_t* key, size_t len) noexcept {
    const Point wanted{open_crc(key, len) ^ 0xffffffff, 0};
    const Point* const found = std::lower_bound(points, points + count, wanted, before);
    return found == points + count ? 0 : static_cast<uint32_t>(found - points);
}
}
