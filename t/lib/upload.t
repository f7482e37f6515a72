# resty.upload.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $dump = <<'END';
local upload = require "resty.upload"
local function dump(form, err)
    if not form then
        return ngx.say("no form: ", err)
    end
    for _ = 1, 100 do
        local kind, res, read_err = form:read()
        if not kind then
            return ngx.say("error: ", read_err)
        end
        show(kind, res)
        if kind == "eof" then
            return
        end
    end
end
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $dump . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(more_headers => 'Content-Type: multipart/form-data; boundary=XX')
        if !defined $block->more_headers;
    # Lines of a body end with CR LF; those of a section without the last one.
    my $body = $block->body;
    if (defined $body) {
        $body =~ s/\n/\r\n/g;
        $block->set_value(request => "POST /t\n$body");
    }
});
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== parts, their headers and bodies
--- lua
dump(upload:new(5))
--- body
--XX
Content-Disposition: form-data; name="a"
X-Empty:

value a
--XX
no header line
name : value

second
--XX--
--- response_body
header ["Content-Disposition","form-data; name=\"a\"","Content-Disposition: form-data; name=\"a\""]
header X-Empty:
body value
body  a
part_end
header no header line
header ["name","value","name : value"]
body secon
body d
part_end
eof



=== a preamble, an epilogue, a part without headers, an empty one
--- lua
local form = upload:new()
dump(form)
show(form:read())
--- body
preamble
--XX

only a body
--XX
Name: empty


--XX--
epilogue
--- response_body
body only a body
part_end
header ["Name","empty","Name: empty"]
part_end
eof
eof



=== a boundary in quotes, and what looks like one
--- lua
dump(upload:new())
--- more_headers
Content-Type: multipart/form-data; charset=x; boundary="a b,c"; x=y
--- body
--a b,c

--a b, no
--a b,c--
--- response_body
body --a b, no
part_end
eof



=== no boundary
--- lua
show(upload:new())
--- more_headers
Content-Type: multipart/form-data
--- body
x
--- response_body
nil no boundary defined in Content-Type



=== no body
--- lua
show(upload:new())
--- request
GET /t
--- response_body
nil no body



=== a header line that is too long
--- lua
dump(upload:new(4096, 10))
--- body
--XX
1234567890
12345678901

x
--XX--
--- response_body
header 1234567890
error: line too long: 12345678901...



=== something behind a boundary
--- lua
dump(upload:new(4096, 10))
--- body
--XXsome garbage that is too long
--- response_body
error: line too long: me garbage ...



=== a body that breaks off
--- lua
dump(upload:new())
--- body
--XX
a: b

half
--- response_body
header ["a","b","a: b"]
error: closed



=== a timeout that was set
--- lua
local form = upload:new()
form:set_timeout(1000)
dump(form)
show(setmetatable({}, { __index = upload }):set_timeout(1))
show(setmetatable({ state = 9 }, { __index = upload }):read())
--- body
--XX

x
--XX--
--- response_body
body x
part_end
eof
nil not initialized
nil nil bad state: 9



=== the body is kept for those who come later
--- lua
dump(upload:new(3, nil, true))
ngx.req.read_body()
ngx.say((ngx.req.get_body_data():gsub("\r", "")))
--- body
before
--XX
a: b

value
--XX--
after
--- response_body
header ["a","b","a: b"]
body val
body ue
part_end
eof
before
--XX
a: b

value
--XX--
after



=== large parts arrive whole
--- lua
local form = upload:new(1000)
local size, chunks, most = 0, 0, 0
while true do
    local kind, res = form:read()
    if kind == "body" then
        size, chunks, most = size + #res, chunks + 1, math.max(most, #res)
    elseif kind == "eof" then
        break
    end
end
show(size, most, chunks >= 200)
--- request eval
"POST /t\n--XX\r\n\r\n" . ('0123456789' x 20_000) . "\r\n--XX--\r\n"
--- response_body
200000 1000 true
