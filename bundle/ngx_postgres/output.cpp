#include "output.hpp"

#include "rds/writer.hpp"

namespace postgres {

namespace {

using rds::Type;

Format format_of(ngx_http_request_t* r) {
    return static_cast<Format>(loc_conf(r).format);
}

Type standard_type(Oid type) {
    switch (type) {
    case 16:
        return Type::boolean;
    case 17:
        return Type::blob;
    case 18:
        return Type::character;
    case 19:
    case 25:
    case 1043:
        return Type::varchar;
    case 20:
        return Type::bigint;
    case 21:
        return Type::smallint;
    case 23:
        return Type::integer;
    case 142:
        return Type::xml;
    case 700:
        return Type::real;
    case 701:
        return Type::double_precision;
    case 1082:
        return Type::date;
    case 1083:
        return Type::time;
    case 1114:
        return Type::timestamp;
    case 1184:
        return Type::timestamp_with_time_zone;
    case 1186:
        return Type::interval;
    case 1266:
        return Type::time_with_time_zone;
    case 1560:
        return Type::bit;
    case 1562:
        return Type::bit_varying;
    case 1700:
        return Type::decimal;
    default:
        return Type::unknown;
    }
}

bool has_rows(const PGresult* result) {
    return PQresultStatus(result) == PGRES_TUPLES_OK;
}

std::string_view value(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<size_t>(PQgetlength(result, row, column))};
}

bool write_rds_head(const PGresult* result, ngx::BodyWriter& out) {
    auto* changing = const_cast<PGresult*>(result);
    const int columns = has_rows(result) ? PQnfields(result) : 0;
    const ngx_int_t affected = affected_rows(changing);

    rds::Writer rds(out);
    const rds::Header header{
        .std_errcode = 0,
        .drv_errcode = static_cast<uint16_t>(PQresultStatus(result)),
        .affected_rows = static_cast<uint64_t>(affected < 0 ? 0 : affected),
        .insert_id = PQoidValue(result),
        .columns = static_cast<uint16_t>(columns),
    };
    if (!rds.header(header, "")) {
        return false;
    }
    for (int i = 0; i < columns; i++) {
        const Oid type = PQftype(result, i);
        if (!rds.column(standard_type(type), static_cast<uint16_t>(type), PQfname(result, i))) {
            return false;
        }
    }
    return true;
}

bool write_rds_row(const PGresult* result, int row, ngx::BodyWriter& out) {
    rds::Writer rds(out);
    bool ok = rds.row();
    for (int i = 0; ok && i < PQnfields(result); i++) {
        ok = PQgetisnull(result, row, i) != 0 ? rds.null() : rds.field(value(result, row, i));
    }
    return ok;
}

bool write_text_row(const PGresult* result, int row, ngx::BodyWriter& out) {
    for (int i = 0; i < PQnfields(result); i++) {
        const bool is_first = row == 0 && i == 0;
        const bool is_null = PQgetisnull(result, row, i) != 0;
        if ((!is_first && !out.write("\n")) ||
            !out.write(is_null ? "(null)" : value(result, row, i))) {
            return false;
        }
    }
    return true;
}

} // namespace

ngx_int_t affected_rows(PGresult* result) {
    const std::string_view tag = PQcmdStatus(result);
    const std::string_view tuples = PQcmdTuples(result);
    if (tag.starts_with("SELECT") || tuples.empty()) {
        return -1;
    }
    return ngx_atoi(ngx::bytes(tuples.data()), tuples.size());
}

bool check_output(ngx_http_request_t* r, const PGresult* result) {
    if (format_of(r) != Format::value && format_of(r) != Format::binary_value) {
        return true;
    }
    ngx_str_t& location = location_name(r);
    const int values = PQntuples(result) * PQnfields(result);

    if (PQntuples(result) != 1 || PQnfields(result) != 1) {
        ngx_log_error(
            NGX_LOG_ERR, r->connection->log, 0,
            "postgres: \"postgres_output value\" received %d value(s) instead of expected "
            "single value in location \"%V\"",
            values, &location);
        return false;
    }
    const bool is_null = PQgetisnull(result, 0, 0) != 0;
    if (is_null || PQgetlength(result, 0, 0) == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "postgres: \"postgres_output value\" received %s value in location \"%V\"",
                      is_null ? "NULL" : "empty", &location);
        return false;
    }
    return true;
}

bool set_content_type(ngx_http_request_t* r) {
    if (format_of(r) == Format::none || r->headers_out.status == NGX_HTTP_NO_CONTENT) {
        return true;
    }
    const auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));
    const ngx_str_t type =
        format_of(r) == Format::rds ? ngx::str(rds::kContentType) : clcf->default_type;
    r->headers_out.content_type = type;
    r->headers_out.content_type_len = type.len;
    r->headers_out.content_type_lowcase = nullptr;
    return true;
}

bool write_head(ngx_http_request_t* r, const PGresult* result, ngx::BodyWriter& out) {
    return format_of(r) != Format::rds || write_rds_head(result, out);
}

bool write_row(ngx_http_request_t* r, const PGresult* result, int row, ngx::BodyWriter& out) {
    switch (format_of(r)) {
    case Format::rds:
        return write_rds_row(result, row, out);
    case Format::text:
        return write_text_row(result, row, out);
    case Format::none:
        return true;
    default:
        return out.write(value(result, 0, 0));
    }
}

bool write_end(ngx_http_request_t* r, const PGresult* result, ngx::BodyWriter& out) {
    const bool has_terminator =
        format_of(r) == Format::rds && has_rows(result) && PQnfields(result) > 0;
    return !has_terminator || rds::Writer(out).end();
}

} // namespace postgres
