#include "lua_process/log_ring.hpp"

#include <algorithm>
#include <cstring>

namespace lua::errlog {

LogRing::Header LogRing::header_at(size_t offset) const {
    Header header;
    std::memcpy(&header, memory_.data() + offset, sizeof(header));
    return header;
}

void LogRing::drop_oldest() {
    oldest_ += sizeof(Header) + header_at(oldest_).length;
    count_--;
    if (oldest_ >= data_end_) {
        oldest_ = 0;
        data_end_ = memory_.size();
    }
}

// Afterwards size bytes at next_ are free of records.
void LogRing::make_room(size_t size) {
    if (next_ + size > memory_.size()) {
        while (count_ > 0 && oldest_ >= next_) {
            drop_oldest();
        }
        data_end_ = next_;
        next_ = 0;
    }
    while (count_ > 0 && oldest_ >= next_ && oldest_ < next_ + size) {
        drop_oldest();
    }
    if (count_ == 0) {
        oldest_ = next_ = 0;
        data_end_ = memory_.size();
    }
}

void LogRing::push(int level, double time, std::string_view text) {
    if (memory_.size() < sizeof(Header)) {
        return;
    }
    text = text.substr(0, memory_.size() - sizeof(Header));
    const size_t size = sizeof(Header) + text.size();
    make_room(size);

    const Header header{.time = time, .length = static_cast<uint32_t>(text.size()), .level = level};
    char* p = memory_.data() + next_;
    std::memcpy(p, &header, sizeof(header));
    std::memcpy(p + sizeof(header), text.data(), text.size());
    next_ += size;
    count_++;
}

std::optional<LogRing::Record> LogRing::pop() {
    if (count_ == 0) {
        return std::nullopt;
    }
    const Header header = header_at(oldest_);
    const char* text = memory_.data() + oldest_ + sizeof(Header);
    drop_oldest();
    return Record{.level = header.level, .time = header.time, .text = {text, header.length}};
}

} // namespace lua::errlog
