// ngx.var of both subsystems. nginx has its variables twice, for http and for stream, with the same
// fields under different type names, so the access is a template over those types and the few
// functions that differ:
//
//     pool_of(request), and hash_of(request): the hash of all variables
//     find: ngx_http_get_variable or ngx_stream_get_variable
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

template <typename Request, typename Variable, typename Value, auto pool_of, auto hash_of,
          auto find>
class Variables {
public:
    // 0 with *value, or -5: not found. lowcase: room for name_len bytes.
    static int get(Request& r, u_char* name, size_t name_len, u_char* lowcase, u_char** value,
                   size_t* value_len) noexcept {
        ngx_uint_t hash = ngx_hash_strlow(lowcase, name, name_len);
        ngx_str_t key = {name_len, lowcase};
        const Value* found = find(&r, &key, hash);
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
        auto* variable = static_cast<Variable*>(
            ngx_hash_find(&hash_of(r), hash, lowcase_name->data, lowcase_name->len));
        if (variable == nullptr) {
            return SetResult::unknown;
        }
        if ((variable->flags & kChangeable) == 0) {
            return SetResult::not_changeable;
        }
        ngx_str_t copy = {};
        if (value != nullptr) {
            copy = ngx::copy(pool_of(r), *value);
            if (copy.data == nullptr) {
                return SetResult::no_memory;
            }
        }
        if (variable->set_handler != nullptr) {
            auto* assigned = ngx::make<Value>(pool_of(r));
            if (assigned == nullptr) {
                return SetResult::no_memory;
            }
            assign(*assigned, value, copy);
            variable->set_handler(&r, assigned, variable->data);
            return SetResult::ok;
        }
        if ((variable->flags & kIndexed) != 0) {
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
    // NGX_HTTP_VAR_CHANGEABLE and NGX_HTTP_VAR_INDEXED, and the stream ones, which are the same.
    static constexpr ngx_uint_t kChangeable = 1;
    static constexpr ngx_uint_t kIndexed = 4;

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
