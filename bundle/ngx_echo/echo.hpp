// The echo module's types.
//
// A location's configuration holds three lists of commands: those of the content handler, which run
// one after the other (handler.cpp), and those that the output filter puts before and after a body
// (filter.cpp). A command is a function plus arguments, compiled once and evaluated at each run.
//
// A request that runs commands or the filter has a Context, in its pool. A command that has to wait
// says so in Context::wait and returns; the event it waits for calls wake().
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <span>
#include <string_view>

extern "C" {
extern ngx_module_t ngx_http_echo_module;
}

namespace echo {

struct Context;

// A command's arguments, evaluated. Options are the literal leading "-x", here without the "-".
struct Args {
    std::span<const ngx_str_t> options;
    std::span<const ngx_str_t> values;
};

// Runs a command. NGX_OK: go on with the next one, or wait if ctx.wait says so. Everything else
// ends the content handler with that result.
using CommandHandler = ngx_int_t (*)(ngx_http_request_t* r, Context& ctx, const Args& args);

struct Command {
    CommandHandler run; // null in the filter's lists
    std::span<ngx_str_t> options;
    std::span<ngx_http_complex_value_t> values;
};

struct MainConf {
    bool uses_filter;
};

struct LocConf {
    ngx_array_t* handler; // of Command; null: none at this level
    ngx_array_t* before_body;
    ngx_array_t* after_body;
    ngx_int_t status;
};

enum class Wait {
    none,
    reading, // for the body, still inside the call that starts to read it
    body,
    sleep,
    subrequest,
};

// echo_foreach_split, as it stands at one item.
struct Loop {
    bool active;
    std::string_view item;
    std::string_view rest; // the text behind the item
    std::string_view delimiter;
    size_t body; // the index of the first command
};

struct Context {
    size_t next; // the index of the next command
    Wait wait;
    ngx_http_request_t* subrequest; // the one that Wait::subrequest is about
    ngx_event_t sleep;
    Loop loop;
    ngx_time_t timer_start; // of $echo_timer_elapsed; 0: the start of the request
    ngx_uint_t increments;  // $echo_incr; in the main request's Context
    bool before_body_sent;
    bool after_body_sent;
};

// The request's Context; made if it has none. Null when memory is short.
Context* context(ngx_http_request_t* r);

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_echo_module));
}

inline std::span<const Command> commands(const ngx_array_t* list) {
    return list == nullptr ? std::span<const Command>{}
                           : std::span(static_cast<const Command*>(list->elts), list->nelts);
}

// Evaluates a command's arguments into the request's pool; false when that fails (logged).
bool evaluate(ngx_http_request_t* r, const Command& command, Args& args);

} // namespace echo
