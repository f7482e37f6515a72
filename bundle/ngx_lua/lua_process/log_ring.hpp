// The last log lines in memory of a fixed size: a new record pushes out the oldest ones.
//
// Records lie one behind the other, each in one piece (so that a reader gets a view, not a copy):
// a 16-byte header, then the text. A record that does not fit before the end of the memory is put
// at its start and the rest stays unused. The ring does not own the memory. No nginx in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lua::errlog {

class LogRing {
public:
    struct Record {
        int level;
        double time;
        std::string_view text;
    };

    explicit LogRing(std::span<char> memory) : memory_(memory), data_end_(memory.size()) {}

    // Adds a record; text longer than the whole memory is cut.
    void push(int level, double time, std::string_view text);

    // Takes the oldest record out. Its text stays valid until the next push.
    std::optional<Record> pop();

private:
    struct Header {
        double time;
        uint32_t length;
        int32_t level;
    };

    Header header_at(size_t offset) const;
    void drop_oldest();
    void make_room(size_t size);

    std::span<char> memory_;
    size_t oldest_ = 0; // offset of the oldest record
    size_t next_ = 0;   // offset of the next one to be written
    size_t data_end_;   // where the records before the end of the memory stop
    size_t count_ = 0;
};

} // namespace lua::errlog
