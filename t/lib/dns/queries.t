# resty.dns.resolver: replies of each type, by UDP and TCP, and those that are wrong.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $port = 17353;
my $resolver = <<"END";
local resolver = require "resty.dns.resolver"
local r = assert(resolver:new { nameservers = { { "127.0.0.1", $port } }, retrans = 1, timeout = 1000 })
r._id = 125
local function list(answers, ...)
    for _, answer in ipairs(answers) do
        local parts = { answer.name, answer.type, answer.class, answer.ttl, answer.section }
        for _, field in ipairs { ... } do
            local value = answer[field]
            parts[#parts + 1] = type(value) == "table" and table.concat(value, "|") or tostring(value)
        end
        ngx.say(table.concat(parts, " "))
    end
end
END

# A message about dog.test: flags, numbers of records, and the records behind the question.
sub reply {
    my ($flags, $counts, @records) = @_;
    return pack('nnn4', 125, $flags, @$counts) . "\3dog\4test\0" . pack('nn', 1, 1) . join('', @records);
}

# A record of the name that was asked for.
sub record {
    my ($type, $data) = @_;
    return "\xc0\x0c" . pack('nnNn', $type, 1, 60, length $data) . $data;
}

our %replies = (
    a => reply(0x8180, [1, 2, 0, 0], record(5, "\4real\xc0\x10"), record(1, "\1\2\3\4")),
    aaaa => reply(0x8180, [1, 1, 0, 0], record(28, pack('n8', 0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xff))),
    mx => reply(0x8180, [1, 1, 0, 0], record(15, "\0\x0a\4mail\xc0\x0c")),
    txt => reply(0x8180, [1, 3, 0, 0], record(16, "\3abc\2de"), record(16, "\1x"), record(99, "\x09spf")),
    srv => reply(0x8180, [1, 1, 0, 0], record(33, pack('n3', 1, 2, 443) . "\3srv\xc0\x10")),
    soa => reply(0x8183, [1, 0, 1, 0], record(6, "\2ns\xc0\x10\4root\xc0\x10" . pack('N5', 4000000000, 2, 3, 4, 5))),
    ns => reply(0x8180, [1, 1, 1, 1], record(12, "\4host\0"), record(2, "\2ns\0"), record(1, "\1\1\1\1")),
    raw => reply(0x8180, [1, 1, 0, 0], record(77, 'bytes')),
    refused => reply(0x8185, [1, 0, 0, 0]),
    truncated => reply(0x8380, [1, 0, 0, 0]),
    query => reply(0x0180, [1, 0, 0, 0]),
    questions => reply(0x8180, [2, 0, 0, 0]),
    bad_a => reply(0x8180, [1, 1, 0, 0], record(1, 'abc')),
    bad_cname => reply(0x8180, [1, 1, 0, 0], record(5, "\3dog\0junk")),
    bad_srv => reply(0x8180, [1, 1, 0, 0], record(33, 'short')),
);
$replies{endless} = reply(0x8180, [1, 1, 0, 0], "\xc0" . chr(26) . pack('nnNn', 1, 1, 60, 4) . 'abcd');

add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $resolver . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(udp_listen => $port);
});
no_long_string();
run_tests();

__DATA__

=== A behind CNAME
--- lua
list(r:query("dog.test"), "cname", "address")
--- udp_reply eval: $::replies{a}
--- response_body
dog.test 5 1 60 1 real.test nil
dog.test 1 1 60 1 nil 1.2.3.4



=== AAAA
--- lua
list(r:query("dog.test", { qtype = r.TYPE_AAAA }), "address")
--- udp_reply eval: $::replies{aaaa}
--- response_body
dog.test 28 1 60 1 2001:db8:0:0:0:0:0:ff



=== MX
--- lua
list(r:query("dog.test", { qtype = r.TYPE_MX }), "preference", "exchange")
--- udp_reply eval: $::replies{mx}
--- response_body
dog.test 15 1 60 1 10 mail.dog.test



