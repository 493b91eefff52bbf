"""A CDN that a test steers: files with their headers and ETags, and what it answers instead."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from zlib import crc32

from tests.world.http_server import HttpServer


@dataclass(frozen=True)
class File:
    """What it has under a path."""

    body: bytes = b"var a = 1"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/javascript"})
    status: int = 200
    etag: bool = True
    promised: int | None = None
    """Octets that the header tells of, if not those that come; -1: none are told of."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    headers: Mapping[str, str]
    """By lower-case name."""


class Cdn(HttpServer):
    """`asked` is all that came; what `files` lacks is 404. While `flowing` is not set, nobody gets an answer."""

    def __init__(self, files: Mapping[str, File] | None = None, certificate: Path | None = None) -> None:
        self.files = dict(files or {})
        self.asked: list[Asked] = []
        self.flowing = threading.Event()
        self.flowing.set()
        self.at_once = 0
        """Most requests that were under way together."""
        self._under_way = 0
        self._counting = threading.Lock()
        super().__init__(self._handler(), certificate)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flowing.set()
        super().__exit__(kind, error, trace)

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [each.path for each in self.asked]

    def _enter(self, change: int) -> None:
        with self._counting:
            self._under_way += change
            self.at_once = max(self.at_once, self._under_way)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cdn = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                cdn._enter(1)
                cdn.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
                cdn.flowing.wait()
                try:
                    self._send(cdn.files.get(self.path, File(b"no such key", {"Content-Type": "text/xml"}, 404)))
                finally:
                    cdn._enter(-1)

            def _send(self, file: File) -> None:
                etag = f'"{crc32(file.body):08x}"' if file.etag else ""
                unchanged = bool(etag) and self.headers.get("If-None-Match") == etag
                self.send_response(304 if unchanged else file.status)
                headers = dict(file.headers) | ({"ETag": etag} if etag else {})
                if file.promised != -1 and not unchanged:
                    headers["Content-Length"] = str(file.promised or len(file.body))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = file.promised is not None
                if not unchanged:
                    with suppress(OSError):
                        self.wfile.write(file.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
