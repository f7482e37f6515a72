// The module: configuration, directives, hooks.
#include "srcache.hpp"

#include "ngx/conf.hpp"
#include "ngx/methods.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"

namespace srcache {

namespace {

constexpr ngx_uint_t kLevel = NGX_HTTP_LOC_CONF_OFFSET;
constexpr ngx_uint_t kAny = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;
constexpr ngx_uint_t kAnyOrIf = kAny | NGX_HTTP_LIF_CONF;

// 0 if there is no such method.
ngx_uint_t method_bit(std::string_view name) {
    if (name == "TRACE") {
        return NGX_HTTP_TRACE;
    }
    const ngx::Method* method = ngx::find_method(name);
    return method == nullptr || method->name() != name || method->bit == NGX_HTTP_PATCH
               ? 0
               : method->bit;
}

template <Target* LocConf::*Member>
char* set_target(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept {
    Target*& target = static_cast<LocConf*>(data)->*Member;
    if (target != nullptr) {
        return ngx::conf_message("is duplicate");
    }

    const std::span<ngx_str_t> args = ngx::arguments(cf);
    const ngx_uint_t method = method_bit(ngx::view(args[1]));
    if (method == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V specifies bad HTTP method %V", &cmd->name,
                           &args[1]);
        return ngx::conf_failed();
    }

    target = ngx::make<Target>(cf->pool, method, args[1]);
    if (target == nullptr || !ngx::compile(cf, args[2], target->uri)) {
        return ngx::conf_failed();
    }
    if (args.size() > 3) {
        target->args = ngx::compile(cf, args[3]);
        if (target->args == nullptr) {
            return ngx::conf_failed();
        }
    }

    static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_srcache_filter_module))
        ->is_used = true;
    return NGX_CONF_OK;
}

