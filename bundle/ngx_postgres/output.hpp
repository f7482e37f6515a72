// postgres_output: a result as a response body.
#pragma once

#include "ngx/body_writer.hpp"
#include "postgres.hpp"

namespace postgres {

// Whether the result can be put out in the location's format; what is wrong is logged.
[[nodiscard]] bool check_output(ngx_http_request_t* r, const PGresult* result);

// Sets the response's type.
[[nodiscard]] bool set_content_type(ngx_http_request_t* r);

// Writes what stands before the rows, one row, and what follows them; false when memory is short.
[[nodiscard]] bool write_head(ngx_http_request_t* r, const PGresult* result, ngx::BodyWriter& out);
[[nodiscard]] bool write_row(ngx_http_request_t* r, const PGresult* result, int row,
                             ngx::BodyWriter& out);
[[nodiscard]] bool write_end(ngx_http_request_t* r, const PGresult* result, ngx::BodyWriter& out);

// Rows that a statement changed; -1 if it is none that changes rows.
[[nodiscard]] ngx_int_t affected_rows(PGresult* result);

} // namespace postgres
