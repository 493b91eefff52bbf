"""What a page load weighs on the wire, beside the maker's own files, compressed as they are in its package."""

import socket
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.ingestion.library import ASKED_HOST, LIBRARY, PART, WHAT, our_service
from tests.world.library import ensure_packages

_MAKERS = {LIBRARY: "standalone.js.gz", PART: f"{PART.rpartition('/')[2]}.gz"}


class Weight(NamedTuple):
    """An answer's octets."""

    head: int
    body: int
    etag: bytes


def wire_table() -> str:
    """Return the files of a page load, in octets, as a Markdown table."""
    lines = [
        "| octets | maker's body, gzip | our body, gzip | our body, brotli | our head | if it is current already |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    umd = ensure_packages() / "@segment/analytics-next/dist/umd"
    with tempfile.TemporaryDirectory() as place, our_service(Path(place) / "it") as server:
        for path, what in WHAT.items():
            maker = f"{(umd / _MAKERS[path]).stat().st_size:,}" if path in _MAKERS else "its own"
            gzip, brotli = (_weigh(server.port, path, accepted) for accepted in (b"gzip", b"gzip, deflate, br, zstd"))
            current = _weigh(server.port, path, b"br", b"If-None-Match: " + brotli.etag + b"\r\n")
            ours = (gzip.body, brotli.body, brotli.head, current.head + current.body)
            lines.append(f"| {what} | {maker} | {' | '.join(f'{each:,}' for each in ours)} |")
    return "\n".join(lines)


def _weigh(port: int, path: str, accepted: bytes, more: bytes = b"") -> Weight:
    host = ASKED_HOST.encode()
    lines = [b"GET " + path.encode() + b" HTTP/1.1", b"Host: " + host, b"Accept-Encoding: " + accepted]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n" + more + b"Connection: close\r\n\r\n")
        octets = b"".join(iter(lambda: connection.recv(65536), b""))
    head, end, body = octets.partition(b"\r\n\r\n")
    etag = head.lower().partition(b"etag: ")[2].partition(b"\r\n")[0]
    return Weight(len(head + end), len(body), etag)
