# Recoding from UTF-8 gives the same however the text is cut.
use Test::Nginx::Socket 'no_plan';
use RawBackend qw(serve write_pieces);

my %pieces = (
    whole => ["\xD0\x90b\xE2\x82\xACc"],
    bytes => [split //, "\xD0\x90b\xE2\x82\xACc"],
    pairs => ["\xD0", "\x90b\xE2", "\x82", "\xACc"],
    invalid => ["\xF0AB", "xy"],
    unfinished => ["\xF0\x9F", "\x98", "\x80!"],
);
serve(1985, sub {
    my ($socket, $request) = @_;
    my ($name) = $request =~ m{/(\w+)};
    write_pieces($socket, "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", @{$pieces{$name}});
});

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("http_config", "charset_map iso-8859-5 utf-8 { B0 D090; }");
    $block->set_value("config", <<'_EOC_');
    location ~ . {
        charset iso-8859-5;
        source_charset utf-8;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:1985;
    }
_EOC_
    $block->set_value("no_error_log", "[alert]");
});

run_tests();

__DATA__

=== characters in one piece and in several
--- request eval
["GET /whole", "GET /bytes", "GET /pairs"]
--- response_body eval
["\xB0b&#8364;c", "\xB0b&#8364;c", "\xB0b&#8364;c"]


=== an invalid sequence that is cut
--- request
GET /invalid
--- response_body: ?Bxy


=== four bytes in three pieces
--- request
GET /unfinished
--- response_body: &#128512;!
