"""Requests by their parts, so that a table shows what is wrong with each."""

from typing import NamedTuple

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"
"""Stands behind every request of the tables, and must never be read as a request."""


class Case(NamedTuple):
    """A request that must be refused."""

    name: str
    octets: bytes
    status: int


def lines(*header: bytes, start: bytes = b"GET / HTTP/1.1", host: bytes = b"Host: a.example\r\n") -> bytes:
    """Return a head with these header lines behind Host."""
    return start + b"\r\n" + host + b"".join(line + b"\r\n" for line in header) + b"\r\n"


def post(*header: bytes, body: bytes = b"") -> bytes:
    """Return a POST with these header lines behind Host, and a body that nothing frames but they."""
    return lines(*header, start=b"POST /v1/t HTTP/1.1") + body


def chunked(body: bytes) -> bytes:
    """Return a POST whose body is sent in chunks, as written."""
    return post(b"Transfer-Encoding: chunked", body=body)
