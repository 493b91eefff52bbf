"""What a program takes for the world's names: the custom domain on a loopback address, and nothing else.

The program runs in a mount namespace with its own /etc/hosts, /etc/resolv.conf and /etc/nsswitch.conf, so that nothing
of the machine is touched. Whoever asks for another name is told that there is none, and the name is kept.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from tests.world.dns.server import Server
from tests.world.dns.zone import Zone
from tests.world.edge_listener import own_address
from tests.world.loop_thread import LoopThread

_FILES = ("hosts", "resolv.conf", "nsswitch.conf")


class Names:
    """Resolves a few hosts from a file and remembers who else was asked for."""

    def __init__(self, directory: Path) -> None:
        """Begin to answer, on an own address."""
        self._directory = directory
        self._thread = LoopThread("names")
        self._server = Server(self._thread.loop, own_address(), 53, "names")
        self._server.serve(Zone(".", nameservers=("ns.invalid",)))
        self._server.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.stop()
        self._thread.close()

    def asked(self) -> list[str]:
        """Return and forget the names that were asked for although they are not in the file."""
        names = sorted({str(query.name) for query in self._server.queries()})
        self._server.log.clear()
        return names

    def within(self, hosts: Sequence[str], address: str, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command where these hosts have that address."""
        place = self._directory / address
        place.mkdir(exist_ok=True)
        (place / "hosts").write_text(f"127.0.0.1 localhost\n{address} {' '.join(hosts)}\n")
        (place / "resolv.conf").write_text(f"nameserver {self._server.address}\noptions timeout:5 attempts:1\n")
        (place / "nsswitch.conf").write_text("hosts: files dns\n")
        binds = [f"mount --bind {shlex.quote(str(place / name))} /etc/{name}" for name in _FILES]
        script = " && ".join([*binds, 'exec "$@"'])
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command]
