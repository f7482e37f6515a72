// Fuzz target: small parsers of nginx modules: fields of posted forms, names of JSONP callbacks,
// text between character sets, JSON strings.
//
// links: bundle/ngx_form_input/fields.cpp bundle/ngx_xss/callback.cpp bundle/ngx_iconv/convert.cpp
#include "../../bundle/ngx_form_input/form_input.hpp"
#include "../../bundle/ngx_iconv/convert.hpp"
#include "../../bundle/ngx_xss/callback.hpp"
#include "ngx/json_escape.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

void check_form(std::string_view in) {
    const std::string_view name = in.substr(0, in.size() % 4);
    size_t at = 0;
    size_t before = 0;
    while (const auto value = form_input::next_value(in, name, at)) {
        require(at > before && at <= in.size() + 1);
        require(value->data() >= in.data() &&
                value->data() + value->size() <= in.data() + in.size());
        require(value->find('&') == value->npos);
        before = at;
    }
}

void check_callback(std::string_view in) {
    if (xss::is_callback(in)) {
        require(in.find_first_of("()<>;\"' \n") == in.npos && !in.empty());
    }
}

class Gather final : public iconv_module::Sink {
public:
    bool write(std::string_view piece) override {
        text += piece;
        return true;
    }
    std::string text;
};

void check_iconv(std::string_view in, size_t piece) {
    Gather whole;
    Gather parts;
    iconv_module::Converter one("utf-8", "gbk");
    iconv_module::Converter other("utf-8", "gbk");
    require(one.is_open() && one.feed(in, whole) && one.finish(whole));
    for (size_t at = 0; at < in.size(); at += piece) {
        require(other.feed(in.substr(at, piece), parts));
    }
    require(other.finish(parts) && parts.text == whole.text);
}

void check_json(std::string_view in) {
    std::string out;
    require(ngx::write_json(in, [&out](std::string_view text) {
        out += text;
        return true;
    }));
    require(out.size() >= in.size() && out.size() <= 6 * in.size());
    for (const char c : out) {
        require(static_cast<unsigned char>(c) >= 0x20);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    check_form(in);
    check_callback(in);
    check_iconv(in, 1 + size % 5);
    check_json(in);
    return 0;
}
