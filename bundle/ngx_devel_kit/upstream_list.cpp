#include "upstream_list.hpp"

#include "ndk.h"

#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace {

// Weights beyond this are typing errors; the list has a pointer for each unit of weight.
constexpr ngx_int_t kMaxWeight = 1'000'000;

struct Entry {
    ngx_int_t weight;
    ngx_str_t upstream;
};

// Reads "[weight:]upstream"; logs what is wrong.
bool parse_entry(ngx_conf_t* cf, ngx_str_t* text, Entry& entry) {
    const std::string_view sv = ngx::view(*text);
    const size_t digits = std::min(sv.find_first_not_of("0123456789"), sv.size());

    if (digits == 0) {
        entry = {1, *text};
        return true;
    }

    if (digits == sv.size()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "upstream list just consists of number \"%V\"",
                           text);
        return false;
    }

    const ngx_int_t weight = ngx_atoi(text->data, digits);
    if (sv[digits] != ':' || weight < 0 || weight > kMaxWeight) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "upstream list not correct format \"%V\"", text);
        return false;
    }

    entry = {weight, ngx::str(sv.substr(digits + 1))};
    return true;
}

// Fills list with the upstreams in texts, each as often as its weight says.
bool fill(ngx_conf_t* cf, ndk_upstream_list_t& list, std::span<ngx_str_t> texts) {
    const std::span<Entry> entries = ngx::make_array<Entry>(cf->temp_pool, texts.size());
    const std::span<ngx_str_t> upstreams = ngx::make_array<ngx_str_t>(cf->pool, texts.size());
    if (entries.empty() || upstreams.empty()) {
        return false;
    }

    list.nelts = 0;
    for (size_t i = 0; i < texts.size(); i++) {
        if (!parse_entry(cf, &texts[i], entries[i])) {
            return false;
        }
        upstreams[i] = entries[i].upstream;
        list.nelts += static_cast<ngx_uint_t>(entries[i].weight);
    }

    const std::span<ngx_str_t*> buckets = ngx::make_array<ngx_str_t*>(cf->pool, list.nelts + 1);
    if (buckets.empty()) {
        return false;
    }

    list.elts = buckets.data();
    auto bucket = buckets.begin();
    for (size_t i = 0; i < texts.size(); i++) {
        bucket = std::fill_n(bucket, entries[i].weight, &upstreams[i]);
    }
    return true;
}

} // namespace

char* ndk_upstream_list(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    auto* mcf = static_cast<ndk_http_main_conf_t*>(conf);
    auto* value = static_cast<ngx_str_t*>(cf->args->elts);

    if (mcf->upstreams == nullptr) {
        mcf->upstreams = ngx_array_create(cf->pool, 4, sizeof(ndk_upstream_list_t));
        if (mcf->upstreams == nullptr) {
            return static_cast<char*>(NGX_CONF_ERROR);
        }
    }

    if (ndk_get_upstream_list(mcf, value[1].data, value[1].len) != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate upstream list name \"%V\"", &value[1]);
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    auto* list = static_cast<ndk_upstream_list_t*>(ngx_array_push(mcf->upstreams));
    if (list == nullptr) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    list->name = value[1];

    return fill(cf, *list, {value + 2, cf->args->nelts - 2}) ? NGX_CONF_OK
                                                             : static_cast<char*>(NGX_CONF_ERROR);
}

ndk_upstream_list_t* ndk_get_upstream_list(ndk_http_main_conf_t* mcf, u_char* name, size_t len) {
    if (mcf->upstreams == nullptr) {
        return nullptr;
    }

    auto* lists = static_cast<ndk_upstream_list_t*>(mcf->upstreams->elts);
    for (ngx_uint_t i = 0; i < mcf->upstreams->nelts; i++) {
        if (ngx::equal_nocase(ngx::view(lists[i].name), ngx::view(name, name + len))) {
            return &lists[i];
        }
    }
    return nullptr;
}
