"""Request lines, Host and header lines that are none (RFC 9112, 2, 3 and 5)."""

from tests.nameplate_ingestion.server.refused.case import Case, lines, post

NO_HOST = b""


def start(line: bytes, status: int = 400, name: str = "") -> Case:
    """Return a case whose request line is wrong."""
    return Case(name or repr(line)[2:-1], lines(start=line), status)


def host(*line: bytes, status: int = 400, name: str = "") -> Case:
    """Return a case whose Host lines are wrong."""
    return Case(name or repr(b"|".join(line))[2:-1][:60], lines(*line, host=NO_HOST), status)


def header(line: bytes, status: int = 400, name: str = "") -> Case:
    """Return a case with a wrong header line."""
    return Case(name or repr(line)[2:-1], lines(line), status)


REQUEST_LINES = [
    start(b"GET  / HTTP/1.1"),
    start(b"GET /  HTTP/1.1"),
    start(b"GET\t/ HTTP/1.1"),
    start(b"GET /\tHTTP/1.1"),
    start(b" GET / HTTP/1.1"),
    start(b"GET / HTTP/1.1 "),
    start(b"GET / HTTP/1.1\t"),
    start(b"GET / HTTP/1.1 x"),
    start(b"GET /a b HTTP/1.1"),
    start(b"GET /\x0b HTTP/1.1"),
    start(b"GET /\x00 HTTP/1.1"),
    start(b"GET /\x7f HTTP/1.1"),
    start(b"GET /\xe4 HTTP/1.1"),
    start(b"GET /\r HTTP/1.1"),
    start(b"GET /\n HTTP/1.1"),
    start(b"GET / HTTP/1.1\r"),
    start(b"GET /#fragment HTTP/1.1"),
    start(b"GET / http/1.1"),
    start(b"GET / HTTP/1"),
    start(b"GET / HTTP/11"),
    start(b"GET / HTTP/1.10"),
    start(b"GET / HTTP/01.1"),
    start(b"GET / HTTP/1,1"),
    start(b"GET / HTTP/x.y"),
    start(b"GET / HTTPS/1.1"),
    start(b"GET / ICE/1.0"),
    start(b"GET / RTSP/1.0"),
    start(b"GET /"),
    start(b"GET"),
    start(b"/ HTTP/1.1"),
    start(b"GET HTTP/1.1"),
    start(b"G@T / HTTP/1.1"),
    start(b"G\x00T / HTTP/1.1"),
    start(b"GET: / HTTP/1.1"),
    start(b"GET path HTTP/1.1"),
    start(b"GET * HTTP/1.1"),
    start(b"OPTIONS *a HTTP/1.1"),
    start(b"GET ?a=b HTTP/1.1"),
    start(b"GET ftp://a.example/ HTTP/1.1"),
    start(b"GET http:///path HTTP/1.1"),
    start(b"GET http:/path HTTP/1.1"),
    start(b"GET http://user@a.example/ HTTP/1.1"),
    start(b"GET http://a.example:port/ HTTP/1.1"),
    start(b"GET / HTTP/0.9", 505),
    start(b"GET / HTTP/1.2", 505),
    start(b"GET / HTTP/2.0", 505),
    start(b"GET / HTTP/3.0", 505),
    start(b"PRI * HTTP/2.0", 505),
    start(b"get / HTTP/1.1", 501),
    start(b"FOO / HTTP/1.1", 501),
    start(b"TRACE / HTTP/1.1", 501),
    start(b"CONNECT a.example:443 HTTP/1.1", 501),
    start(b"SOURCE / HTTP/1.1", 501),
    start(b"GET /" + b"a" * 8192 + b" HTTP/1.1", 414, "target of 8,193 octets"),
    Case("request line without end", b"GET /" + b"a" * 9000, 414),
    Case("TLS instead of HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    Case("LF instead of CRLF everywhere", b"GET / HTTP/1.1\nHost: a.example\n\n", 400),
    Case("CR instead of CRLF everywhere", b"GET / HTTP/1.1\rHost: a.example\r\r\r\n\r\n", 400),
    Case("LF in front of the request", b"\n" + lines(), 400),
]

HOSTS = [
    host(name="no Host"),
    host(b"Host: a.example", b"Host: a.example"),
    host(b"Host: a.example", b"Host: b.example"),
    host(b"Host: a.example", b"hOST: b.example"),
    host(b"Host: a.example, b.example"),
    host(b"Host:"),
    host(b"Host: "),
    host(b"Host: a.example b.example"),
    host(b"Host: a.example/path"),
    host(b"Host: user@a.example"),
    host(b"Host: http://a.example"),
    host(b"Host: a.example?x"),
    host(b"Host: a.example#x"),
    host(b"Host: a.example:port"),
    host(b"Host: a.example:80:80"),
    host(b"Host: a.example:123456"),
    host(b"Host: :80"),
    host(b"Host: a.example\\"),
    host(b"Host: a.example%00"),
    host(b"Host: a\x00.example"),
    host(b"Host: \xe4.example"),
    host(b"Host: <a.example>"),
    host(b"Host: [::1"),
    host(b"Host: [a.example]"),
    host(b"Host : a.example"),
    host(b" Host: a.example"),
    host(b"X: y\r\n Host: a.example"),
    host(b"Host: " + b"a" * 256, name="Host of 256 octets"),
    Case("absolute target does not replace Host", lines(start=b"GET http://a.example/ HTTP/1.1", host=NO_HOST), 400),
    Case(
        "absolute target does not heal Host", lines(start=b"GET http://a.example/ HTTP/1.1", host=b"Host: b c\r\n"), 400
    ),
    Case("two Hosts in HTTP/1.0", lines(b"Host: b.example", start=b"GET / HTTP/1.0"), 400),
]

HEADERS = [
    header(b"X : y"),
    header(b"X\t: y"),
    header(b" X: y"),
    header(b"\tX: y"),
    header(b"X: y\r\n z"),
    header(b"X: y\r\n\tz"),
    header(b"X: y\r\n "),
    header(b"X: y\nZ: z"),
    header(b"X: y\rZ: z"),
    header(b"X: y\r"),
    header(b"X: y\n\rZ: z"),
    header(b"X"),
    header(b"X y"),
    header(b": y"),
    header(b"\xe4: y"),
    header(b"X(: y"),
    header(b"X/: y"),
    header(b"X[: y"),
    header(b"X@: y"),
    header(b'X": y'),
    header(b"X,: y"),
    header(b"X;: y"),
    header(b"X{: y"),
    header(b"X\x00: y"),
    header(b"X\x7f: y"),
    header(b"X\x0b: y"),
    header(b"X: \x00"),
    header(b"X: \x01"),
    header(b"X: \x0b"),
    header(b"X: \x0c"),
    header(b"X: \x1b[2J"),
    header(b"X: \x7f"),
    header(b"X: " + b"a" * 8192, 431, "line of 8,195 octets"),
    header(b"X: " + b"a" * 33_000, 431, "line of 33,000 octets"),
    Case("101 headers", lines(*[b"X: y"] * 100), 431),
    Case("headers of 33,000 octets", lines(*[b"X: " + b"a" * 995] * 33), 431),
    Case("header without end", b"GET / HTTP/1.1\r\nHost: a.example\r\nX: " + b"a" * 33_000, 431),
    Case("names without end", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 6000, 431),
    Case("unknown expectation", post(b"Expect: 200-ok", b"Content-Length: 5", body=b"hello"), 417),
    Case("two expectations", post(b"Expect: 100-continue, x", b"Content-Length: 5", body=b"hello"), 417),
    Case("empty expectation", post(b"Expect:", b"Content-Length: 5", body=b"hello"), 417),
]
