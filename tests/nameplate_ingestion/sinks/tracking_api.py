"""A Tracking API that a test steers: it takes batches over HTTP, or TLS, and answers what it is told to."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.world.http_server import HttpServer


@dataclass(frozen=True)
class Post:
    """One request."""

    path: str
    headers: dict[str, str]
    octets: int
    """Of the body, decompressed."""
    body: dict[str, Any]

    @property
    def numbers(self) -> list[int]:
        return [event["number"] for event in self.body["batch"]]


@dataclass(frozen=True)
class Told:
    """One answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b'{"success":true}'
    hang_up: bool = False
    """Close the connection instead of answering."""
    promised: int | None = None
    """Octets of the body that the header tells of, if not those that come."""


class TrackingApi(HttpServer):
    """`posts` is all that came; `answer` decides, and what it answers 200 to counts as taken."""

    def __init__(self, answer: Callable[[Post], Told] = lambda _: Told(), certificate: Path | None = None) -> None:
        self.posts: list[Post] = []
        self.taken: list[dict[str, Any]] = []
        self.answer = answer
        super().__init__(self._handler(), certificate)

    def _handler(api: "TrackingApi") -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                sent = self.rfile.read(size)
                if len(sent) < size:
                    # Whoever sent it is dead.
                    self.close_connection = True
                    return
                octets = gzip.decompress(sent)
                post = Post(self.path, dict(self.headers.items()), len(octets), json.loads(octets))
                api.posts.append(post)
                told = api.answer(post)
                if told.status == 200:
                    api.taken += post.body["batch"]
                if told.hang_up:
                    self.close_connection = True
                    return
                self.send_response(told.status)
                for name, value in told.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(told.promised or len(told.body)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(told.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
