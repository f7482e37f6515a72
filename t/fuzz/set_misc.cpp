// Fuzz target: the set-misc module's coders. Encoding and then decoding must give the input back;
// decoding anything at all must stay inside the memory it asked for.
//
// links: bundle/ngx_set_misc/base.cpp bundle/ngx_set_misc/uri.cpp bundle/ngx_set_misc/quote.cpp
// nginx: core/ngx_string
#include "../../bundle/ngx_set_misc/set_misc.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

std::vector<std::unique_ptr<u_char[]>> blocks;

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

} // namespace

// What the module needs of nginx. Each piece of memory is one of its own, so that none is overrun
// unnoticed.
extern "C" {
ngx_module_t ngx_http_set_misc_module = {};
volatile ngx_cycle_t* ngx_cycle;

void* ngx_pnalloc(ngx_pool_t*, size_t size) {
    blocks.push_back(std::make_unique<u_char[]>(size));
    return blocks.back().get();
}

void* ngx_alloc(size_t size, ngx_log_t*) {
    return malloc(size);
}

void ngx_log_error_core(ngx_uint_t, ngx_log_t*, ngx_err_t, const char*, ...) {}
}

namespace {

using set_misc::Filter;

struct Request {
    Request() {
        conf.base32_padding = 1;
        conf.base32_alphabet = ngx_string("0123456789abcdefghijklmnopqrstuv");
        digits.fill(set_misc::kNoDigit);
        for (size_t i = 0; i < conf.base32_alphabet.len; i++) {
            digits[conf.base32_alphabet.data[i]] = static_cast<u_char>(i);
        }
        conf.base32_digits = &digits;
        loc_conf[0] = &conf;
        r.loc_conf = loc_conf;
        r.connection = &connection;
        connection.log = &log;
    }

    // The filter's result; nothing if it fails.
    bool run(Filter& filter, std::string_view in, std::string& out) {
        std::vector<u_char> copy(in.begin(), in.end());
        set_misc::Value v{};
        v.valid = 1;
        v.data = copy.data();
        v.len = static_cast<unsigned>(in.size()) & 0xfffffff;

        ngx_str_t res = ngx_null_string;
        const ngx_int_t rc = filter(&r, &res, &v);
        out = res.len == 0 ? std::string() : std::string(ngx::view(res));
        blocks.clear();
        return rc == NGX_OK;
    }

    void check_pair(Filter& encode, Filter& decode, std::string_view in) {
        std::string encoded;
        std::string decoded;
        require(run(encode, in, encoded) && run(decode, encoded, decoded) && decoded == in);
        run(decode, in, decoded);
    }

    set_misc::LocConf conf{};
    set_misc::Base32Digits digits{};
    void* loc_conf[1]{};
    ngx_http_request_t r{};
    ngx_connection_t connection{};
    ngx_log_t log{};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Request request;
    const std::string_view in(reinterpret_cast<const char*>(data), size);

    request.check_pair(set_misc::encode_base32, set_misc::decode_base32, in);
    request.check_pair(set_misc::encode_base64, set_misc::decode_base64, in);
    request.check_pair(set_misc::encode_base64url, set_misc::decode_base64url, in);
    request.check_pair(set_misc::encode_hex, set_misc::decode_hex, in);
    request.check_pair(set_misc::escape_uri, set_misc::unescape_uri, in);

    std::string quoted;
    for (Filter* quote :
         {set_misc::quote_sql_str, set_misc::quote_pgsql_str, set_misc::quote_json_str}) {
        require(request.run(*quote, in, quoted) && quoted.size() >= 2);
    }
    return 0;
}
