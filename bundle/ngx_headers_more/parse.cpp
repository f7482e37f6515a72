// Directives to commands: options, names, values.
#include "headers_more.hpp"

#include "ngx/conf.hpp"
#include "ngx/pool.hpp"

#include <algorithm>
#include <vector>

namespace headers_more {

namespace {

// What a directive's arguments say; collected here, then copied to the configuration's pool.
struct Parsed {
    std::vector<ngx_str_t> types;
    std::vector<ngx_uint_t> statuses;
    std::vector<Change> changes;
    Existing existing = Existing::replace;
};

class Parser {
public:
    Parser(ngx_conf_t* cf, ngx_command_t* cmd)
        : cf_(cf), cmd_(cmd), directive_(*static_cast<Directive*>(cmd->post)) {}

    bool parse(Parsed& parsed);

private:
    bool parse_option(std::span<ngx_str_t>& args, Parsed& parsed);
    bool parse_statuses(ngx_str_t list, Parsed& parsed);
    bool parse_header(ngx_str_t text, Parsed& parsed);

    template <typename... T>
    bool fail(const char* format, T... args) {
        u_char text[NGX_MAX_CONF_ERRSTR];
        const u_char* end = ngx_snprintf(text, sizeof(text), format, args...);
        ngx_log_error(NGX_LOG_ERR, cf_->log, 0, "%V: %*s", &cmd_->name,
                      static_cast<size_t>(end - text), text);
        return false;
    }

    ngx_conf_t* cf_;
    ngx_command_t* cmd_;
    const Directive& directive_;
};

// Calls visit for each piece of s between the separators.
template <typename Visit>
void split(std::string_view s, std::string_view separators, Visit visit) {
    while (!s.empty()) {
        const size_t end = std::min(s.find_first_of(separators), s.size());
        if (end > 0) {
            visit(s.substr(0, end));
        }
        s.remove_prefix(std::min(end + 1, s.size()));
    }
}

bool Parser::parse(Parsed& parsed) {
    std::span args(static_cast<ngx_str_t*>(cf_->args->elts) + 1, cf_->args->nelts - 1);

    while (!args.empty()) {
        const ngx_str_t arg = args[0];
        args = args.subspan(1);

        if (arg.len == 0) {
            continue;
        }
        if (arg.data[0] == '-') {
            args = {args.data() - 1, args.size() + 1};
            if (!parse_option(args, parsed)) {
                return false;
            }
        } else if (!parse_header(arg, parsed)) {
            return false;
        }
    }

    for (Change& change : parsed.changes) {
        if (parsed.existing == Existing::keep &&
            is_builtin_response_header(ngx::view(change.name.key))) {
            return fail("can not append builtin headers \"%V\"", &change.name.key);
        }
    }
    return true;
}

// Takes the option and its argument off `args`.
bool Parser::parse_option(std::span<ngx_str_t>& args, Parsed& parsed) {
    ngx_str_t option = args[0];
    const std::string_view name = ngx::view(option);
    args = args.subspan(1);

    if (name == "-a" && !directive_.is_input && !directive_.clears) {
        parsed.existing = Existing::keep;
        return true;
    }
    if (name == "-r" && directive_.is_input) {
        parsed.existing = Existing::require;
        return true;
    }

    if (name != "-t" && (name != "-s" || directive_.is_input)) {
        return fail("invalid option name: \"%V\"", &option);
    }
    if (args.empty()) {
        return fail("option %V takes an argument.", &option);
    }

    const ngx_str_t list = args[0];
    args = args.subspan(1);
    if (name == "-s") {
        return parse_statuses(list, parsed);
    }
    split(ngx::view(list), " \t;",
          [&](std::string_view type) { parsed.types.push_back(ngx::str(type)); });
    return true;
}

bool Parser::parse_statuses(ngx_str_t list, Parsed& parsed) {
    const std::string_view text = ngx::view(list);
    const size_t bad = text.find_first_not_of("0123456789 \t");
    if (bad != text.npos) {
        return fail("invalid digit \"%c\" found in the status code list \"%V\"", text[bad], &list);
    }

    split(text, " \t", [&](std::string_view code) {
        const ngx_int_t status = ngx_atoi(ngx::bytes(code.data()), code.size());
        parsed.statuses.push_back(static_cast<ngx_uint_t>(status));
    });
    return true;
}

// "Name: value", "Name:" or "Name".
bool Parser::parse_header(ngx_str_t text, Parsed& parsed) {
    const std::string_view sv = ngx::view(text);
    const size_t key_end = std::min(sv.find_first_of(": \t"), sv.size());
    if (key_end == 0) {
        return fail("no key found in the header argument: %V", &text);
    }

    Change change{};
    change.name = ngx::header_name(cf_->pool, {key_end, text.data});
    if (change.name.lowcase == nullptr) {
        return false;
    }

    if (text.data[key_end - 1] == '*') {
        if (key_end == 1) {
            return fail("wildcard key too short: %V", &text);
        }
        change.is_prefix = true;
        change.prefix = sv.substr(0, key_end - 1);
    }

    const size_t value_start = sv.find_first_not_of(": \t", key_end);
    ngx_str_t value = ngx_null_string;
    if (!directive_.clears && value_start != sv.npos) {
        value = ngx::str(sv.substr(value_start)); // with the argument's NUL behind it
    }

    ngx_http_compile_complex_value_t ccv{};
    ccv.cf = cf_;
    ccv.value = &value;
    ccv.complex_value = &change.value;
    ccv.zero = 1;
    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return false;
    }

