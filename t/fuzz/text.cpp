// Fuzz target: the decoders of text. Escaping and then unescaping, encoding and then decoding must
// give the input back; decoding anything at all must stay inside the buffers it is promised, and
// unescaping in place must read as unescaping into another buffer.
//
// links: bundle/ngx_lua/lua_text/uri.cpp bundle/ngx_lua/lua_text/base64.cpp
// links: bundle/ngx_lua/lua_text/args.cpp bundle/ngx_lua/lua_text/replace.cpp
#include "lua_text/args.hpp"
#include "lua_text/exports.hpp"
#include "lua_text/uri.hpp"

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

Bytes unescape(const Bytes& in) {
    Bytes out(in.size());
    out.resize(ngx_lua_ffi_unescape_uri(in.data(), in.size(), out.data()));
    return out;
}

void check_uri(const Bytes& in) {
    for (int type = 0; type < 8; type++) {
        Bytes escaped(ngx_lua_ffi_uri_escaped_length(in.data(), in.size(), type));
        ngx_lua_ffi_escape_uri(in.data(), in.size(), escaped.data(), type);
        require(type != static_cast<int>(lua::text::UriSet::component) || unescape(escaped) == in);
    }

    Bytes in_place = in;
    in_place.resize(ngx_lua_ffi_unescape_uri(in_place.data(), in_place.size(), in_place.data()));
    require(in_place == unescape(in));
}

void check_base64(const Bytes& in) {
    Bytes encoded((in.size() + 2) / 3 * 4);
    encoded.resize(ngx_lua_ffi_encode_base64(in.data(), in.size(), encoded.data(), in.size() % 2));

    for (const auto decode : {ngx_lua_ffi_decode_base64, ngx_lua_ffi_decode_base64mime}) {
        Bytes decoded((encoded.size() + 3) / 4 * 3);
        size_t len = 0;
        require(decode(encoded.data(), encoded.size(), decoded.data(), &len) == 1);
        decoded.resize(len);
        require(decoded == in);

        Bytes garbage((in.size() + 3) / 4 * 3);
        if (decode(in.data(), in.size(), garbage.data(), &len) == 1) {
            require(len <= garbage.size());
        }
    }
}

void check_args(const Bytes& in) {
    for (const int max : {-1, 0, 1, 3}) {
        size_t len = in.size();
        const int count = lua::text::count_args(in.data(), len, max);
        require(len <= in.size() && (max <= 0 || count <= max));

        std::vector<lua::FfiTableElt> out(static_cast<size_t>(count));
        Bytes buf(len);
        const int stored = lua::text::decode_args(in.data(), len, buf.data(), out.data(), count);
        require(stored <= count);
        for (int i = 0; i < stored; i++) {
            require(out[static_cast<size_t>(i)].value.len >= -1);
        }
    }
}

void check_sql(const Bytes& in) {
    Bytes quoted(ngx_lua_ffi_quoted_sql_length(in.data(), in.size()));
    ngx_lua_ffi_quote_sql_str(in.data(), in.size(), quoted.data());
    require(quoted.front() == '\'' && quoted.back() == '\'');
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const Bytes in(data, data + size);
    check_uri(in);
    check_base64(in);
    check_args(in);
    check_sql(in);
    return 0;
}
