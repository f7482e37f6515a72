// The module: configuration, directives, and result sets as CSV.
#include "ngx/module.hpp"
#include "ngx/conf.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"
#include "rds/filter.hpp"

extern "C" {
extern ngx_module_t ngx_http_rds_csv_filter_module;
}

namespace rds_csv {

namespace {

struct LocConf {
    ngx_flag_t is_on;
    ngx_flag_t has_header;
    ngx_str_t row_terminator;
    ngx_str_t field_separator;
    ngx_str_t content_type;
    size_t buffer_size;
    rds::Output output;
};

LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_rds_csv_filter_module));
}

class Formatter {
public:
    struct State {
        std::span<bool> is_text; // of each column: whether its values may need quotes
        size_t column;           // the current one
        ngx_str_t text;          // the header's error text, then names of columns
        bool is_quoted;          // the current field
        bool in_field;           // a piece of it was written
    };

    Formatter(ngx_http_request_t* r, ngx::BodyWriter& out, State& state)
        : r_(r), conf_(loc_conf(r)), out_(out), s_(state) {}

    bool on_error_text(std::string_view piece) { return gather(piece); }

    bool on_header(const rds::Header& header) {
        if (header.columns == 0) {
            return write_result(header);
        }
        s_.text.len = 0;
        s_.is_text = ngx::make_array<bool>(r_->pool, header.columns);
        return !s_.is_text.empty();
    }

    bool on_column(rds::Column column, size_t) {
        s_.is_text[s_.column] = column.type_class() == rds::Class::string;
        s_.text.len = 0;
        return true;
    }

    bool on_name(std::string_view piece) { return gather(piece); }

    bool on_column_end() {
        s_.column++;
        if (!conf_.has_header) {
            return true;
        }
        return write_text(ngx::view(s_.text)) &&
               (s_.column == s_.is_text.size() ? end_line() : separate());
    }

    bool on_row() {
        s_.column = 0;
        return true;
    }

    bool on_null() { return begin_field() && end_field(); }

    bool on_field(size_t) {
        s_.in_field = s_.is_quoted = false;
        return begin_field();
    }

    // A text whose end is not known yet gets quotes, since it may turn out to need them.
    bool on_data(std::string_view piece, bool is_last) {
        if (!s_.is_text[s_.column]) {
            return out_.write(piece);
        }
        if (!s_.in_field) {
            s_.in_field = true;
            s_.is_quoted = !is_last || needs_quotes(piece);
            if (s_.is_quoted && !out_.write("\"")) {
                return false;
            }
        }
        return s_.is_quoted ? write_quoted(piece) && (!is_last || out_.write("\""))
                            : out_.write(piece);
    }

    bool on_field_end() { return end_field(); }
    bool on_row_end() { return end_line(); }
    bool on_end() { return true; }

private:
    // Keeps a text until it is complete: lengths are numbers of 16 bits.
    bool gather(std::string_view piece) {
        if (s_.text.data == nullptr) {
            s_.text.data = static_cast<u_char*>(ngx_pnalloc(r_->pool, 0xffff));
            if (s_.text.data == nullptr) {
                return false;
            }
        }
        ngx_memcpy(s_.text.data + s_.text.len, piece.data(), piece.size());
        s_.text.len += piece.size();
        return true;
    }

    bool begin_field() { return s_.column == 0 || separate(); }

    bool end_field() {
        s_.column++;
        return true;
    }

    bool separate() { return out_.write(ngx::view(conf_.field_separator)); }
    bool end_line() { return out_.write(ngx::view(conf_.row_terminator)); }

    [[nodiscard]] bool needs_quotes(std::string_view text) const {
        return text.find_first_of("\r\n\"") != text.npos ||
               text.find(ngx::view(conf_.field_separator)) != text.npos;
    }

    bool write_quoted(std::string_view text) {
        while (!text.empty()) {
            const size_t quote = text.find('"');
            const size_t n = quote == text.npos ? text.size() : quote + 1;
            if (!out_.write(text.substr(0, n)) || (quote != text.npos && !out_.write("\""))) {
                return false;
            }
            text.remove_prefix(n);
        }
        return true;
    }