    parsed.changes.push_back(change);
    return true;
}

// A copy of v in the pool; false when memory is short.
template <typename T>
bool keep(ngx_pool_t* pool, const std::vector<T>& v, std::span<const T>& out) {
    auto* p = static_cast<T*>(ngx_palloc(pool, (v.size() + 1) * sizeof(T)));
    if (p == nullptr) {
        return false;
    }
    std::ranges::copy(v, p);
    out = {p, v.size()};
    return true;
}

} // namespace

bool has_type(std::span<const ngx_str_t> types, std::string_view type) {
    return types.empty() || std::ranges::any_of(types, [&](const ngx_str_t& wanted) {
               return ngx::view(wanted) == type;
           });
}

bool evaluate(ngx_http_request_t* r, const Change& change, ngx_str_t& value) {
    auto* compiled = const_cast<ngx_http_complex_value_t*>(&change.value);
    if (ngx_http_complex_value(r, compiled, &value) != NGX_OK) {
        return false;
    }
    if (compiled->lengths != nullptr) {
        value.len--; // the NUL that was asked for counts, where there are variables
    }
    return true;
}

char* parse_directive(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    auto* failed = static_cast<char*>(NGX_CONF_ERROR);
    auto& loc = *static_cast<LocConf*>(conf);
    auto& main = *static_cast<MainConf*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_headers_more_filter_module));
    const auto& directive = *static_cast<Directive*>(cmd->post);

    Parsed parsed;
    if (!Parser(cf, cmd).parse(parsed)) {
        return failed;
    }

    ngx_array_t*& list = directive.is_input ? loc.input : loc.output;
    if (list == NGX_CONF_UNSET_PTR) {
        list = ngx_array_create(cf->pool, 2, sizeof(Command));
    }
    auto* command = list == nullptr ? nullptr : static_cast<Command*>(ngx_array_push(list));
    if (command == nullptr || !keep(cf->pool, parsed.types, command->types) ||
        !keep(cf->pool, parsed.statuses, command->statuses) ||
        !keep(cf->pool, parsed.changes, command->changes)) {
        return failed;
    }
    command->existing = parsed.existing;

    (directive.is_input ? main.uses_handler : main.uses_filter) = true;
    return NGX_CONF_OK;
}

} // namespace headers_more
