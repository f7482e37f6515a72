# ngx.now, time, update_time, today, localtime, utctime, cookie_time, http_time, parse_http_time.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== now and time agree with the system's clock
--- lua
ngx.update_time()
local now, seconds = ngx.now(), ngx.time()
ngx.say(math.abs(os.time() - now) < 2, " ", seconds == math.floor(now), " ", type(seconds))
ngx.say((now * 1000) % 1 < 1e-3 or (now * 1000) % 1 > 0.999)
--- response_body
true true number
true



=== the time stands still until it is updated
--- lua
local function burn(seconds)
    local stop = os.clock() + seconds
    while os.clock() < stop do
    end
end
ngx.update_time()
local before = ngx.now()
burn(0.02)
ngx.say(ngx.now() == before)
ngx.update_time()
ngx.say(ngx.now() > before + 0.019)
--- response_body
true
true



=== dates and times of day have fixed forms
--- lua
ngx.update_time()
ngx.say(ngx.today() == os.date("%Y-%m-%d"))
ngx.say(ngx.localtime() == os.date("%Y-%m-%d %H:%M:%S", ngx.time()))
ngx.say(ngx.utctime() == os.date("!%Y-%m-%d %H:%M:%S", ngx.time()))
--- response_body
true
true
true



=== HTTP dates
--- lua
ngx.say(ngx.http_time(1290079655))
ngx.say(ngx.http_time(0))
ngx.say(ngx.parse_http_time("Thu, 18 Nov 2010 11:27:35 GMT"))
ngx.say(ngx.parse_http_time("Thu, 18-Nov-10 11:27:35 GMT"))
ngx.say(ngx.parse_http_time("Thu Nov 18 11:27:35 2010"))
ngx.say(ngx.parse_http_time("Thu, 18 Xyz 2010 11:27:35 GMT"))
ngx.say(ngx.parse_http_time(""))
--- response_body
Thu, 18 Nov 2010 11:27:35 GMT
Thu, 01 Jan 1970 00:00:00 GMT
1290079655
1290079655
1290079655
nil
nil



=== cookie dates have two digits for the year before 2038
--- lua
ngx.say(ngx.cookie_time(1290079655))
ngx.say(ngx.cookie_time(2168550400))
--- response_body
Thu, 18-Nov-10 11:27:35 GMT
Sun, 19-Sep-2038 23:06:40 GMT



=== arguments of other types
--- lua
fails(ngx.http_time, "1")
fails(ngx.cookie_time, nil)
fails(ngx.parse_http_time, 1)
fails(function () local s = ngx.http_time(true) end)
--- response_body
number argument only
number argument only
string argument only
here: number argument only



=== a clock that is never set back
--- lua
local time = require "resty.core.time"
local msec, sec = time.monotonic_msec(), time.monotonic_time()
ngx.say(msec > 0, " ", msec % 1, " ", sec == msec / 1000)
--- response_body
true 0 true



=== the request's start lies before now
--- lua
local start = ngx.req.start_time()
ngx.say(start <= ngx.now(), " ", ngx.now() - start < 5)
--- response_body
true true
