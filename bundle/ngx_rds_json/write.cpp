// What results and rds_json_ret have in common.
#include "rds_json.hpp"

#include "ngx/json_escape.hpp"

namespace rds_json {

namespace {

struct Member {
    std::string_view key;
    std::string_view value;
    bool is_text;
};

bool write_member(ngx::BodyWriter& out, const Member& member, Comma comma) {
    return (comma == Comma::behind || out.write(",")) && out.write(member.key) && out.write(":") &&
           (member.is_text ? write_string(out, member.value) : out.write(member.value)) &&
           (comma == Comma::before || out.write(","));
}

} // namespace

bool write_string(ngx::BodyWriter& out, std::string_view text) {
    return out.write("\"") &&
           ngx::write_json(text, [&out](std::string_view piece) { return out.write(piece); }) &&
           out.write("\"");
}

bool write_properties(ngx_http_request_t* r, ngx::BodyWriter& out, bool is_success, Comma comma) {
    const LocConf& conf = loc_conf(r);
    if (conf.success_property.len > 0 &&
        !write_member(out, {ngx::view(conf.success_property), is_success ? "true" : "false", false},
                      comma)) {
        return false;
    }
    for (Property& property : properties(conf)) {
        ngx_str_t value;
        if (ngx_http_complex_value(r, &property.value, &value) != NGX_OK ||
            !write_member(out, {ngx::view(property.key), ngx::view(value), true}, comma)) {
            return false;
        }
    }
    return true;
}

ngx_int_t ret_handler(ngx_http_request_t* r) noexcept {
    const LocConf& conf = loc_conf(r);
    ngx_str_t errstr;

    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    auto* buffers = ngx::make<ngx::BodyBuffers>(
        r->pool, ngx::BodyBuffers{&ngx_http_rds_json_filter_module, conf.buffer_size});
    if (buffers == nullptr || ngx_http_complex_value(r, conf.ret_errstr, &errstr) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx::BodyWriter out(r->pool, *buffers);
    const bool is_success =
        ngx::view(conf.ret_errcode).find_first_not_of('0') == std::string_view::npos;
    const bool ok = out.write("{") && out.write(ngx::view(conf.errcode_key)) && out.write(":") &&
                    out.write(ngx::view(conf.ret_errcode)) &&
                    (errstr.len == 0 || (out.write(",") && out.write(ngx::view(conf.errstr_key)) &&
                                         out.write(":") && write_string(out, ngx::view(errstr)))) &&
                    write_properties(r, out, is_success, Comma::before) && out.write("}");
    if (!ok) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = conf.content_type;
    r->headers_out.content_type_len = conf.content_type.len;
    r->headers_out.content_type_lowcase = nullptr;

    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }
    rc = ngx_http_output_filter(r, out.chain());
    return rc == NGX_ERROR ? rc : ngx_http_send_special(r, NGX_HTTP_LAST);
}

} // namespace rds_json
