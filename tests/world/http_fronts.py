"""Real reverse proxies on loopback, nginx and HAProxy, each of which tells what it took for a request.

    with Nginx(tmp_path, upstream) as front:
        front.port                                  # clients connect here
        front.seen()                                # {X-Front-Id: digest of the body}, one entry per request

Both keep connections to the upstream and use them for whatever client comes next, as they do in production, and both
are set to let pass what they can, so that the upstream meets as much as possible.
"""

import hashlib
import json
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.cluster.ports import ReservedPort
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.world.packages import ensure, find_program

_NGINX = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 2048; }}
http {{
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  log_format seen escape=json '{{"id":"$request_id","upstream":"$upstream_addr","body":"$request_body"}}';
  access_log {directory}/seen.log seen;
  client_header_timeout {patience};
  client_body_timeout {patience};
  keepalive_timeout {patience};
  client_max_body_size 1m;
  client_body_buffer_size 1m;
  client_body_in_single_buffer on;
  large_client_header_buffers 4 64k;
  ignore_invalid_headers off;
  underscores_in_headers on;
  merge_slashes off;
  upstream ours {{ server 127.0.0.1:{upstream}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port} reuseport;
    location / {{
      proxy_pass http://ours;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Front-Id $request_id;
    }}
  }}
}}
"""
_HAPROXY = """
global
  log stdout len 4096 format raw local0
  tune.bufsize 1048576
  maxconn 512
defaults
  mode http
  log global
  option http-buffer-request
  option accept-invalid-http-request
  timeout connect 10s
  timeout server 10s
  timeout client {patience}
  timeout http-request {patience}
  timeout http-keep-alive {patience}
frontend clients
  bind 127.0.0.1:{port}
  http-request set-var(txn.id) uuid()
  http-request set-var(txn.body) req.body,sha2(256),hex
  http-request set-header X-Front-Id %[var(txn.id)]
  log-format "seen %[var(txn.id)] %[var(txn.body)]"
  default_backend ours
backend ours
  http-reuse always
  server ours 127.0.0.1:{upstream}
"""


def ensure_nginx() -> Path:
    """`nginx`, installed through apt if it is missing and we are root."""
    return ensure(lambda: find_program("nginx"), "nginx", ["nginx-light"])


def ensure_haproxy() -> Path:
    """`haproxy`, installed through apt if it is missing and we are root."""
    return ensure(lambda: find_program("haproxy"), "haproxy", ["haproxy"])


class _Front:
    """One proxy in the foreground, on a port of its own."""

    settings: ClassVar[str]

    def __init__(self, directory: Path, upstream: int) -> None:
        """Prepare to pass on to `upstream`, a port on 127.0.0.1; impatient with clients, to keep tests short."""
        self.directory = directory
        self._reserved = ReservedPort()
        self.port = self._reserved.number
        self._file = directory / "front.conf"
        self._file.write_text(
            self.settings.format(directory=directory, port=self.port, upstream=upstream, patience="2s")
        )
        self._output = directory / "output.log"

    def __enter__(self) -> Self:
        """Start, and wait until it accepts connections."""
        self._program = Program(self._command(), self._output, os.getpid())
        try:
            until(self._accepts, f"{self._program.name} accepts connections")
        except BaseException:
            self._program.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._program.stop()
        self._reserved.release()

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _accepts(self) -> bool:
        self._program.check_alive()
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


class Nginx(_Front):
    """nginx."""

    settings = _NGINX

    def _command(self) -> list[str]:
        return [str(ensure_nginx()), "-e", str(self.directory / "error.log"), "-c", str(self._file)]

    def seen(self) -> dict[str, str]:
        """Return the requests that were passed on, and the SHA-256 of each one's body."""
        lines = (self.directory / "seen.log").read_bytes().decode("latin-1").splitlines()
        entries = [json.loads(line) for line in lines]
        return {entry["id"]: _digest(entry["body"].encode("latin-1")) for entry in entries if entry["upstream"]}


class HAProxy(_Front):
    """HAProxy."""

    settings = _HAPROXY

    def _command(self) -> list[str]:
        return [str(ensure_haproxy()), "-db", "-f", str(self._file)]

    def seen(self) -> dict[str, str]:
        """Return the requests that were passed on, and the SHA-256 of each one's body."""
        words = [line.split() for line in self._output.read_text(errors="replace").splitlines()]
        return {line[1]: line[2].lower() for line in words if line[:1] == ["seen"] and len(line) == 3}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
