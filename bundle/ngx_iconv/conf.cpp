// The module: configuration, directives, and set_iconv.
#include "ngx/conf.hpp"
#include "iconv.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"

#include <ndk.h>

namespace iconv_module {

namespace {

// Gathers converted text in one piece of the request's pool, which grows.
class PoolText final : public Sink {
public:
    explicit PoolText(ngx_pool_t* pool) : pool_(pool) {}

    bool write(std::string_view text) override {
        if (capacity_ - text_.len < text.size()) {
            const size_t capacity = 2 * (text_.len + text.size());
            auto* data = static_cast<u_char*>(ngx_pnalloc(pool_, capacity));
            if (data == nullptr) {
                return false;
            }
            if (text_.len > 0) {
                ngx_memcpy(data, text_.data, text_.len);
            }
            text_.data = data;
            capacity_ = capacity;
        }
        ngx_memcpy(text_.data + text_.len, text.data(), text.size());
        text_.len += text.size();
        return true;
    }

    [[nodiscard]] ngx_str_t text() const { return text_; }

private:
    ngx_pool_t* pool_;
    ngx_str_t text_ = ngx_null_string;
    size_t capacity_ = 0;
};

ngx_int_t convert_value(ngx_http_request_t* r, ngx_str_t* res, ngx_http_variable_value_t* v,
                        void* data) {
    const auto& sets = *static_cast<Sets*>(data);
    Converter converter(sets.from, sets.to);
    PoolText out(r->pool);

    if (!converter.is_open() || !converter.feed(ngx::view(*v), out) || !converter.finish(out)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "convert error from ngx_http_do_iconv");
        return NGX_ERROR;
    }
    if (converter.take_replaced()) {
        log_replaced(r);
    }
    *res = out.text();
    return NGX_OK;
}

// from=NAME and to=NAME, in any order; null, and a line in the log, if they are not that.
Sets* parse_sets(ngx_conf_t* cf, std::span<const ngx_str_t> args) {
    auto* sets = ngx::make<Sets>(cf->pool);
    if (sets == nullptr) {
        return nullptr;
    }

    for (const ngx_str_t& arg : args) {
        const std::string_view text = ngx::view(arg); // nginx puts a NUL behind arguments
        if (text.starts_with("from=")) {
            sets->from = text.data() + 5;
        } else if (text.starts_with("to=")) {
            sets->to = text.data() + 3;
        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"", &arg);
            return nullptr;
        }
    }
    if (sets->from == nullptr || sets->to == nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "both from= and to= are needed");
        return nullptr;
    }
    return sets;
}

// set_iconv $variable text from=SET to=SET
char* set_iconv(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    const std::span<ngx_str_t> args = ngx::arguments(cf);
    Sets* sets = parse_sets(cf, args.subspan(3));
    if (sets == nullptr) {
        return ngx::conf_failed();
    }
    ndk_set_var_t filter{NDK_SET_VAR_MULTI_VALUE_DATA, reinterpret_cast<void*>(convert_value), 1,
                         sets};
    return ndk_set_var_multi_value_core(cf, &args[1], &args[2], &filter);
}

// iconv_filter from=SET to=SET
char* set_filter(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    if (conf.filter != nullptr) {
        return ngx::conf_message("is duplicate");
    }
    ngx::usage<ngx_http_iconv_module>(cf).is_used = true;
    conf.filter = parse_sets(cf, ngx::arguments(cf).subspan(1));
    return conf.filter == nullptr ? ngx::conf_failed() : NGX_CONF_OK;
}

char* check_buffer_size(ngx_conf_t* cf, void*, void* size) noexcept {
    if (*static_cast<size_t*>(size) < 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "iconv_buffer_size must not less than 2 bytes");
        return ngx::conf_failed();
    }
    return NGX_CONF_OK;
}

ngx_conf_post_t buffer_size_post = {check_buffer_size};

ngx_command_t directives[] = {
    ngx::custom<set_iconv>("set_iconv", NGX_HTTP_LOC_CONF | NGX_CONF_TAKE4,
                           NGX_HTTP_LOC_CONF_OFFSET),
    ngx::custom<set_filter>("iconv_filter", NGX_HTTP_LOC_CONF | NGX_CONF_TAKE2,
                            NGX_HTTP_LOC_CONF_OFFSET),
    ngx::size<&LocConf::buffer_size>("iconv_buffer_size", NGX_HTTP_LOC_CONF,
                                     NGX_HTTP_LOC_CONF_OFFSET, &buffer_size_post),
    ngx::end_of_commands,
};

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<LocConf>(cf->pool, nullptr, ngx::unset<size_t>);
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.filter, prev.filter);
    ngx::merge(conf.buffer_size, prev.buffer_size, ngx_pagesize);
    return NGX_CONF_OK;
}

ngx_http_module_t context = {
    .postconfiguration = ngx::install_if_used<ngx_http_iconv_module, install_filter>,
    .create_main_conf = ngx::create_usage,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace iconv_module

extern "C" {
ngx_module_t ngx_http_iconv_module =
    ngx::http_module(iconv_module::context, iconv_module::directives);
}