    bool write_text(std::string_view text) {
        return needs_quotes(text) ? out_.write("\"") && write_quoted(text) && out_.write("\"")
                                  : out_.write(text);
    }

    // The result of a statement that gives no rows.
    bool write_result(const rds::Header& header) {
        if (conf_.has_header &&
            !(out_.write("errcode") && separate() && out_.write("errstr") && separate() &&
              out_.write("insert_id") && separate() && out_.write("affected_rows") && end_line())) {
            return false;
        }
        return out_.write_number(header.std_errcode) && separate() &&
               write_text(ngx::view(s_.text)) && separate() &&
               out_.write_number(header.insert_id) && separate() &&
               out_.write_number(header.affected_rows) && end_line();
    }

    ngx_http_request_t* r_;
    const LocConf& conf_;
    ngx::BodyWriter& out_;
    State& s_;
};

struct Traits {
    using Formatter = rds_csv::Formatter;
    static constexpr const char* kName = "rds_csv";
    static constexpr const char* kDebugName = nullptr;
    static ngx_module_t& module() { return ngx_http_rds_csv_filter_module; }
    static const rds::Output& output(ngx_http_request_t* r) { return loc_conf(r).output; }
};

char* set_terminator(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const std::string_view text = ngx::view(ngx::arguments(cf)[1]);
    if (conf.row_terminator.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    if (text.empty()) {
        return ngx::conf_message("takes empty string value");
    }
    if (text != "\n" && text != "\r\n") {
        return ngx::conf_message("takes a value other than \"\\n\" and \"\\r\\n\"");
    }
    conf.row_terminator = ngx::str(text);
    return NGX_CONF_OK;
}

char* set_separator(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const std::string_view text = ngx::view(ngx::arguments(cf)[1]);
    if (conf.field_separator.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    if (text.size() != 1) {
        return ngx::conf_message("takes a string value not of length 1");
    }
    if (text != "," && text != ";" && text != "\t") {
        return ngx::conf_message("takes a value other than \",\", \";\", and \"\\t\"");
    }
    conf.field_separator = ngx::str(text);
    return NGX_CONF_OK;
}

constexpr ngx_uint_t kWhere =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

ngx_command_t directives[] = {
    ngx::custom<ngx::set_using_flag<ngx_http_rds_csv_filter_module, &LocConf::is_on>>(
        "rds_csv", kWhere | NGX_CONF_FLAG, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_terminator>("rds_csv_row_terminator", kWhere | NGX_CONF_TAKE1,
                                NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_separator>("rds_csv_field_separator", kWhere | NGX_CONF_TAKE1,
                               NGX_HTTP_LOC_CONF_OFFSET),
    ngx::flag<&LocConf::has_header>("rds_csv_field_name_header", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::string<&LocConf::content_type>("rds_csv_content_type", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::size<&LocConf::buffer_size>("rds_csv_buffer_size", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->is_on = conf->has_header = ngx::unset<ngx_flag_t>;
        conf->buffer_size = ngx::unset<size_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.is_on, prev.is_on, 0);
    ngx::merge(conf.has_header, prev.has_header, 1);
    ngx::merge(conf.row_terminator, prev.row_terminator, "\r\n");
    ngx::merge(conf.field_separator, prev.field_separator, ",");
    ngx::merge(conf.content_type, prev.content_type, "text/csv");
    ngx::merge(conf.buffer_size, prev.buffer_size, ngx_pagesize);

    ngx_str_t type = conf.content_type;
    if (ngx::view(type) == "text/csv") {
        type = conf.has_header ? ngx::str("text/csv; header=presence")
                               : ngx::str("text/csv; header=absence");
    }
    conf.output = {conf.is_on == 1, type, conf.buffer_size};
    return NGX_CONF_OK;
}

ngx_http_module_t context = {
    .postconfiguration =
        ngx::install_if_used<ngx_http_rds_csv_filter_module, rds::Filter<Traits>::install>,
    .create_main_conf = ngx::create_usage,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace rds_csv

extern "C" {
ngx_module_t ngx_http_rds_csv_filter_module =
    ngx::http_module(rds_csv::context, rds_csv::directives);
}