=== TXT and SPF, one text and several, and one that is said to be longer than it is
--- lua
list(r:query("dog.test", { qtype = r.TYPE_TXT }), "txt", "spf")
--- udp_reply eval: $::replies{txt}
--- response_body
dog.test 16 1 60 1 abc|de nil
dog.test 16 1 60 1 x nil
dog.test 99 1 60 1 nil spf



=== SRV
--- lua
list(r:query("dog.test", { qtype = r.TYPE_SRV }), "priority", "weight", "port", "target")
--- udp_reply eval: $::replies{srv}
--- response_body
dog.test 33 1 60 1 1 2 443 srv.test



=== an error with the SOA record of who says so
--- lua
local answers = r:query("dog.test", { qtype = r.TYPE_SOA })
show(answers.errcode, answers.errstr)
list(answers, "mname", "rname", "serial", "minimum")
--- udp_reply eval: $::replies{soa}
--- response_body
3 name error
dog.test 6 1 60 2 ns.test root.test 4000000000 5



=== records of the other sections, if wanted
--- lua
list(r:query("dog.test", { authority_section = true, additional_section = true }), "ptrdname", "nsdname", "address")
--- udp_reply eval: $::replies{ns}
--- response_body
dog.test 12 1 60 1 host nil nil
dog.test 2 1 60 2 nil ns nil
dog.test 1 1 60 3 nil nil 1.1.1.1



=== only the additional ones
--- lua
list(r:query("dog.test", { additional_section = true }), "ptrdname", "nsdname", "address")
--- udp_reply eval: $::replies{ns}
--- response_body
dog.test 12 1 60 1 host nil nil
dog.test 1 1 60 3 nil nil 1.1.1.1



=== types that it does not know
--- lua
list(r:query("dog.test"), "rdata")
--- udp_reply eval: $::replies{raw}
--- response_body
dog.test 77 1 60 1 bytes



=== the server refuses
--- lua
local answers = r:query("dog.test")
show(#answers, answers.errcode, answers.errstr)
--- udp_reply eval: $::replies{refused}
--- response_body
0 5 refused



=== a reply too long for UDP is asked for by TCP
--- lua
list(r:query("dog.test"), "address")
--- udp_reply eval: $::replies{truncated}
--- tcp_listen: 17353
--- tcp_reply eval: pack('n', length $::replies{a}) . $::replies{a}
--- response_body
dog.test 5 1 60 1 nil
dog.test 1 1 60 1 1.2.3.4



=== TCP at once
--- lua
list(r:tcp_query("dog.test"), "address")
--- udp_reply
--- tcp_listen: 17353
--- tcp_reply eval: pack('n', length $::replies{a}) . $::replies{a}
--- response_body
dog.test 5 1 60 1 nil
dog.test 1 1 60 1 1.2.3.4



=== half a reply by TCP
--- lua
show(r:tcp_query("dog.test"))
--- udp_reply
--- tcp_listen: 17353
--- tcp_reply eval: pack('n', 100) . 'half'
--- response_body
nil failed to receive the reply message body from TCP server 127.0.0.1:17353: closed



=== no server for TCP
--- lua
local tries = {}
show(r:query("dog.test", nil, tries))
show(#tries)
--- udp_reply eval: $::replies{truncated}
--- response_body
nil failed to connect to TCP server 127.0.0.1:17353: connection refused ["failed to connect to TCP server 127.0.0.1:17353: connection refused"]
1



=== replies to other queries are skipped
--- lua
r._id = 126
show(r:query("dog.test"))
--- udp_reply eval: $::replies{a}
--- response_body
nil failed to receive reply from UDP server 127.0.0.1:17353: timeout



=== what is no reply
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{query}
--- response_body
nil bad QR flag in the DNS response



=== two questions
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{questions}
--- response_body
nil bad number of questions in DNS response: 2



=== addresses of three bytes
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{bad_a}
--- response_body
nil bad A record value length: 3



=== more in a CNAME than a name
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{bad_cname}
--- response_body
nil bad cname record length: 5 ~= 9



=== an SRV record that is too short
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{bad_srv}
--- response_body
nil bad SRV record value length: 5



=== a name that refers to itself
--- lua
show(r:query("dog.test"))
--- udp_reply eval: $::replies{endless}
--- response_body
nil too many DNS name pointers
