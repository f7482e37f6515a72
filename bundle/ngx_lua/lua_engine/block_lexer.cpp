#include "lua_engine/block_lexer.hpp"

#include "lua_engine/block_scanner.hpp"
#include "ngx/str.hpp"

#include <string>

namespace lua {

namespace {

// A long bracket that has filled more than half of the parser's buffer when the buffer ends is
// taken for one whose end is missing, as OpenResty does.
constexpr size_t kBracketLimit = BlockScanner::kTokenLimit / 2;

char* failed() {
    return static_cast<char*>(NGX_CONF_ERROR);
}

// Reads the next piece of the file into the parser's empty buffer, and into the copy for "nginx
// -T".
bool refill(ngx_conf_t* cf) {
    ngx_conf_file_t* conf_file = cf->conf_file;
    ngx_buf_t* b = conf_file->buffer;

    const off_t left = ngx_file_size(&conf_file->file.info) - conf_file->file.offset;
    const ssize_t wanted = ngx_min(static_cast<ssize_t>(left), b->end - b->start);

    const ssize_t n = ngx_read_file(&conf_file->file, b->start, static_cast<size_t>(wanted),
                                    conf_file->file.offset);
    if (n == NGX_ERROR) {
        return false;
    }

    if (n != wanted) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           ngx_read_file_n " returned only %z bytes"
                                           " instead of %z",
                           n, wanted);
        return false;
    }

    b->pos = b->start;
    b->last = b->start + n;

    if (ngx_buf_t* dump = conf_file->dump) {
        dump->last = ngx_cpymem(dump->last, b->pos, static_cast<size_t>(n));
    }

    return true;
}

void log_error(ngx_conf_t* cf, const BlockScanner& scanner, BlockScanner::Event event) {
    cf->conf_file->line = scanner.open_line();

    if (event == BlockScanner::Event::too_long) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too long lua code block, probably missing terminating characters");

    } else if (event == BlockScanner::Event::unclosed_bracket) {
        const std::string closer = "]" + std::string(scanner.bracket_level(), '=') + "]";
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "Lua code block missing the closing long bracket \"%*s\", "
                           "the inlined Lua code may be too long",
                           closer.size(), closer.data());

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unexpected end of file, "
                           "expecting terminating characters for lua code block");
    }
}

} // namespace

char* read_block(ngx_conf_t* cf, ngx_str_t* source, ngx_uint_t* first_line) noexcept {
    ngx_conf_file_t* conf_file = cf->conf_file;

    if (conf_file->file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "block directives are not supported in -g option");
        return failed();
    }

    *first_line = conf_file->line;

    ngx_buf_t* b = conf_file->buffer;
    BlockScanner scanner(conf_file->line);
    BlockScanner::Event event = BlockScanner::Event::none;
    std::string body;

    while (event == BlockScanner::Event::none) {
        if (b->pos == b->last) {
            if (conf_file->file.offset >= ngx_file_size(&conf_file->file.info)) {
                event = scanner.at_end_of_file();
                break;
            }
            if (scanner.open_bracket_size() > kBracketLimit) {
                event = BlockScanner::Event::unclosed_bracket;
                break;
            }
            if (!refill(cf)) {
                return failed();
            }
        }

        const auto progress = scanner.push(ngx::view(b->pos, b->last));
        event = progress.event;
        body.append(reinterpret_cast<const char*>(b->pos), progress.used);
        b->pos += progress.used;
    }

    if (event != BlockScanner::Event::closed) {
        log_error(cf, scanner, event);
        return failed();
    }

    conf_file->line = scanner.line();

    body.pop_back(); // the closing "}"
    *source = ngx::copy(cf->pool, body);

    return source->data == nullptr ? failed() : NGX_CONF_OK;
}

} // namespace lua
