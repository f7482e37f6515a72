// Typed directive tables. A row names the member that the directive sets; the member's type is
// checked at compile time against the kind of directive:
//
//     ngx_command_t commands[] = {
//         ngx::flag<&LocConf::code_cache>("lua_code_cache", kAnyLocation, ngx::loc_conf),
//         ngx::custom<set_shared_dict>("lua_shared_dict", NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2,
//                                      ngx::main_conf),
//         ngx::end_of_commands,
//     };
//
// A row's setter gets nginx's own slot function with the address of the member and offset 0, so
// nginx's messages ("is duplicate", "invalid value") stay. Members start "unset" (ngx::unset<T>)
// and are merged by ngx::merge(child, parent, default).
//
// A configuration struct may have bases that other folders define together with rows for them; such
// rows name the whole struct as well: ngx::flag<&Base::member, Conf>(...).
#pragma once

#include "ngx/nginx.hpp"
#include "ngx/str.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace ngx {

template <typename T>
inline const T unset = T(-1);

namespace detail {

template <auto Member>
struct MemberOf;
template <typename O, typename T, T O::*Member>
struct MemberOf<Member> {
    using Owner = O;
    using Type = T;
};

using Setter = char* (*)(ngx_conf_t*, ngx_command_t*, void*);

template <auto Member>
using OwnerOf = typename MemberOf<Member>::Owner;

template <typename Conf, auto Member, Setter Slot>
char* set_member(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return Slot(cf, cmd, &(static_cast<Conf*>(conf)->*Member));
}

template <typename Conf, auto Member, typename Wanted, Setter Slot>
ngx_command_t row(const char* name, ngx_uint_t where, ngx_uint_t level, void* post) {
    static_assert(std::is_same_v<typename MemberOf<Member>::Type, Wanted>,
                  "the member's type does not fit this kind of directive");
    return {str(name), where, &set_member<Conf, Member, Slot>, level, 0, post};
}

} // namespace detail

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t flag(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, ngx_flag_t, ngx_conf_set_flag_slot>(
        name, where | NGX_CONF_FLAG, level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t number(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, ngx_int_t, ngx_conf_set_num_slot>(name, where | NGX_CONF_TAKE1,
                                                                       level, post);
}

// A number that nginx's own struct holds unsigned.
template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t count(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, ngx_uint_t, ngx_conf_set_num_slot>(
        name, where | NGX_CONF_TAKE1, level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t size(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, size_t, ngx_conf_set_size_slot>(name, where | NGX_CONF_TAKE1,
                                                                     level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t msec(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, ngx_msec_t, ngx_conf_set_msec_slot>(
        name, where | NGX_CONF_TAKE1, level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t sec(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, time_t, ngx_conf_set_sec_slot>(name, where | NGX_CONF_TAKE1,
                                                                    level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t string(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return detail::row<Conf, Member, ngx_str_t, ngx_conf_set_str_slot>(name, where | NGX_CONF_TAKE1,
                                                                       level, post);
}

// One of a list of words: table is an ngx_conf_enum_t array.
template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t choice(const char* name, ngx_uint_t where, ngx_uint_t level, ngx_conf_enum_t* table) {
    return detail::row<Conf, Member, ngx_uint_t, ngx_conf_set_enum_slot>(
        name, where | NGX_CONF_TAKE1, level, table);
}

// Any of a list of words, or-ed: table is an ngx_conf_bitmask_t array.
template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t bitmask(const char* name, ngx_uint_t where, ngx_uint_t level,
                      ngx_conf_bitmask_t* table) {
    return detail::row<Conf, Member, ngx_uint_t, ngx_conf_set_bitmask_slot>(
        name, where | NGX_CONF_1MORE, level, table);
}

// A repeatable directive: an array of ngx_str_t, or of ngx_keyval_t.
template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t string_array(const char* name, ngx_uint_t where, ngx_uint_t level,
                           void* post = nullptr) {
    return detail::row<Conf, Member, ngx_array_t*, ngx_conf_set_str_array_slot>(
        name, where | NGX_CONF_TAKE1, level, post);
}

template <auto Member, typename Conf = detail::OwnerOf<Member>>
ngx_command_t keyval_array(const char* name, ngx_uint_t where, ngx_uint_t level,
                           void* post = nullptr) {
    return detail::row<Conf, Member, ngx_array_t*, ngx_conf_set_keyval_slot>(
        name, where | NGX_CONF_TAKE2, level, post);
}

// A directive with a setter of its own; `where` carries the number of arguments.
template <detail::Setter Set>
ngx_command_t custom(const char* name, ngx_uint_t where, ngx_uint_t level, void* post = nullptr) {
    return {str(name), where, Set, level, 0, post};
}

inline const ngx_command_t end_of_commands = {{0, nullptr}, 0, nullptr, 0, 0, nullptr};

// Several arrays of rows in one.
template <size_t... n>
auto joined(const std::array<ngx_command_t, n>&... parts) {
    std::array<ngx_command_t, (n + ... + 0)> all;
    ngx_command_t* out = all.data();
    ((out = std::copy(parts.begin(), parts.end(), out)), ...);
    return all;
}

// The same as a module's table, which is closed.
template <size_t... n>
auto table(const std::array<ngx_command_t, n>&... parts) {
    return joined(parts..., std::array{end_of_commands});
}

// child if set, else parent if set, else fallback.
template <typename T>
requires std::is_integral_v<T>
void merge(T& child, const T& parent, std::type_identity_t<T> fallback) {
    if (child == unset<T>) {
        child = parent == unset<T> ? fallback : parent;
    }
}

inline void merge(ngx_str_t& child, const ngx_str_t& parent, std::string_view fallback) {
    if (child.data == nullptr) {
        child = parent.data == nullptr ? str(fallback) : parent;
    }
}

inline void merge(ngx_array_t*& child, ngx_array_t* parent) {
    if (child == NGX_CONF_UNSET_PTR) {
        child = parent == NGX_CONF_UNSET_PTR ? nullptr : parent;
    }
}

// Pointers to objects of a conf: null is unset.
template <typename T>
void merge(T*& child, T* parent, std::type_identity_t<T*> fallback = nullptr) {
    if (child == nullptr) {
        child = parent == nullptr ? fallback : parent;
    }
}

} // namespace ngx
