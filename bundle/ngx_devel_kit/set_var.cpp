// Directives that compute a variable, as steps of the rewrite module's script.
//
// A directive compiles to: [stack code,] one value code an argument, set-var code. The value codes
// are nginx's own, so arguments behave as those of "set" (captures included).
#include "ndk.h"

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <algorithm>
#include <array>

extern "C" {
extern ngx_module_t ngx_http_rewrite_module;
}

namespace {

// The stack that ngx_http_rewrite_module gives its scripts. Directives with more arguments bring a
// stack of their own: within "if" the configuration that fixes the size is out of our reach.
constexpr size_t kRewriteStack = 10;

struct StackCode {
    ngx_http_script_code_pt code;
    uintptr_t size;
};

struct SetVarCode {
    ngx_http_script_code_pt code;
    ndk_set_var_t filter;
    uintptr_t inputs;
    uintptr_t index;
    ngx_http_set_variable_pt set_handler; // null: the variable is stored by its index
    uintptr_t set_data;
};

char* failed() {
    return static_cast<char*>(NGX_CONF_ERROR);
}

void stop_script(ngx_http_script_engine_t* e) {
    e->ip = ndk_http_script_exit;
    e->status = NGX_HTTP_INTERNAL_SERVER_ERROR;
}

// Saves the script's stack pointer in the first slot of a new stack; run_set_var takes it back.
void run_stack(ngx_http_script_engine_t* e) noexcept {
    const auto* code = reinterpret_cast<StackCode*>(e->ip);
    e->ip += sizeof(StackCode);

    auto* stack = static_cast<ngx_http_variable_value_t*>(
        ngx_pcalloc(e->request->pool, (code->size + 1) * sizeof(ngx_http_variable_value_t)));
    if (stack == nullptr) {
        stop_script(e);
        return;
    }

    stack->data = reinterpret_cast<u_char*>(e->sp);
    e->sp = stack + 1;
}

ngx_int_t call_filter(const ndk_set_var_t& filter, ngx_http_request_t* r, ngx_str_t* val,
                      ngx_http_variable_value_t* v) {
    switch (filter.type) {
    case NDK_SET_VAR_BASIC:
        return reinterpret_cast<ndk_set_var_pt>(filter.func)(r, val);

    case NDK_SET_VAR_DATA:
        return reinterpret_cast<ndk_set_var_data_pt>(filter.func)(r, val, filter.data);

    case NDK_SET_VAR_VALUE:
    case NDK_SET_VAR_MULTI_VALUE:
        return reinterpret_cast<ndk_set_var_value_pt>(filter.func)(r, val, v);

    case NDK_SET_VAR_VALUE_DATA:
    case NDK_SET_VAR_MULTI_VALUE_DATA:
        return reinterpret_cast<ndk_set_var_value_data_pt>(filter.func)(r, val, v, filter.data);

    default: // NDK_SET_VAR_HASH
        val->data = static_cast<u_char*>(ngx_pnalloc(r->pool, filter.size));
        if (val->data == nullptr) {
            return NGX_ERROR;
        }
        val->len = filter.size;
        reinterpret_cast<ndk_set_var_hash_pt>(filter.func)(
            val->data, reinterpret_cast<char*>(v->data), v->len);
        return NGX_OK;
    }
}

void run_set_var(ngx_http_script_engine_t* e) noexcept {
    const auto* code = reinterpret_cast<SetVarCode*>(e->ip);
    e->ip += sizeof(SetVarCode);

    ngx_http_request_t* r = e->request;
    e->sp -= code->inputs;
    ngx_http_variable_value_t* v = e->sp;

    if (code->inputs > kRewriteStack) {
        e->sp = reinterpret_cast<ngx_http_variable_value_t*>(v[-1].data);
    }

    // nginx's value codes set only length and data.
    for (size_t i = 0; i < code->inputs; i++) {
        v[i].valid = 1;
        v[i].no_cacheable = 0;
        v[i].not_found = 0;
    }

    ngx_str_t val = ngx_null_string;
    const ngx_int_t rc = call_filter(code->filter, r, &val, v);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        stop_script(e);
        return;
    }

    ngx_http_variable_value_t result{};
    result.not_found = rc == NGX_DECLINED;
    result.valid = rc == NGX_OK;

    if (rc == NGX_OK) {
        result.len = static_cast<unsigned>(val.len) & 0xfffffff; // a field of 28 bits
        result.data = val.data;
    }

    if (code->set_handler != nullptr) {
        code->set_handler(r, &result, code->set_data);
    } else {
        r->variables[code->index] = result;
    }
}

template <typename Code>
Code* append(ngx_conf_t* cf, ndk_http_rewrite_loc_conf_t* lcf) {
    return static_cast<Code*>(ngx_http_script_start_code(cf->pool, &lcf->codes, sizeof(Code)));
}

// nginx finds the getters of these families by prefix, after the configuration is read.
bool is_prefixed(ngx_str_t name) {
    static constexpr std::array<std::string_view, 5> kPrefixes = {
        "arg_", "cookie_", "http_", "sent_http_", "upstream_http_",
    };
    return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
        return ngx::equal_nocase(ngx::view(name).substr(0, prefix.size()), prefix);
    });
}

// Declares the variable `name` (with its "$") and says in code how it is assigned.
bool add_variable(ngx_conf_t* cf, ngx_str_t name, SetVarCode& code) {
    if (name.len == 0 || name.data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid variable name \"%V\"", &name);
        return false;
    }

    name.len--;
    name.data++;

    ngx_http_variable_t* v = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_CHANGEABLE);
    if (v == nullptr) {
        return false;
    }

    const ngx_int_t index = ngx_http_get_variable_index(cf, &name);
    if (index == NGX_ERROR) {
        return false;
    }

    if (v->get_handler == nullptr && !is_prefixed(name)) {
        v->get_handler = ndk_http_rewrite_var;
        v->data = static_cast<uintptr_t>(index);
    }

    code.index = static_cast<uintptr_t>(index);
    code.set_handler = v->set_handler;
    code.set_data = v->data;
    return true;
}

