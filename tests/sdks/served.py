"""The custom domain that real SDKs post to: the ingestion program behind TLS by a private authority, on port 443.

There are two ways to it, each on a loopback address of its own: through nginx, as in production, and through a proxy
that ends TLS itself and injects faults. What passes is recorded on both.
"""

import os
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.ports import ReservedPort
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.sdks.posting import Arrivals
from tests.nameplate_ingestion.sdks.replay import sources
from tests.sdks.names import Names
from tests.world.edge_listener import own_address
from tests.world.http_faults import FaultProxy
from tests.world.http_fronts import ensure_nginx
from tests.world.ingestion_process import IngestionProcess
from tests.world.tls_server import Authority

DOMAIN = "cdp.acme.com"
HOST = f"api.{DOMAIN}"
HOSTS = (DOMAIN, HOST, f"cdn.{DOMAIN}")
_NGINX = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/error.log info;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  access_log off;
  client_max_body_size 1m;
  server {{
    listen {address}:443 ssl http2;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Front-Protocol $server_protocol/$ssl_protocol;
    }}
  }}
}}
"""

_SILENT = re.compile("SSL_do_handshake|while SSL handshaking|while waiting for request")


@dataclass(frozen=True)
class Way:
    """One way to the domain: the address that its hosts have, and what passes there."""

    address: str
    proxy: FaultProxy


@dataclass(frozen=True)
class Site:
    """A running domain."""

    trusted: Path
    """The authority of its certificates, as PEM."""
    plain: Way
    """Through nginx."""
    faulty: Way
    """Through a proxy whose faults reach the client as they are."""
    arrivals: Arrivals
    """What the file sink has."""
    names: Names
    front_log: Path
    """Of nginx."""

    def silent(self) -> list[str]:
        """Return what nginx tells of connections on which no request came, or not even TLS came about."""
        return [line for line in self.front_log.read_text().splitlines() if _SILENT.search(line)]

    def within(self, way: Way, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command for which the domain's hosts are at the end of this way."""
        return self.names.within(HOSTS, way.address, command)


@contextmanager
def running_site(directory: Path) -> Iterator[Site]:
    """Start everything, and end it again."""
    authority = Authority(directory)
    tls = authority.context(HOSTS)
    trusted = directory / "authority.pem"
    trusted.write_text(authority.pem)
    mounts = Mounts(directory)
    mounts.write(document(DOMAIN, hosts=list(HOSTS), sources=sources()))
    with ExitStack() as stack:
        port = ReservedPort()
        stack.callback(port.release)
        service = IngestionProcess(directory, mounts.arguments(), port.number)
        stack.callback(service.close)
        service.start()
        upstream = f"http://127.0.0.1:{port.number}"
        recorder = stack.enter_context(FaultProxy(upstream))
        faulty = _free_address()
        faults = stack.enter_context(FaultProxy(upstream, address=faulty, port=443, tls=tls))
        plain = stack.enter_context(_nginx(directory, directory / f"{DOMAIN}.pem", recorder.port))
        names = Names(directory)
        stack.callback(names.close)
        service.wait_ready()
        log = directory / "nginx" / "error.log"
        yield Site(trusted, Way(plain, recorder), Way(faulty, faults), Arrivals(mounts.data), names, log)


@contextmanager
def _nginx(directory: Path, certificate: Path, upstream: int) -> Iterator[str]:
    address = _free_address()
    place = directory / "nginx"
    place.mkdir()
    file = place / "nginx.conf"
    file.write_text(_NGINX.format(directory=place, address=address, certificate=certificate, upstream=upstream))
    command = [str(ensure_nginx()), "-e", str(place / "error.log"), "-c", str(file)]
    program = Program(command, place / "output.log", os.getpid())
    try:
        until(lambda: _accepts(program, address), "nginx accepts connections")
        yield address
    finally:
        program.stop()


def _accepts(program: Program, address: str) -> bool:
    program.check_alive()
    try:
        socket.create_connection((address, 443), timeout=1).close()
    except OSError:
        return False
    return True


def _free_address() -> str:
    while True:
        address = own_address()
        with socket.socket() as attempt:
            # What listens on all addresses listens on this one, too.
            if attempt.connect_ex((address, 443)) != 0:
                return address
