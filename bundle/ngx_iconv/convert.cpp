#include "convert.hpp"

#include <algorithm>
#include <cerrno>

namespace iconv_module {

namespace {

// Enough for several characters of any set, so that "no room" never means "not even one".
constexpr size_t kScratch = 4096;

} // namespace

Converter::~Converter() {
    if (is_open()) {
        iconv_close(cd_);
    }
}

bool Converter::is_open() const {
    return cd_ != reinterpret_cast<iconv_t>(-1);
}

bool Converter::take_replaced() {
    const bool was = replaced_;
    replaced_ = false;
    return was;
}

// Cuts off what could be converted; the beginning of a character is left.
bool Converter::convert(std::string_view& text, Sink& sink) {
    std::array<char, kScratch> scratch;

    while (!text.empty()) {
        char* in = const_cast<char*>(text.data());
        size_t in_left = text.size();
        char* out = scratch.data();
        size_t out_left = scratch.size() - 1; // room for a "?"

        const size_t rc = iconv(cd_, &in, &in_left, &out, &out_left);
        const int error = rc == static_cast<size_t>(-1) ? errno : 0;
        text.remove_prefix(text.size() - in_left);

        if (error == EILSEQ) {
            *out++ = '?';
            text.remove_prefix(1);
            replaced_ = true;
        }
        if (out != scratch.data() &&
            !sink.write({scratch.data(), static_cast<size_t>(out - scratch.data())})) {
            return false;
        }
        if (error == EINVAL) {
            return true;
        }
        if (error != 0 && error != EILSEQ && error != E2BIG) {
            return false;
        }
    }
    return true;
}

bool Converter::feed(std::string_view text, Sink& sink) {
    if (held_size_ > 0) {
        const size_t taken = std::min(text.size(), held_.size() - held_size_);
        std::copy_n(text.data(), taken, held_.data() + held_size_);

        const size_t had = held_size_;
        std::string_view joined(held_.data(), had + taken);
        if (!convert(joined, sink)) {
            return false;
        }

        const size_t used = had + taken - joined.size();
        if (used < had) { // still no whole character
            std::copy(joined.begin(), joined.end(), held_.begin());
            held_size_ = joined.size();
            return taken == text.size();
        }
        text.remove_prefix(used - had);
        held_size_ = 0;
    }

    if (!convert(text, sink)) {
        return false;
    }
    held_size_ = std::min(text.size(), held_.size());
    std::copy_n(text.data(), held_size_, held_.begin());
    return true;
}

bool Converter::finish(Sink& sink) {
    held_size_ = 0;

    // Some sets have a sequence that leads back to their initial state.
    std::array<char, 64> scratch;
    char* out = scratch.data();
    size_t left = scratch.size();
    iconv(cd_, nullptr, nullptr, &out, &left);
    return left == scratch.size() || sink.write({scratch.data(), scratch.size() - left});
}

} // namespace iconv_module
