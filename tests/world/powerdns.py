"""A real PowerDNS on loopback: name servers on given addresses, an HTTP API, a database that outlives the process.

    with PowerDNS(tmp_path, world.platform_addresses, world.port) as powerdns:
        powerdns.api_url, powerdns.api_key
        powerdns.stop(); powerdns.start()            # an outage; the zones are still there

For faults of its API put `FaultProxy(powerdns.api_url)` of `tests.world.http_faults` in front.
"""

import contextlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.world.packages import ensure, find_program

_SCHEMAS = (
    Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"),
    Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"),
    Path("/usr/share/doc/pdns/schema.sqlite3.sql"),
)
_API_PORT = 8081
_START_TIMEOUT = 60.0
_STOP_TIMEOUT = 10.0
_LOOK_EVERY = 0.02


def ensure_powerdns() -> tuple[Path, Path]:
    """`pdns_server` and its SQLite schema, installed through apt if they are missing and we are root."""
    packages = ["pdns-server", "pdns-backend-sqlite3"]
    program = ensure(lambda: find_program("pdns_server"), "pdns_server (PowerDNS)", packages)
    return program, ensure(_find_schema, "the SQLite schema of PowerDNS", packages)


def _find_schema() -> Path | None:
    return next((path for path in _SCHEMAS if path.exists()), None)


class PowerDNS:
    """One process that answers on all `addresses` at `port`; the API has the first address at a port of its own."""

    def __init__(self, directory: Path, addresses: Sequence[str], port: int, *, api_key: str = "pdns-api-key") -> None:
        self.directory = directory
        self.addresses = list(addresses)
        self.port = port
        self.api_key = api_key
        self.api_url = f"http://{self.addresses[0]}:{_API_PORT}"
        self.log = directory / "pdns.log"
        self._database = directory / "pdns.sqlite3"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start on the database of before, or a new one, and wait until name server and API answer."""
        program, schema = ensure_powerdns()
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self._database.exists():
            self._create_database(schema)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dies_with_us(), str(program), *self._options()], stdout=log, stderr=log, cwd=self.directory
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it in order; the database stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop, then start on the same database."""
        self.stop()
        self.start()

    def _options(self) -> list[str]:
        options = {
            "launch": "gsqlite3",
            "gsqlite3-database": self._database,
            "local-address": ",".join(self.addresses),
            "local-port": self.port,
            "api": "yes",
            "api-key": self.api_key,
            "webserver": "yes",
            "webserver-address": self.addresses[0],
            "webserver-port": _API_PORT,
            "webserver-allow-from": "127.0.0.0/8",
            "socket-dir": self.directory,
            "daemon": "no",
            "guardian": "no",
            "disable-syslog": "yes",
            "security-poll-suffix": "",
            "loglevel": 4,
        }
        return ["--no-config", *(f"--{name}={value}" for name, value in options.items())]

    def _create_database(self, schema: Path) -> None:
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            database.executescript(schema.read_text())

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._answers():
            if process.poll() is not None:
                raise RuntimeError(f"PowerDNS ended with {process.returncode}:\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"PowerDNS did not answer within {_START_TIMEOUT} s:\n{self._last_words()}")
            time.sleep(_LOOK_EVERY)

    def _answers(self) -> bool:
        url = f"{self.api_url}/api/v1/servers/localhost"
        request = urllib.request.Request(url, headers={"X-API-Key": self.api_key})  # noqa: S310
        try:
            for address in self.addresses:
                socket.create_connection((address, self.port), timeout=1).close()
            # A proxy from the environment must not come between two loopback addresses.
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(request, timeout=1) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def _end(self, by: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(by)
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_TIMEOUT)


def _dies_with_us() -> list[str]:
    """A prefix that ends the program when the thread that started it ends, so that a killed run leaves nothing."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "TERM", "--"]
