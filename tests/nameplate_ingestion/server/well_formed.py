"""Requests that are in order, with the call that each must become."""

from typing import NamedTuple

from nameplate_ingestion.call import Call

HOST = b"Host: a.example\r\n"
PEER = "127.0.0.1"


class WellFormed(NamedTuple):
    """A request and what a handler sees of it."""

    name: str
    octets: bytes
    call: Call
    everywhere: bool = True
    """Another server reads it in the same way; else the rule is one that only some keep."""


def get(start: bytes, target: bytes, *, host: bytes = b"a.example", lines: bytes = HOST) -> WellFormed:
    """Return a request without headers and body."""
    method = start.split(b" ")[0]
    call = Call(method, target, host, {}, b"", PEER)
    return WellFormed(start.decode(), start + b"\r\n" + lines + b"\r\n", call)


def post(name: str, header: bytes, octets: bytes, body: bytes, headers: dict[bytes, bytes] | None = None) -> WellFormed:
    """Return a POST with these header lines and these octets behind the head."""
    call = Call(b"POST", b"/v1/t", b"a.example", headers or {}, body, PEER)
    return WellFormed(name, b"POST /v1/t HTTP/1.1\r\n" + HOST + header + b"\r\n" + octets, call)


def named(host: bytes, name: bytes) -> WellFormed:
    """Return a request to a host, and the name that is made of it."""
    request = get(b"GET / HTTP/1.1", b"/", host=name, lines=b"Host: " + host + b"\r\n")
    return request._replace(name=f"Host: {host.decode()}")


TE = b"Transfer-Encoding: chunked\r\n"
TABLE = [
    get(b"GET / HTTP/1.1", b"/"),
    get(b"GET /a/b%20c?d=e&f HTTP/1.1", b"/a/b%20c?d=e&f"),
    get(b"GET //a/../b HTTP/1.1", b"//a/../b"),
    get(b"OPTIONS /v1/t HTTP/1.1", b"/v1/t"),
    get(b"DELETE /v1/t HTTP/1.1", b"/v1/t"),
    get(b"PUT /v1/t HTTP/1.1", b"/v1/t"),
    get(b"HEAD / HTTP/1.1", b"/"),
    get(b"OPTIONS * HTTP/1.1", b"*")._replace(everywhere=False),
    get(b"GET http://b.example/x?y HTTP/1.1", b"/x?y", host=b"b.example")._replace(everywhere=False),
    get(b"GET HTTPS://B.example:443 HTTP/1.1", b"/", host=b"b.example")._replace(everywhere=False),
    get(b"GET http://b.example?x HTTP/1.1", b"/?x", host=b"b.example")._replace(everywhere=False),
    get(b"OPTIONS http://b.example HTTP/1.1", b"*", host=b"b.example")._replace(everywhere=False),
    get(b"GET / HTTP/1.0", b"/"),
    get(b"GET /no-host HTTP/1.0", b"/no-host", host=b"", lines=b"")._replace(everywhere=False),
    named(b"A.Example", b"a.example"),
    named(b"a.example:8080", b"a.example"),
    named(b"a.example:", b"a.example")._replace(everywhere=False),
    named(b"a.example.", b"a.example"),
    named(b"a.example.:443", b"a.example"),
    named(b"192.0.2.1:80", b"192.0.2.1"),
    named(b"[2001:DB8::1]:80", b"[2001:db8::1]"),
    named(b"xn--bcher-kva.example", b"xn--bcher-kva.example"),
    named(b"a_b.example", b"a_b.example"),
    get(b"GET /tls HTTP/1.1", b"/tls", lines=HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"),
    get(b"GET /ws HTTP/1.1", b"/ws", lines=HOST + b"Connection: upgrade\r\nUpgrade: websocket\r\n")._replace(
        everywhere=False
    ),
    WellFormed("empty lines in front", b"\r\n\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", get(b"GET / ", b"/").call),
    post("a body", b"Content-Length: 5\r\n", b"hello", b"hello"),
    post("length with zeros in front", b"Content-Length: 0005\r\n", b"hello", b"hello"),
    post("white space around a length", b"Content-Length: \t 5 \t\r\n", b"hello", b"hello"),
    post("no space before a length", b"Content-Length:5\r\n", b"hello", b"hello"),
    post("no body", b"Content-Length: 0\r\n", b"", b""),
    post("neither length nor coding", b"", b"", b""),
    post(
        "a body with a request in it", b"Content-Length: 18\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"
    ),
    post("the largest body", b"Content-Length: 512000\r\n", b"a" * 512_000, b"a" * 512_000),
    post("upgrade with a body", b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n", b"hello", b"hello"),
    post("one chunk", TE, b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    post("many chunks", TE, b"1\r\nh\r\n3\r\nell\r\n01\r\no\r\n00\r\n\r\n", b"hello"),
    post("no chunk", TE, b"0\r\n\r\n", b""),
    post("sizes in hexadecimal", TE, b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", b"0123456789" * 2),
    post("line ends in a chunk", TE, b"4\r\n\r\n\r\n\r\n0\r\n\r\n", b"\r\n\r\n"),
    post("extensions", TE, b'5;a=b;c="d e"\r\nhello\r\n0;x\r\n\r\n', b"hello"),
    post("trailers are dropped", TE, b"5\r\nhello\r\n0\r\nX-Kept: y\r\nContent-Length: 9\r\n\r\n", b"hello"),
    post("coding in capitals", b"TRANSFER-ENCODING: CHUNKED\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    post("to be asked for", b"Expect: 100-Continue\r\nContent-Length: 5\r\n", b"hello", b"hello"),
    post("a wanted header", b"X-Kept: a b \r\nX-Other: c\r\n", b"", b"", {b"x-kept": b"a b"}),
    post("a header twice", b"X-Kept: a\r\nx-KEPT:b\r\n", b"", b"", {b"x-kept": b"a, b"}),
    post("an empty header", b"X-Kept:\r\nOrigin: \r\n", b"", b"", {b"x-kept": b"", b"origin": b""}),
    post("Latin-1 in a header", b"X-Kept: \xe4\r\n", b"", b"", {b"x-kept": b"\xe4"})._replace(everywhere=False),
    post("a tab in a header", b"X-Kept: a\tb\r\n", b"", b"", {b"x-kept": b"a\tb"}),
    post("a key", b"authorization: Basic YTo=\r\n", b"", b"", {b"authorization": b"Basic YTo="}),
    post("100 headers", b"X-Other: y\r\n" * 99, b"", b"")._replace(everywhere=False),
    post("a header of 8,192 octets", b"X-Kept: " + b"a" * 8184 + b"\r\n", b"", b"", {b"x-kept": b"a" * 8184}),
    get(b"GET /" + b"a" * 8191 + b" HTTP/1.1", b"/" + b"a" * 8191)._replace(name="a target of 8,192 octets"),
]