template <ngx_http_complex_value_t* LocConf::*Member>
char* set_flag(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    ngx_http_complex_value_t*& flag = static_cast<LocConf*>(data)->*Member;
    if (flag != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    flag = ngx::compile(cf, ngx::arguments(cf)[1]);
    return flag == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

char* set_statuses(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    ngx_array_t*& statuses = static_cast<LocConf*>(data)->statuses;
    if (statuses != nullptr) {
        return ngx::conf_message("is duplicate");
    }

    const std::span<ngx_str_t> args = ngx::arguments(cf).subspan(1);
    statuses = ngx_array_create(cf->pool, args.size(), sizeof(ngx_uint_t));
    if (statuses == nullptr) {
        return ngx::conf_failed();
    }
    for (ngx_str_t& arg : args) {
        const ngx_int_t status = ngx_atoi(arg.data, arg.len);
        if (status <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "status code \"%V\" is %s", &arg,
                               status == 0 ? "not a positive number" : "an invalid number");
            return ngx::conf_failed();
        }
        *static_cast<ngx_uint_t*>(ngx_array_push(statuses)) = static_cast<ngx_uint_t>(status);
    }
    return NGX_CONF_OK;
}

template <ngx_array_t* ngx_http_upstream_conf_t::*List>
char* add_header(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept {
    return ngx_conf_set_str_array_slot(cf, cmd, &(static_cast<LocConf*>(data)->headers.*List));
}

ngx_conf_bitmask_t methods[] = {
    {ngx_string("GET"), NGX_HTTP_GET},       {ngx_string("HEAD"), NGX_HTTP_HEAD},
    {ngx_string("POST"), NGX_HTTP_POST},     {ngx_string("PUT"), NGX_HTTP_PUT},
    {ngx_string("DELETE"), NGX_HTTP_DELETE}, {ngx_null_string, 0},
};

using Upstream = ngx_http_upstream_conf_t;

ngx_command_t directives[] = {
    ngx::custom<set_target<&LocConf::fetch>>("srcache_fetch", kAnyOrIf | NGX_CONF_TAKE23, kLevel),
    ngx::custom<set_target<&LocConf::store>>("srcache_store", kAnyOrIf | NGX_CONF_TAKE23, kLevel),
    ngx::custom<set_flag<&LocConf::fetch_skip>>("srcache_fetch_skip", kAnyOrIf | NGX_CONF_TAKE1,
                                                kLevel),
    ngx::custom<set_flag<&LocConf::store_skip>>("srcache_store_skip", kAnyOrIf | NGX_CONF_TAKE1,
                                                kLevel),
    ngx::custom<set_statuses>("srcache_store_statuses", kAnyOrIf | NGX_CONF_1MORE, kLevel),
    ngx::custom<add_header<&Upstream::hide_headers>>("srcache_store_hide_header",
                                                     kAny | NGX_CONF_TAKE1, kLevel),
    ngx::custom<add_header<&Upstream::pass_headers>>("srcache_store_pass_header",
                                                     kAny | NGX_CONF_TAKE1, kLevel),
    ngx::bitmask<&LocConf::methods>("srcache_methods", kAny, kLevel, methods),
    ngx::size<&LocConf::max_size>("srcache_store_max_size", kAnyOrIf, kLevel),
    ngx::size<&LocConf::header_buffer_size>("srcache_header_buffer_size", kAnyOrIf, kLevel),
    ngx::size<&LocConf::buffer>("srcache_buffer", kAnyOrIf, kLevel),
    ngx::sec<&LocConf::default_expire>("srcache_default_expire", kAnyOrIf, kLevel),
    ngx::sec<&LocConf::max_expire>("srcache_max_expire", kAnyOrIf, kLevel),
    ngx::flag<&LocConf::store_ranges>("srcache_store_ranges", kAny, kLevel),
    ngx::flag<&LocConf::ignore_content_encoding>("srcache_ignore_content_encoding", kAny, kLevel),
    ngx::flag<&LocConf::request_cache_control>("srcache_request_cache_control", kAny, kLevel),
    ngx::flag<&LocConf::response_cache_control>("srcache_response_cache_control", kAny, kLevel),
    ngx::flag<&LocConf::store_private>("srcache_store_private", kAny, kLevel),
    ngx::flag<&LocConf::store_no_store>("srcache_store_no_store", kAny, kLevel),
    ngx::flag<&LocConf::store_no_cache>("srcache_store_no_cache", kAny, kLevel),
    ngx::end_of_commands,
};

ngx_str_t hidden_headers[] = {
    ngx_string("Connection"),
    ngx_string("Keep-Alive"),
    ngx_string("Proxy-Authenticate"),
    ngx_string("Proxy-Authorization"),
    ngx_string("TE"),
    ngx_string("Trailers"),
    ngx_string("Transfer-Encoding"),
    ngx_string("Upgrade"),
    ngx_string("Set-Cookie"),
    ngx_null_string,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf == nullptr) {
        return nullptr;
    }

    conf->max_size = conf->header_buffer_size = conf->buffer = ngx::unset<size_t>;
    conf->default_expire = conf->max_expire = ngx::unset<time_t>;
    for (ngx_flag_t LocConf::*const flag :
         {&LocConf::store_ranges, &LocConf::ignore_content_encoding,
          &LocConf::request_cache_control, &LocConf::response_cache_control,
          &LocConf::store_private, &LocConf::store_no_store, &LocConf::store_no_cache}) {
        conf->*flag = ngx::unset<ngx_flag_t>;
    }
    conf->headers.hide_headers = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    conf->headers.pass_headers = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    return conf;
}

// As the proxy module merges them: an inner list replaces an outer one, and the default ones stay.
char* merge_headers(ngx_conf_t* cf, LocConf& conf, LocConf& prev) {
    ngx_hash_init_t hash{};
    hash.max_size = 512;
    hash.bucket_size = ngx_align(64, ngx_cacheline_size);
    hash.name = const_cast<char*>("srcache_store_hide_headers_hash");
    return ngx_http_upstream_hide_headers_hash(cf, &conf.headers, &prev.headers, hidden_headers,
                                               &hash) == NGX_OK
               ? NGX_CONF_OK
               : ngx::conf_failed();
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.fetch, prev.fetch);
    ngx::merge(conf.store, prev.store);
    ngx::merge(conf.fetch_skip, prev.fetch_skip);
    ngx::merge(conf.store_skip, prev.store_skip);
    ngx::merge(conf.max_size, prev.max_size, 0);
    ngx::merge(conf.header_buffer_size, prev.header_buffer_size, ngx_pagesize);
    ngx::merge(conf.buffer, prev.buffer, ngx_pagesize);
    ngx::merge(conf.default_expire, prev.default_expire, 60);
    ngx::merge(conf.max_expire, prev.max_expire, 0);
    ngx::merge(conf.store_ranges, prev.store_ranges, 0);
    ngx::merge(conf.ignore_content_encoding, prev.ignore_content_encoding, 0);
    ngx::merge(conf.request_cache_control, prev.request_cache_control, 0);
    ngx::merge(conf.response_cache_control, prev.response_cache_control, 1);
    ngx::merge(conf.store_private, prev.store_private, 0);
    ngx::merge(conf.store_no_store, prev.store_no_store, 0);
    ngx::merge(conf.store_no_cache, prev.store_no_cache, 0);

    if (conf.statuses == nullptr) {
        conf.statuses = prev.statuses;
    }
    if (conf.methods == 0) {
        conf.methods = prev.methods;
    }
    conf.methods |= NGX_HTTP_GET | NGX_HTTP_HEAD;

    return merge_headers(cf, conf, prev);
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    const auto* conf = static_cast<MainConf*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_srcache_filter_module));
    if (!conf->is_used) {
        return NGX_OK;
    }
    install_filters();
    return ngx::add_phase_handler(cf, NGX_HTTP_PRECONTENT_PHASE, handler);
}

ngx_http_module_t module_context = {
    add_variables,   postconfiguration, create_main_conf,
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    create_loc_conf, merge_loc_conf,
};

} // namespace

} // namespace srcache

extern "C" {
ngx_module_t ngx_http_srcache_filter_module =
    ngx::http_module(srcache::module_context, srcache::directives);
}
