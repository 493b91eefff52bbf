"""A web server for any number of names that notes every request, HTTP and TLS on one port.

    with Recorder(authority) as elsewhere:
        elsewhere.port                                      # where a browser is led by whatever name
        elsewhere.pages["www.acme.com/"] = Page(html)       # what has no page is answered 200 with an empty object
        elsewhere.asked                                     # every request, in order
        elsewhere.connections                               # the name that each connection was made for

It answers 200 to everything that it does not know, so that a page which leaks works on, and leaks all it can.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

from tests.cluster.waiting import until
from tests.world.tls_server import Authority

_CONNECT_TIMEOUT = 60.0
_TLS_HANDSHAKE = b"\x16"
_OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, x-retry-count",
}


@dataclass(frozen=True)
class Page:
    """What is answered at one address."""

    body: bytes = b"{}"
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    host: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.host}{self.path}"


class _Server(ThreadingTCPServer):
    # Closing waits for the threads, so that none outlives the sockets.
    daemon_threads = False
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing: a connection that broke off was noted when it came."""


class Recorder:
    """Serves in threads of its own; everything may be read and set from any thread."""

    def __init__(self, authority: Authority) -> None:
        """Take the authority that certifies it, for a name that nobody asks for."""
        self.pages: dict[str, Page] = {}
        """By host and path, without the query."""
        self.asked: list[Asked] = []
        self.connections: list[str] = []
        self._context = authority.context(("elsewhere.invalid",))
        self._context.sni_callback = self._remember
        # Each connection shakes hands in its own thread, and all of them share one context.
        self._greeted = threading.local()
        self._open: set[socket.socket] = set()
        self._ended = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Listen."""
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="recorder", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all connections."""
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            self._ended = True
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def settle(self) -> None:
        """Wait until everybody who has come is gone; clients are to be closed before."""
        # Whoever came before this connection is let in before it.
        with socket.create_connection(("127.0.0.1", self.port), timeout=_CONNECT_TIMEOUT) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)
        until(lambda: not self._open, "all connections of the recorder to end")

    def forget(self) -> None:
        """Begin anew, without any page."""
        self.pages = {}
        self.asked, self.connections = [], []

    def opened(self, connection: socket.socket) -> socket.socket:
        """Note a connection; return what to read from, once TLS is agreed on if the client speaks that.

        Raises OSError if it has ended by then.
        """
        with self._lock:
            if self._ended:
                raise ConnectionAbortedError("the recorder has ended")
            self._open.add(connection)
        try:
            agreed = self._agreed(connection)
        except OSError:
            self.closed(connection)
            raise
        # A connection is handed on to the one with TLS, and is nothing by itself any more.
        with self._lock:
            self._open.discard(connection)
            self._open.add(agreed)
            if self._ended:
                agreed.shutdown(socket.SHUT_RDWR)
        return agreed

    def _agreed(self, connection: socket.socket) -> socket.socket:
        if connection.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            self.connections.append("")
            return connection
        self._greeted.name = ""
        try:
            return self._context.wrap_socket(connection, server_side=True)
        finally:
            self.connections.append(self._greeted.name)

    def _remember(self, _: ssl.SSLSocket | ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        self._greeted.name = name or ""

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection that has ended."""
        with self._lock:
            self._open.discard(connection)

    def answer(self, asked: Asked) -> Page:
        """Note a request and return what to say."""
        self.asked.append(asked)
        return self.pages.get(asked.host + asked.path.partition("?")[0]) or Page(media_type="application/json")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(_Handler):
            owner = recorder

        return Handler


class _Handler(BaseHTTPRequestHandler):
    owner: Recorder
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request = self.owner.opened(self.request)
        super().setup()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()
        self.owner.closed(self.request)
        self.request.close()

    def handle_one_request(self) -> None:
        with suppress(OSError):
            return super().handle_one_request()
        self.close_connection = True
        return None

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = (self.headers.get("Host") or "").partition(":")[0]
        page = self.owner.answer(Asked(host, self.command, self.path, dict(self.headers), body))
        self.send_response(200)
        for name, value in {"Content-Type": page.media_type, **_OPEN_TO_ALL, **page.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = _reply  # noqa: N815 - the names of the standard library

    def log_message(self, *_: Any) -> None:
        """Say nothing: `asked` tells it."""