bool takes(const ndk_set_var_t& filter, size_t inputs) {
    switch (filter.type) {
    case NDK_SET_VAR_BASIC:
    case NDK_SET_VAR_DATA:
        return inputs == 0;

    case NDK_SET_VAR_VALUE:
    case NDK_SET_VAR_VALUE_DATA:
    case NDK_SET_VAR_HASH:
        return inputs == 1;

    case NDK_SET_VAR_MULTI_VALUE:
    case NDK_SET_VAR_MULTI_VALUE_DATA:
        return inputs == filter.size;

    default:
        return false;
    }
}

char* compile(ngx_conf_t* cf, const ngx_str_t* name, ngx_str_t* value, size_t inputs,
              const ndk_set_var_t* filter) {
    if (!takes(*filter, inputs)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid filter type \"%ui\"", filter->type);
        return failed();
    }

    SetVarCode set{run_set_var, *filter, inputs, 0, nullptr, 0};
    if (!add_variable(cf, *name, set)) {
        return failed();
    }

    auto* lcf = static_cast<ndk_http_rewrite_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_rewrite_module));

    if (inputs > kRewriteStack) {
        auto* code = append<StackCode>(cf, lcf);
        if (code == nullptr) {
            return failed();
        }
        *code = {run_stack, inputs};
    }

    for (size_t i = 0; i < inputs; i++) {
        if (ndk_http_rewrite_value(cf, lcf, &value[i]) != NGX_CONF_OK) {
            return failed();
        }
    }

    auto* code = append<SetVarCode>(cf, lcf);
    if (code == nullptr) {
        return failed();
    }
    *code = set;

    return NGX_CONF_OK;
}

const char kNoFilter[] = "no filter set";

char* no_filter() {
    return const_cast<char*>(kNoFilter);
}

} // namespace

uintptr_t ndk_http_script_exit_code = 0;

char* ndk_http_rewrite_value(ngx_conf_t* cf, ndk_http_rewrite_loc_conf_t* lcf, ngx_str_t* value) {
    const ngx_uint_t n = ngx_http_script_variables_count(value);

    if (n == 0) {
        auto* code = append<ngx_http_script_value_code_t>(cf, lcf);
        if (code == nullptr) {
            return failed();
        }

        const ngx_int_t number = ngx_atoi(value->data, value->len);
        *code = {ngx_http_script_value_code,
                 number == NGX_ERROR ? 0 : static_cast<uintptr_t>(number), value->len,
                 reinterpret_cast<uintptr_t>(value->data)};
        return NGX_CONF_OK;
    }

    auto* code = append<ngx_http_script_complex_value_code_t>(cf, lcf);
    if (code == nullptr) {
        return failed();
    }

    *code = {ngx_http_script_complex_value_code, nullptr};

    ngx_http_script_compile_t sc{};
    sc.cf = cf;
    sc.source = value;
    sc.lengths = &code->lengths;
    sc.values = &lcf->codes;
    sc.variables = n;
    sc.complete_lengths = 1;

    return ngx_http_script_compile(&sc) == NGX_OK ? NGX_CONF_OK : failed();
}

ngx_int_t ndk_http_rewrite_var(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                               uintptr_t data) {
    *v = ngx_http_variable_null_value;

    const auto* lcf = static_cast<ndk_http_rewrite_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_rewrite_module));

    if (lcf->uninitialized_variable_warn != 0) {
        const auto* cmcf = static_cast<ngx_http_core_main_conf_t*>(
            ngx_http_get_module_main_conf(r, ngx_http_core_module));
        auto* variables = static_cast<ngx_http_variable_t*>(cmcf->variables.elts);
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "using uninitialized \"%V\" variable",
                      &variables[data].name);
    }

    return NGX_OK;
}

char* ndk_set_var_core(ngx_conf_t* cf, ngx_str_t* name, ndk_set_var_t* filter) {
    return filter == nullptr ? no_filter() : compile(cf, name, nullptr, 0, filter);
}

char* ndk_set_var_value_core(ngx_conf_t* cf, ngx_str_t* name, ngx_str_t* value,
                             ndk_set_var_t* filter) {
    return filter == nullptr ? no_filter() : compile(cf, name, value, 1, filter);
}

char* ndk_set_var_multi_value_core(ngx_conf_t* cf, ngx_str_t* name, ngx_str_t* value,
                                   ndk_set_var_t* filter) {
    return filter == nullptr ? no_filter() : compile(cf, name, value, filter->size, filter);
}

char* ndk_set_var(ngx_conf_t* cf, ngx_command_t* cmd, void*) {
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);
    return ndk_set_var_core(cf, &value[1], static_cast<ndk_set_var_t*>(cmd->post));
}

char* ndk_set_var_value(ngx_conf_t* cf, ngx_command_t* cmd, void*) {
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);
    return ndk_set_var_value_core(cf, &value[1], &value[cf->args->nelts == 2 ? 1 : 2],
                                  static_cast<ndk_set_var_t*>(cmd->post));
}

char* ndk_set_var_multi_value(ngx_conf_t* cf, ngx_command_t* cmd, void*) {
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);
    return ndk_set_var_multi_value_core(cf, &value[1], &value[2],
                                        static_cast<ndk_set_var_t*>(cmd->post));
}
