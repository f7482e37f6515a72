// RDS, the format in which database modules hand a result set to filters and programs.
//
// A stream is a header, as many columns as the header says, and rows, all integers in the byte
// order of the machine and unaligned:
//
//     header  u8 endian (0 little, 1 big)  u32 version  u8 type (0)  u16 error code
//             u16 error code of the driver  u16 length, error text
//             u64 affected rows  u64 insert id  u16 number of columns
//     column  u16 standard type  u16 type of the driver  u16 length, name
//     row     u8 1, then for each column u32 length, data (length kNull: NULL, no data)
//     end     u8 0
//
// Without columns nothing follows the header. Knows nothing of nginx.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace rds {

inline constexpr std::string_view kContentType = "application/x-resty-dbd-stream";
inline constexpr uint32_t kVersion = 3;
inline constexpr uint8_t kEndian = std::endian::native == std::endian::big ? 1 : 0;
inline constexpr uint32_t kNull = 0xffffffff;

// How the values of a column look: the two top bits of its standard type.
enum class Class : uint16_t { integer = 0x0000, real = 0x4000, string = 0x8000, boolean = 0xc000 };

enum class Type : uint16_t {
    unknown = 0x8000,
    bigint = 1,
    bit = 0x8000 | 2,
    bit_varying = 0x8000 | 3,
    boolean = 0xc000 | 4,
    character = 0x8000 | 5,
    varchar = 0x8000 | 6,
    date = 0x8000 | 7,
    double_precision = 0x4000 | 8,
    integer = 9,
    interval = 0x4000 | 10,
    decimal = 0x4000 | 11,
    real = 0x4000 | 12,
    smallint = 13,
    time_with_time_zone = 0x8000 | 14,
    time = 0x8000 | 15,
    timestamp_with_time_zone = 0x8000 | 16,
    timestamp = 0x8000 | 17,
    xml = 0x8000 | 18,
    blob = 0x8000 | 19,
};

struct Header {
    uint16_t std_errcode;
    uint16_t drv_errcode;
    uint64_t affected_rows;
    uint64_t insert_id;
    uint16_t columns;
};

struct Column {
    uint16_t std_type;
    uint16_t drv_type;

    [[nodiscard]] Class type_class() const { return static_cast<Class>(std_type & 0xc000); }
};

} // namespace rds
