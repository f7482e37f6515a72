// The module: configuration and directives.
#include "ngx/conf.hpp"
#include "ngx/json_escape.hpp"
#include "ngx/module.hpp"
#include "rds_json.hpp"

namespace rds_json {

namespace {

ngx_conf_enum_t formats[] = {
    {ngx_string("normal"), static_cast<ngx_uint_t>(Format::normal)},
    {ngx_string("compact"), static_cast<ngx_uint_t>(Format::compact)},
    {ngx_null_string, 0},
};

// text as a JSON string in the configuration's pool; null data when memory is short.
ngx_str_t quoted(ngx_conf_t* cf, std::string_view text) {
    auto* data = static_cast<u_char*>(ngx_pnalloc(cf->pool, 6 * text.size() + 2));
    if (data == nullptr) {
        return ngx_null_string;
    }
    u_char* p = data;
    *p++ = '"';
    static_cast<void>(ngx::write_json(text, [&p](std::string_view piece) {
        p = ngx_cpymem(p, piece.data(), piece.size());
        return true;
    }));
    *p++ = '"';
    return ngx::str(ngx::view(data, p));
}

template <ngx_str_t LocConf::*Key>
char* set_key(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    ngx_str_t& key = static_cast<LocConf*>(conf)->*Key;
    const ngx_str_t& value = ngx::arguments(cf)[1];
    if (key.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    if (value.len == 0) {
        return ngx::conf_message("takes an empty value");
    }
    key = quoted(cf, ngx::view(value));
    return key.data == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

// rds_json_user_property key value
char* add_property(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    if (args[1].len == 0) {
        return ngx::conf_message("takes an empty key");
    }
    if (args[2].len == 0) {
        return ngx::conf_message("takes an empty value");
    }

    if (conf.user_properties == NGX_CONF_UNSET_PTR) {
        conf.user_properties = ngx_array_create(cf->pool, 4, sizeof(Property));
    }
    auto* property = conf.user_properties == nullptr
                         ? nullptr
                         : static_cast<Property*>(ngx_array_push(conf.user_properties));
    if (property == nullptr || !ngx::compile(cf, args[2], property->value)) {
        return ngx::conf_failed();
    }
    property->key = quoted(cf, ngx::view(args[1]));
    return property->key.data == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

// rds_json_ret errcode errstr
char* set_ret(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    if (conf.ret_errcode.data != nullptr) {
        return ngx::conf_message("is duplicate");
    }

    const std::string_view code = ngx::view(args[1]);
    if (code.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "rds_json: rds_json_ret: the errcode argument is empty");
        return ngx::conf_failed();
    }
    if (code.find_first_not_of("0123456789") != code.npos) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "rds_json: rds_json_ret: invalid errcode argument: \"%V\"", &args[1]);
        return ngx::conf_failed();
    }

    conf.ret_errcode = args[1];
    conf.ret_errstr = ngx::make<ngx_http_complex_value_t>(cf->pool);
    if (conf.ret_errstr == nullptr || !ngx::compile(cf, args[2], *conf.ret_errstr)) {
        return ngx::conf_failed();
    }

    auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    clcf->handler = ret_handler;
    return NGX_CONF_OK;
}

constexpr ngx_uint_t kWhere =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

template <ngx_str_t LocConf::*Key>
ngx_command_t key(const char* name) {
    return ngx::custom<set_key<Key>>(name, kWhere | NGX_CONF_TAKE1, NGX_HTTP_LOC_CONF_OFFSET);
}

ngx_command_t directives[] = {
    ngx::custom<ngx::set_using_flag<ngx_http_rds_json_filter_module, &LocConf::is_on>>(
        "rds_json", kWhere | NGX_CONF_FLAG, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::size<&LocConf::buffer_size>("rds_json_buffer_size", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::choice<&LocConf::format>("rds_json_format", kWhere, NGX_HTTP_LOC_CONF_OFFSET, formats),
    key<&LocConf::root>("rds_json_root"),
    key<&LocConf::success_property>("rds_json_success_property"),
    key<&LocConf::errcode_key>("rds_json_errcode_key"),
    key<&LocConf::errstr_key>("rds_json_errstr_key"),
    ngx::custom<add_property>("rds_json_user_property", kWhere | NGX_CONF_TAKE2,
                              NGX_HTTP_LOC_CONF_OFFSET),
    ngx::string<&LocConf::content_type>("rds_json_content_type", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_ret>("rds_json_ret", NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF | NGX_CONF_2MORE,
                         NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->is_on = ngx::unset<ngx_flag_t>;
        conf->format = ngx::unset<ngx_uint_t>;
        conf->buffer_size = ngx::unset<size_t>;
        conf->user_properties = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.is_on, prev.is_on, 0);
    ngx::merge(conf.format, prev.format, static_cast<ngx_uint_t>(Format::normal));
    ngx::merge(conf.buffer_size, prev.buffer_size, ngx_pagesize);
    ngx::merge(conf.success_property, prev.success_property, std::string_view{});
    ngx::merge(conf.user_properties, prev.user_properties);
    ngx::merge(conf.errcode_key, prev.errcode_key, "\"errcode\"");
    ngx::merge(conf.errstr_key, prev.errstr_key, "\"errstr\"");
    ngx::merge(conf.content_type, prev.content_type, "application/json");
    ngx::merge(conf.ret_errstr, prev.ret_errstr);
    ngx::merge(conf.ret_errcode, prev.ret_errcode, std::string_view{});

    // What goes beside the rows needs an object around them.
    const bool needs_root = conf.success_property.len > 0 || conf.user_properties != nullptr;
    ngx::merge(conf.root, prev.root, needs_root ? "\"data\"" : std::string_view{});

    conf.output = {conf.is_on == 1, conf.content_type, conf.buffer_size};
    return NGX_CONF_OK;
}

ngx_http_module_t context = {
    .postconfiguration = ngx::install_if_used<ngx_http_rds_json_filter_module, install_filter>,
    .create_main_conf = ngx::create_usage,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace rds_json

extern "C" {
ngx_module_t ngx_http_rds_json_filter_module =
    ngx::http_module(rds_json::context, rds_json::directives);
}
