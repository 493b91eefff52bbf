"""Requests for files as they stand on the wire, and the answers octet by octet."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HOST = "cdn.cdp.acme.com"
LIBRARY = "/analytics.js/v1/k3y/analytics.min.js"
SETTINGS = "/v1/projects/k3y/settings"
PART = "/analytics-next/bundles/schemaFilter.bundle.a6a77355d52c20e3a83d.js"


class Answer(NamedTuple):
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def request(target: str, *more: str, method: str = "GET", host: str = HOST) -> bytes:
    """Return a request with further header lines."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *more]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def exchange(place: Path | int, requests: Sequence[bytes]) -> list[Answer]:
    """Send all at once on one connection; return an answer for each, and fail if anything comes behind them."""
    family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(60)
        connection.connect(("127.0.0.1", place) if isinstance(place, int) else str(place))
        connection.sendall(b"".join(requests))
        with connection.makefile("rb") as octets:
            answers = [_read(octets, bodiless=each.startswith(b"HEAD ")) for each in requests]
            connection.shutdown(socket.SHUT_WR)
            assert octets.read() == b""
            return answers


def _read(octets, *, bodiless: bool) -> Answer:
    status = int(octets.readline().split()[1])
    headers = {}
    while line := octets.readline().decode().strip():
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    body = b"" if bodiless or status == 304 else octets.read(int(headers["content-length"]))
    return Answer(status, headers, body)
