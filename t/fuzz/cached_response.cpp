// Fuzz target: the head of a response that comes from a cache. Lines are the same however the bytes
// are cut, and fit the buffer they are promised.
//
// links: bundle/ngx_srcache/lines.cpp bundle/ngx_srcache/cache_control.cpp
#include "../../bundle/ngx_srcache/cache_control.hpp"
#include "../../bundle/ngx_srcache/lines.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Step = srcache::LineReader::Step;

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

struct Lines {
    std::vector<std::string> all;
    bool overflow = false;
};

Lines read(std::string_view bytes, size_t step, size_t limit) {
    std::array<char, 32> memory{};
    srcache::LineReader reader(memory);
    Lines lines;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, step);
        bytes.remove_prefix(piece.size());
        while (!piece.empty()) {
            std::string_view line;
            const Step got = reader.next(piece, line, limit);
            if (got == Step::overflow) {
                lines.overflow = true;
                return lines;
            }
            if (got == Step::line) {
                require(line.size() < limit);
                lines.all.emplace_back(line);
            }
        }
    }
    return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const size_t limit = size % 2 == 0 ? 32 : 9;

    const Lines whole = read(bytes, size == 0 ? 1 : size, limit);
    for (const size_t step : {size_t{1}, size_t{3}}) {
        const Lines pieces = read(bytes, step, limit);
        require(pieces.all == whole.all && pieces.overflow == whole.overflow);
    }

    srcache::CacheControl control;
    for (const std::string& line : whole.all) {
        srcache::StatusLine status{};
        require(!srcache::parse_status_line(line, status) ||
                (status.status >= 100 && status.status <= 999));
        srcache::HeaderLine header{};
        require(!srcache::parse_header_line(line, header) || !header.name.empty());
        control.add(line);
        require(!control.max_age.has_value() || *control.max_age >= 0);
    }
    return 0;
}
