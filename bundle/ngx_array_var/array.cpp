// Splitting, joining and mapping.
#include "array_var.hpp"

#include "ngx/array_value.hpp"
#include "ngx/ndk_filter.hpp"
#include "ngx/pool.hpp"

namespace array_var {

namespace {

// The array argument of a directive; null, and a line in the log, if it is none.
ngx_array_t* check_array(ngx_http_request_t* r, Value& v, const char* directive) {
    ngx_array_t* array = ngx::get_array(v);
    if (array == nullptr) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "%s: invalid array variable value in the 2nd argument: \"%v\"", directive,
                      &v);
    }
    return array;
}

// The array that takes the result: the source itself, or a copy; null when memory is short.
ngx_array_t* target(ngx_http_request_t* r, ngx_array_t* source, bool copies) {
    if (!copies) {
        return source;
    }
    ngx_array_t* copy =
        ngx_array_create(r->pool, source->nelts == 0 ? 1 : source->nelts, sizeof(ngx_str_t));
    if (copy != nullptr && source->nelts != 0) {
        ngx_memcpy(ngx_array_push_n(copy, source->nelts), source->elts,
                   source->nelts * sizeof(ngx_str_t));
    }
    return copy;
}

// The next item of the subject, which is cut off; without separator an item is one byte.
ngx_str_t next_item(std::string_view& subject, std::string_view separator) {
    const size_t end = separator.empty() ? 1 : subject.find(separator);
    const ngx_str_t item = ngx::str(subject.substr(0, end));
    subject.remove_prefix(item.len + separator.size());
    return item;
}

bool has_next_item(std::string_view subject, std::string_view separator) {
    return separator.empty() ? subject.size() > 1 : subject.find(separator) != subject.npos;
}

ngx_int_t map_with_directive(ngx_http_request_t* r, ngx_str_t* res, Value* v, bool copies) {
    const ndk_set_var_value_pt filter = ngx::find_ndk_filter(view(v[0]));
    if (filter == nullptr) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "array_map_op: directive \"%v\" not found or does not use ndk_set_var_value",
                      &v[0]);
        return NGX_ERROR;
    }

    ngx_array_t* source = check_array(r, v[1], "array_map_op");
    ngx_array_t* array = source == nullptr ? nullptr : target(r, source, copies);
    if (array == nullptr) {
        return NGX_ERROR;
    }

    for (ngx_str_t& element : ngx::elements(*array)) {
        Value input{};
        input.valid = 1;
        input.len = static_cast<unsigned>(element.len) & 0xfffffff; // a field of 28 bits
        input.data = element.data;

        element = ngx_null_string;
        if (filter(r, &element, &input) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx::set_array(*res, array);
    return NGX_OK;
}

} // namespace

ngx_int_t split(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const ngx_int_t max = v[2].len == 0 ? 0 : ngx_atoi(v[2].data, v[2].len);
    if (max == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "array_split: invalid max items: \"%v\"",
                      &v[2]);
        return NGX_ERROR;
    }

    ngx_array_t* array = ngx_array_create(r->pool, max > 0 && max < 4 ? 1 : 4, sizeof(ngx_str_t));
    if (array == nullptr) {
        return NGX_ERROR;
    }

    const std::string_view separator = view(v[0]);
    std::string_view rest = view(v[1]);

    while (array->nelts + 1 != static_cast<ngx_uint_t>(max) && has_next_item(rest, separator)) {
        if (!ngx::append(*array, next_item(rest, separator))) {
            return NGX_ERROR;
        }
    }
    if (!ngx::append(*array, ngx::str(rest))) {
        return NGX_ERROR;
    }

    ngx::set_array(*res, array);
    return NGX_OK;
}

ngx_int_t join(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const ngx_array_t* array = check_array(r, v[1], "array_join");
    if (array == nullptr) {
        return NGX_ERROR;
    }

    size_t size = array->nelts * v[0].len;
    for (const ngx_str_t& element : ngx::elements(*array)) {
        size += element.len;
    }

    auto* p = static_cast<u_char*>(ngx_pnalloc(r->pool, size + 1));
    if (p == nullptr) {
        return NGX_ERROR;
    }

    res->data = p;
    for (const ngx_str_t& element : ngx::elements(*array)) {
        if (&element != array->elts) {
            p = ngx_cpymem(p, v[0].data, v[0].len);
        }
        p = ngx_cpymem(p, element.data, element.len);
    }
    res->len = static_cast<size_t>(p - res->data);
    return NGX_OK;
}

ngx_int_t map(ngx_http_request_t* r, ngx_str_t* res, Value* v, void* data) {
    auto& map = *static_cast<Map*>(data);

    // array_map's message names the other directive, and programs that read the log expect it.
    ngx_array_t* source = check_array(r, v[0], "array_join");
    ngx_array_t* array = source == nullptr ? nullptr : target(r, source, map.copies);
    if (array == nullptr) {
        return NGX_ERROR;
    }

    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_array_var_module));
    if (ctx == nullptr) {
        ctx = ngx::make<Context>(r->pool);
        if (ctx == nullptr) {
            return NGX_ERROR;
        }
        ngx_http_set_ctx(r, ctx, ngx_http_array_var_module);
    }

    ngx_int_t rc = NGX_OK;
    for (ngx_str_t& element : ngx::elements(*array)) {
        ctx->item = element;
        rc = ngx_http_complex_value(r, &map.item, &element);
        if (rc != NGX_OK) {
            break;
        }
    }
    ctx->item = ngx_null_string;

    ngx::set_array(*res, array);
    return rc;
}

ngx_int_t map_op(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return map_with_directive(r, res, v, false);
}

ngx_int_t map_op_copy(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    return map_with_directive(r, res, v, true);
}

} // namespace array_var
