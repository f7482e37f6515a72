// The headers-more module's types.
//
// A command is one directive: which responses (or requests) it is for, and what it does to which
// headers. A location has a list of commands for responses, run by an output filter, and one for
// requests, run at the end of the rewrite phase; an inner level's list starts with the outer one's.
#pragma once

#include "ngx/http.hpp"
#include "ngx/request_headers.hpp"
#include "ngx/str.hpp"

#include <span>

extern "C" {
extern ngx_module_t ngx_http_headers_more_filter_module;
}

namespace headers_more {

// A header to set, or to clear where the value is empty.
struct Change {
    ngx::HeaderName name;
    bool is_prefix; // the name ended with "*" (which is not part of `prefix`); for clearing only
    std::string_view prefix;
    ngx_http_complex_value_t value;
};

enum class Existing {
    replace, // existing headers of that name make way
    keep,    // the new one comes besides them
    require, // nothing is set where there is none
};

struct Command {
    std::span<const ngx_str_t> types; // empty: all
    std::span<const ngx_uint_t> statuses;
    std::span<const Change> changes;
    Existing existing;
};

struct MainConf {
    bool uses_filter;
    bool uses_handler;
};

struct LocConf {
    ngx_array_t* output; // of Command
    ngx_array_t* input;
};

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(
        ngx_http_get_module_loc_conf(r, ngx_http_headers_more_filter_module));
}

inline std::span<const Command> commands(const ngx_array_t* list) {
    return list == nullptr ? std::span<const Command>{}
                           : std::span(static_cast<const Command*>(list->elts), list->nelts);
}

// Whether the change is about headers of this name when it sets `value`.
inline bool is_about(const Change& change, std::string_view name, const ngx_str_t& value) {
    if (change.is_prefix && value.len == 0) {
        return ngx::equal_nocase(name.substr(0, change.prefix.size()), change.prefix);
    }
    return ngx::equal_nocase(name, ngx::view(change.name.key));
}

// A condition on types: an empty list holds for all.
bool has_type(std::span<const ngx_str_t> types, std::string_view type);

// The change's value for this request, with a NUL behind it; false when memory is short.
bool evaluate(ngx_http_request_t* r, const Change& change, ngx_str_t& value);

// The directives' handler; post tells which one it is (parse.cpp).
char* parse_directive(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept;

// Which directive a command came from.
struct Directive {
    bool is_input;
    bool clears;
};

// Changes one header of the response.
ngx_int_t change_response(ngx_http_request_t* r, const Change& change, const ngx_str_t& value,
                          Existing existing);

// Whether nginx keeps the header outside of the plain list, or several of it make no sense.
bool is_builtin_response_header(std::string_view name);

// The output filter and the rewrite handler.
void install_filter();
ngx_int_t rewrite_handler(ngx_http_request_t* r) noexcept;

} // namespace headers_more
