"""A Tracking API that a test steers: it takes batches over HTTP, or TLS, and answers what it is told to."""

import gzip
import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self


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


class TrackingApi:
    """`posts` is all that came; `answer` decides, and what it answers 200 to counts as taken."""

    def __init__(self, answer: Callable[[Post], Told] = lambda _: Told(), certificate: Path | None = None) -> None:
        self.posts: list[Post] = []
        self.taken: list[dict[str, Any]] = []
        self.answer = answer
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "http" if certificate is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

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
