"""The program that one backend runs: it tells whose settings are mounted, as the settings contract has it.

`GET /.well-known/nameplate?nonce=N` answers {domain, uid, nonce, revision, missingKeys}; any other path says who
answered. It runs in a process forked from a small parent, so it needs nothing but the standard library.
"""

import contextlib
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LARGEST_HEAD = 64 * 1024
_TIMEOUT = 10.0
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 503: "Service Unavailable"}
Answer = tuple[int, dict[str, Any]]


class Program:
    """Reads its directories anew for each request, so that it follows what is mounted."""

    def __init__(self, pod: str, arguments: list[str]) -> None:
        # Parsed by hand: argparse would be the larger part of every process.
        given = dict(zip(arguments[::2], arguments[1::2], strict=False))
        self._pod = pod
        self._settings = Path(given["--settings"]) / "settings.json"
        self._keys = Path(given["--keys"]) if "--keys" in given else None

    def answer(self, method: str, target: str, headers: dict[str, str]) -> Answer:
        """Return status and JSON of the answer to one request."""
        try:
            settings = json.loads(self._settings.read_bytes())
        except (OSError, ValueError):
            return 503, {"error": "no settings"}
        host = headers.get("host", "").partition(":")[0]
        if host not in settings["hosts"]:
            return 404, {"error": "unknown host"}
        url = urlsplit(target)
        if url.path == "/.well-known/nameplate":
            return 200, {
                "domain": settings["domain"],
                "uid": settings["uid"],
                "nonce": parse_qs(url.query).get("nonce", [""])[0],
                "revision": settings["revision"],
                "missingKeys": [each["name"] for each in settings["sources"] if self._lacks_key(each)],
            }
        forwarded = {name: value for name, value in headers.items() if name.startswith("x-forwarded-")}
        return 200, {"host": host, "method": method, "path": url.path, "pod": self._pod, "forwarded": forwarded}

    def _lacks_key(self, source: dict[str, Any]) -> bool:
        if "writeKeyFile" not in source:
            return False
        with contextlib.suppress(OSError):
            if self._keys is not None and (self._keys / source["writeKeyFile"]).read_bytes():
                return False
        return True


def serve(listener: socket.socket, program: Program) -> None:
    """Answer one request per connection, for ever."""
    while True:
        connection, _ = listener.accept()
        connection.settimeout(_TIMEOUT)
        with connection, contextlib.suppress(OSError):
            _exchange(connection, program)


def _exchange(connection: socket.socket, program: Program) -> None:
    with connection.makefile("rb") as stream:
        try:
            method, target, _ = stream.readline(_LARGEST_HEAD).decode("latin-1").split()
            headers: dict[str, str] = {}
            while line := stream.readline(_LARGEST_HEAD).strip():
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            stream.read(int(headers.get("content-length", "0")))
            status, body = program.answer(method, target, headers)
        except ValueError:
            status, body = 400, {"error": "bad request"}
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + content)
