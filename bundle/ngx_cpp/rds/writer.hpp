// Writes RDS. Consumers that read buffer by buffer may count on it that a buffer holds each of
// these as a whole: the header, a column, the flag of a row, the size of a field with one byte of
// its data. All functions return false when memory is short.
#pragma once

#include "ngx/body_writer.hpp"
#include "rds/format.hpp"

namespace rds {

class Writer {
public:
    explicit Writer(ngx::BodyWriter& out) : out_(out) {}

    [[nodiscard]] bool header(const Header& header, std::string_view error_text) {
        constexpr size_t kFixed = 30;
        error_text = error_text.substr(0, 0xffff);
        return out_.reserve(kFixed + error_text.size()) && put(kEndian) && put(kVersion) &&
               put(uint8_t{0}) && put(header.std_errcode) && put(header.drv_errcode) &&
               put_text(error_text) && put(header.affected_rows) && put(header.insert_id) &&
               put(header.columns);
    }

    [[nodiscard]] bool column(Type type, uint16_t drv_type, std::string_view name) {
        name = name.substr(0, 0xffff);
        return out_.reserve(6 + name.size()) && put(static_cast<uint16_t>(type)) && put(drv_type) &&
               put_text(name);
    }

    [[nodiscard]] bool row() { return put(uint8_t{1}); }
    [[nodiscard]] bool end() { return put(uint8_t{0}); }
    [[nodiscard]] bool null() { return out_.reserve(sizeof(kNull)) && put(kNull); }

    [[nodiscard]] bool field(std::string_view data) {
        return out_.reserve(sizeof(uint32_t) + (data.empty() ? 0 : 1)) &&
               put(static_cast<uint32_t>(data.size())) && out_.write(data);
    }

private:
    template <typename T>
    bool put(T value) {
        return out_.write({reinterpret_cast<const char*>(&value), sizeof(value)});
    }

    bool put_text(std::string_view text) {
        return put(static_cast<uint16_t>(text.size())) && out_.write(text);
    }

    ngx::BodyWriter& out_;
};

} // namespace rds
