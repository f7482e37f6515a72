// postgres_set, and the module's other variables.
#include "ngx/conf.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "ngx/variables.hpp"
#include "postgres.hpp"

namespace postgres {

namespace {

using Value = ngx_http_variable_value_t;

// The value that a location's postgres_set gave the variable; data is the variable's index.
ngx_int_t get_assigned(ngx_http_request_t* r, Value* v, uintptr_t data) noexcept {
    const Context* ctx = find_context(r);
    if (ctx != nullptr) {
        const std::span<Assignment> assignments = list<Assignment>(loc_conf(r).assignments);
        for (size_t i = 0; i < ctx->values.size() && i < assignments.size(); i++) {
            if (assignments[i].index == static_cast<ngx_int_t>(data) &&
                ctx->values[i].data != nullptr) {
                return ngx::set_value(v, ngx::view(ctx->values[i]));
            }
        }
    }
    return ngx::set_not_found(v);
}

// The number of the assignment's column; -1 if the result has none.
int find_column(const Assignment& assignment, const PGresult* result) {
    const ngx_int_t number = ngx_atoi(assignment.column.data, assignment.column.len);
    if (number != NGX_ERROR) {
        return number < PQnfields(result) ? static_cast<int>(number) : -2;
    }
    return PQfnumber(result, reinterpret_cast<char*>(assignment.column.data));
}

// What keeps a variable from having a value; null if it has one.
const char* find_fault(const Assignment& assignment, const PGresult* result, int column,
                       std::string_view& value) {
    if (column == -1) {
        return "requires a column that wasn't found"; // log_fault names it
    }
    if (column < 0 || assignment.row >= PQntuples(result)) {
        return "requires value out of range of the received result-set";
    }
    const int row = static_cast<int>(assignment.row);
    if (PQgetisnull(result, row, column) != 0) {
        return "requires non-NULL value";
    }
    value = {PQgetvalue(result, row, column),
             static_cast<size_t>(PQgetlength(result, row, column))};
    return value.empty() ? "requires non-zero length value" : nullptr;
}

void log_fault(ngx_http_request_t* r, const Assignment& assignment, const PGresult* result,
               int column, const char* fault) {
    ngx_log_t* log = r->connection->log;
    ngx_str_t& location = location_name(r);
    if (column == -1) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "postgres: \"postgres_set\" for variable \"$%V\" requires value from column "
                      "\"%V\" that wasn't found in the received result-set in location \"%V\"",
                      &assignment.name, &assignment.column, &location);
    } else if (column < 0 || assignment.row >= PQntuples(result)) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "postgres: \"postgres_set\" for variable \"$%V\" %s (rows:%d cols:%d) in "
                      "location \"%V\"",
                      &assignment.name, fault, PQntuples(result), PQnfields(result), &location);
    } else {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "postgres: \"postgres_set\" for variable \"$%V\" %s in location \"%V\"",
                      &assignment.name, fault, &location);
    }
}

ngx_int_t set_number(ngx_http_request_t* r, Value* v, ngx_int_t number) {
    auto* digits = static_cast<u_char*>(ngx_pnalloc(r->pool, NGX_INT_T_LEN));
    if (digits == nullptr) {
        return NGX_ERROR;
    }
    return ngx::set_value(v, ngx::view(digits, ngx_sprintf(digits, "%i", number)));
}

template <ngx_int_t Context::*Number>
ngx_int_t get_number(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const Context* ctx = find_context(r);
    return ctx == nullptr || !ctx->has_result || ctx->*Number < 0 ? ngx::set_not_found(v)
                                                                  : set_number(r, v, ctx->*Number);
}

ngx_int_t get_query(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const Context* ctx = find_context(r);
    return ctx == nullptr || ctx->query.len == 0 ? ngx::set_not_found(v)
                                                 : ngx::set_value(v, ngx::view(ctx->query));
}

constexpr ngx_uint_t kFlags = NGX_HTTP_VAR_NOCACHEABLE | NGX_HTTP_VAR_NOHASH;

constexpr ngx::Variable kVariables[] = {
    {"postgres_columns", get_number<&Context::columns>, kFlags},
    {"postgres_rows", get_number<&Context::rows>, kFlags},
    {"postgres_affected", get_number<&Context::affected>, kFlags},
    {"postgres_query", get_query, kFlags},
};

