#include "lua_text/args.hpp"

#include <cstring>

#include "lua_text/exports.hpp"
#include "lua_text/uri.hpp"

namespace lua::text {

namespace {

const unsigned char* find_or_end(const unsigned char* src, const unsigned char* end,
                                 char c) noexcept {
    const void* found = std::memchr(src, c, static_cast<size_t>(end - src));
    return found != nullptr ? static_cast<const unsigned char*>(found) : end;
}

FfiStr unescape_into(unsigned char*& buf, const unsigned char* src,
                     const unsigned char* end) noexcept {
    unsigned char* const start = buf;
    buf = unescape(buf, src, static_cast<size_t>(end - src));
    return {static_cast<int>(buf - start), start};
}

} // namespace

int count_args(const unsigned char* src, size_t& len, int max) noexcept {
    if (len == 0) {
        return 0;
    }
    if (max < 0) {
        max = kDefaultMaxArgs;
    }

    const unsigned char* const end = src + len;
    const unsigned char* segment_end = find_or_end(src, end, '&');
    int count = 1;
    while (segment_end < end && count != max) {
        segment_end = find_or_end(segment_end + 1, end, '&');
        count++;
    }
    len = static_cast<size_t>(segment_end - src);
    return count;
}

int decode_args(const unsigned char* src, size_t len, unsigned char* buf, FfiTableElt* out,
                int count) noexcept {
    const unsigned char* const end = src + len;
    int stored = 0;

    while (src < end && stored < count) {
        const unsigned char* const segment_end = find_or_end(src, end, '&');
        const unsigned char* const key_end = find_or_end(src, segment_end, '=');

        if (key_end > src) {
            FfiTableElt& elt = out[stored++];
            elt.key = unescape_into(buf, src, key_end);
            elt.value = key_end < segment_end ? unescape_into(buf, key_end + 1, segment_end)
                                              : FfiStr{-1, nullptr};
        }
        src = segment_end + 1;
    }
    return stored;
}

} // namespace lua::text

int ngx_lua_ffi_count_args(const unsigned char* src, size_t* len, int max) noexcept {
    return lua::text::count_args(src, *len, max);
}

int ngx_lua_ffi_decode_args(const unsigned char* src, size_t len, unsigned char* buf,
                            lua::FfiTableElt* out, int count) noexcept {
    return lua::text::decode_args(src, len, buf, out, count);
}
