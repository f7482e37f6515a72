// ngx.var of both subsystems. nginx has its variables twice, for http and for stream, with the same
// fields under different type names; what differs is named by Traits:
//
//     struct Traits {
//         using Request = ...;   // ngx_http_request_t, ngx_stream_session_t
//         using Variable = ...;  // ngx_http_variable_t ...
//         using Value = ...;     // ngx_http_variable_value_t ...
//         static constexpr ngx_uint_t changeable, indexed; // flags of a Variable
//         static ngx_pool_t* pool(Request&);
//         static const ngx_hash_t& hash(Request&);         // of all variables
//         static Value* get(Request&, ngx_str_t*, ngx_uint_t);
//     };
#pragma once

#include "lua_engine/phase.hpp"
#include "ngx/nginx.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <string_view>

namespace lua {

enum class SetResult : uint8_t { ok, unknown, not_changeable, not_assignable, no_memory };

// Writes why an assignment failed into err; returns NGX_ERROR, or NGX_OK for SetResult::ok.
int report_assignment(SetResult result, const ngx_str_t& name, u_char* err,
                      size_t* errlen) noexcept;

template <typename Traits>
class Variables {
public:
    using Request = typename Traits::Request;
    using Variable = typename Traits::Variable;
    using Value = typename Traits::Value;

    // 0 with *value, or -5: not found. lowcase: room for name_len bytes.
    static int get(Request& r, u_char* name, size_t name_len, u_char* lowcase, u_char** value,
                   size_t* value_len) noexcept {
        ngx_uint_t hash = ngx_hash_strlow(lowcase, name, name_len);
        ngx_str_t key = {name_len, lowcase};
        const Value* found = Traits::get(r, &key, hash);
        if (found == nullptr || found->not_found) {
            return NGX_DECLINED;
        }
        *value = found->data;
        *value_len = found->len;
        return NGX_OK;
    }

    // The n-th capture of the last regex that matched in this request; as get().
    static int get_capture([[maybe_unused]] const Request& r, [[maybe_unused]] int n,
                           [[maybe_unused]] u_char** value,
                           [[maybe_unused]] size_t* value_len) noexcept {
#if (NGX_PCRE)
        if (n <= 0 || r.captures == nullptr || r.ncaptures <= static_cast<ngx_uint_t>(n) * 2) {
            return NGX_DECLINED;
        }
        int from = r.captures[n * 2];
        int to = r.captures[n * 2 + 1];
        if (from < 0 || to < from) {
            return NGX_DECLINED;
        }
        *value = &r.captures_data[from];
        *value_len = static_cast<size_t>(to - from);
        return NGX_OK;
#else
        return NGX_DECLINED;
#endif
    }

    // Gives the variable a copy of *value, or "not found" when value is null. The name is
    // lower-case.
    static SetResult set(Request& r, ngx_str_t* lowcase_name,
                         const std::string_view* value) noexcept {
        ngx_uint_t hash = ngx_hash_key(lowcase_name->data, lowcase_name->len);
        auto* variable =
            static_cast<Variable*>(ngx_hash_find(const_cast<ngx_hash_t*>(&Traits::hash(r)), hash,
                                                 lowcase_name->data, lowcase_name->len));
        if (variable == nullptr) {
            return SetResult::unknown;
        }
        if ((variable->flags & Traits::changeable) == 0) {
            return SetResult::not_changeable;
        }
        ngx_str_t copy = {};
        if (value != nullptr) {
            copy = ngx::copy(Traits::pool(r), *value);
            if (copy.data == nullptr) {
                return SetResult::no_memory;
            }
        }
        if (variable->set_handler != nullptr) {
            auto* assigned = ngx::make<Value>(Traits::pool(r));
            if (assigned == nullptr) {
                return SetResult::no_memory;
            }
            assign(*assigned, value, copy);
            variable->set_handler(&r, assigned, variable->data);
            return SetResult::ok;
        }
        if ((variable->flags & Traits::indexed) != 0) {
            assign(r.variables[variable->index], value, copy);
            return SetResult::ok;
        }
        return SetResult::not_assignable;
    }

    // The FFI function behind assignments: writes the reason of a failure into err.
    static int set_by_name(Request& r, u_char* name, size_t name_len, u_char* lowcase,
                           u_char* value, size_t value_len, u_char* err, size_t* errlen) noexcept {
        ngx_hash_strlow(lowcase, name, name_len);
        ngx_str_t key = {name_len, lowcase};
        std::string_view text{reinterpret_cast<const char*>(value), value_len};
        return report_assignment(set(r, &key, value == nullptr ? nullptr : &text), key, err,
                                 errlen);
    }

private:
    static void assign(Value& slot, const std::string_view* value, const ngx_str_t& copy) {
        slot.valid = value != nullptr ? 1 : 0;
        slot.not_found = value != nullptr ? 0 : 1;
        slot.no_cacheable = 0;
        slot.escape = 0;
        slot.len = value != nullptr ? static_cast<unsigned>(copy.len) : 0;
        slot.data = value != nullptr ? copy.data : nullptr;
    }
};

} // namespace lua
