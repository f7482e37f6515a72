// Result sets as JSON.
#include "rds_json.hpp"

#include "ngx/json_escape.hpp"
#include "ngx/pool.hpp"

namespace rds_json {

namespace {

// A column's name, as a JSON string, and what its values are.
struct ColumnName {
    ngx_str_t text;
    rds::Class type_class;
};

class Formatter {
public:
    struct State {
        std::span<ColumnName> columns;
        size_t column;    // the current one
        ngx_str_t errstr; // of the header
        bool has_rows;
        bool in_value; // a piece of the field was written
    };

    Formatter(ngx_http_request_t* r, ngx::BodyWriter& out, State& state)
        : r_(r), conf_(loc_conf(r)), out_(out), s_(state) {}

    bool on_error_text(std::string_view piece) {
        if (s_.errstr.data == nullptr) {
            s_.errstr.data = static_cast<u_char*>(ngx_pnalloc(r_->pool, 0xffff));
            if (s_.errstr.data == nullptr) {
                return false;
            }
        }
        ngx_memcpy(s_.errstr.data + s_.errstr.len, piece.data(), piece.size());
        s_.errstr.len += piece.size();
        return true;
    }

    bool on_header(const rds::Header& header) {
        if (header.columns == 0) {
            return write_result(header);
        }

        s_.columns = ngx::make_array<ColumnName>(r_->pool, header.columns);
        if (s_.columns.empty()) {
            return false;
        }
        if (conf_.root.len > 0 &&
            !(out_.write("{") &&
              write_properties(r_, out_, header.std_errcode == 0, Comma::behind) &&
              out_.write(ngx::view(conf_.root)) && out_.write(":"))) {
            return false;
        }
        return out_.write(is_compact() ? "[[" : "[");
    }

    bool on_column(rds::Column column, size_t name_size) {
        ColumnName& name = s_.columns[s_.column];
        name.type_class = column.type_class();
        name.text.data = static_cast<u_char*>(ngx_pnalloc(r_->pool, 6 * name_size + 2));
        if (name.text.data == nullptr) {
            return false;
        }
        name.text.data[0] = '"';
        name.text.len = 1;
        return true;
    }

    bool on_name(std::string_view piece) {
        ngx_str_t& text = s_.columns[s_.column].text;
        return ngx::write_json(piece, [&text](std::string_view escaped) {
            ngx_memcpy(text.data + text.len, escaped.data(), escaped.size());
            text.len += escaped.size();
            return true;
        });
    }

    bool on_column_end() {
        ngx_str_t& text = s_.columns[s_.column].text;
        text.data[text.len++] = '"';

        const bool is_last = ++s_.column == s_.columns.size();
        return !is_compact() || (out_.write(ngx::view(text)) && out_.write(is_last ? "]" : ","));
    }

    bool on_row() {
        const bool is_first = !s_.has_rows && !is_compact();
        s_.has_rows = true;
        s_.column = 0;
        return (is_first || out_.write(",")) && out_.write(is_compact() ? "[" : "{");
    }

    bool on_null() { return begin_field() && out_.write("null") && end_field(); }

    bool on_field(size_t size) {
        s_.in_value = false;
        return begin_field() && (size == 0 || !is_text() || out_.write("\"")) &&
               (size > 0 || out_.write("\"\""));
    }

    bool on_data(std::string_view piece, bool is_last) {
        const bool is_first = !s_.in_value;
        s_.in_value = true;

        switch (s_.columns[s_.column].type_class) {
        case rds::Class::integer:
            return check_integer(piece, is_first) && out_.write(piece);
        case rds::Class::real:
            return out_.write(piece);
        case rds::Class::boolean:
            return write_boolean(piece, is_first && is_last);
        default:
            return ngx::write_json(piece,
                                   [this](std::string_view text) { return out_.write(text); }) &&
                   (!is_last || out_.write("\""));
        }
    }

    bool on_field_end() { return end_field(); }
    bool on_row_end() { return out_.write(is_compact() ? "]" : "}"); }

    bool on_end() {
        return s_.columns.empty() || (out_.write("]") && (conf_.root.len == 0 || out_.write("}")));
    }

private:
    [[nodiscard]] bool is_compact() const {
        return static_cast<Format>(conf_.format) == Format::compact;
    }

    [[nodiscard]] bool is_text() const {
        return s_.columns[s_.column].type_class == rds::Class::string;
    }

    bool begin_field() {
        return (s_.column == 0 || out_.write(",")) &&
               (is_compact() ||
                (out_.write(ngx::view(s_.columns[s_.column].text)) && out_.write(":")));
    }

    bool end_field() {
        s_.column++;
        return true;
    }

    // The result of a statement that gives no rows.
    bool write_result(const rds::Header& header) {
        return out_.write("{") &&
               write_properties(r_, out_, header.std_errcode == 0, Comma::behind) &&
               out_.write(ngx::view(conf_.errcode_key)) && out_.write(":") &&
               out_.write_number(header.std_errcode) &&
               (s_.errstr.len == 0 ||
                (out_.write(",") && out_.write(ngx::view(conf_.errstr_key)) && out_.write(":") &&
                 write_string(out_, ngx::view(s_.errstr)))) &&
               write_count(",\"insert_id\":", header.insert_id) &&
               write_count(",\"affected_rows\":", header.affected_rows) && out_.write("}");
    }

    bool write_count(std::string_view key, uint64_t count) {
        return count == 0 || (out_.write(key) && out_.write_number(count));
    }

    bool check_integer(std::string_view piece, bool is_first) {
        std::string_view digits = piece;
        if (is_first && digits.starts_with('-')) {
            digits.remove_prefix(1);
        }
        return digits.find_first_not_of("0123456789") == digits.npos ||
               reject("rds_json: invalid integral field value: \"%V\"", piece);
    }

    bool write_boolean(std::string_view piece, bool is_whole) {
        const std::string_view kTrue = "1tT";
        const std::string_view kFalse = "0fF";
        if (is_whole && piece.size() == 1 && kTrue.find(piece[0]) != kTrue.npos) {
            return out_.write("true");
        }
        if (is_whole && piece.size() == 1 && kFalse.find(piece[0]) != kFalse.npos) {
            return out_.write("false");
        }
        return reject("rds_json: invalid boolean field value leading by \"%V\"", piece);
    }

    bool reject(const char* format, std::string_view piece) {
        ngx_str_t shown = ngx::str(piece);
        ngx_log_error(NGX_LOG_ERR, r_->connection->log, 0, format, &shown);
        return false;
    }

    ngx_http_request_t* r_;
    const LocConf& conf_;
    ngx::BodyWriter& out_;
    State& s_;
};

struct Traits {
    using Formatter = rds_json::Formatter;
    static constexpr const char* kName = "rds_json";
    static constexpr const char* kDebugName = "rds json";
    static ngx_module_t& module() { return ngx_http_rds_json_filter_module; }
    static const rds::Output& output(ngx_http_request_t* r) { return loc_conf(r).output; }
};

} // namespace

void install_filter() {
    rds::Filter<Traits>::install();
}

} // namespace rds_json