char* complain(ngx_conf_t* cf, const char* format, const ngx_str_t* value = nullptr) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, format, value);
    return ngx::conf_failed();
}

// Declares the assignment's variable; false for an error, which has been logged.
bool add_variable(ngx_conf_t* cf, Assignment& assignment) {
    ngx_http_variable_t* v = ngx_http_add_variable(cf, &assignment.name, NGX_HTTP_VAR_CHANGEABLE);
    if (v == nullptr) {
        return false;
    }
    assignment.index = ngx_http_get_variable_index(cf, &assignment.name);
    if (assignment.index == NGX_ERROR) {
        return false;
    }
    if (v->get_handler == nullptr) {
        v->get_handler = get_assigned;
        v->data = static_cast<uintptr_t>(assignment.index);
    }
    return true;
}

} // namespace

bool assign_values(ngx_http_request_t* r, Context& ctx, const PGresult* result) {
    const std::span<Assignment> assignments = list<Assignment>(loc_conf(r).assignments);
    if (assignments.empty()) {
        return true;
    }
    ctx.values = ngx::make_array<ngx_str_t>(r->pool, assignments.size());
    if (ctx.values.empty()) {
        return false;
    }
    std::ranges::fill(ctx.values, ngx_str_t{0, nullptr});

    for (size_t i = 0; i < assignments.size(); i++) {
        const int column = find_column(assignments[i], result);
        std::string_view value;
        const char* fault = find_fault(assignments[i], result, column, value);
        if (fault != nullptr) {
            if (assignments[i].is_required) {
                log_fault(r, assignments[i], result, column, fault);
                return false;
            }
            continue;
        }
        ctx.values[i] = ngx::copy(r->pool, value);
        if (ctx.values[i].data == nullptr) {
            return false;
        }
        if (r == r->main) {
            // An error page elsewhere has no Context of ours.
            ngx::set_value(&r->variables[assignments[i].index], ngx::view(ctx.values[i]));
        }
    }
    return true;
}

// postgres_set $variable row column [optional|required]
char* add_assignment(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const std::span<ngx_str_t> args = ngx::arguments(cf);

    if (args[1].len == 0) {
        return complain(cf, "postgres: empty variable name in \"postgres_set\" directive");
    }
    if (args[1].len < 2 || args[1].data[0] != '$') {
        return complain(cf, "postgres: invalid variable name \"%V\" in \"postgres_set\" directive",
                        &args[1]);
    }
    if (args[3].len == 0) {
        return complain(cf, "postgres: empty column in \"postgres_set\" directive");
    }

    Assignment assignment{.name = ngx::str(ngx::view(args[1]).substr(1)), .column = args[3]};
    for (const Assignment& other :
         list<Assignment>(conf.assignments == NGX_CONF_UNSET_PTR ? nullptr : conf.assignments)) {
        if (ngx::equal_nocase(ngx::view(other.name), ngx::view(assignment.name))) {
            return complain(cf,
                            "postgres: variable \"$%V\" is duplicate in \"postgres_set\" directive",
                            &assignment.name);
        }
    }

    assignment.row = ngx_atoi(args[2].data, args[2].len);
    if (assignment.row == NGX_ERROR) {
        return complain(cf, "postgres: invalid row number \"%V\" in \"postgres_set\" directive",
                        &args[2]);
    }
    if (args.size() == 5) {
        const std::string_view option = ngx::view(args[4]);
        if (option != "optional" && option != "required") {
            return complain(
                cf, "postgres: invalid requirement option \"%V\" in \"postgres_set\" directive",
                &args[4]);
        }
        assignment.is_required = option == "required";
    }

    if (conf.assignments == NGX_CONF_UNSET_PTR) {
        conf.assignments = ngx_array_create(cf->pool, 4, sizeof(Assignment));
    }
    auto* slot = conf.assignments == nullptr
                     ? nullptr
                     : static_cast<Assignment*>(ngx_array_push(conf.assignments));
    if (slot == nullptr || !add_variable(cf, assignment)) {
        return ngx::conf_failed();
    }
    *slot = assignment;
    return NGX_CONF_OK;
}

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    return ngx::add_variables(cf, kVariables);
}

} // namespace postgres
