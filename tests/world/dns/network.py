"""The loopback network of one world: its addresses, its one port, the thread of its servers."""

import errno
import random

from tests.world.dns.server import Server
from tests.world.loop_thread import LoopThread

# Below the range from which the kernel takes ports for outgoing connections.
_PORTS = range(10_000, 32_000)
_ATTEMPTS = 50


class Network:
    """Hands out servers on `127.x.y.n`; worlds meet only by rare chance, which the bind notices."""

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self.port = 0
        self._block = ""
        self._next = 0
        self._thread = LoopThread("dns-world")

    def address(self) -> str:
        """The next unused address; a full block is followed by another."""
        if not self._block or self._next == 254:
            chance = random.SystemRandom()
            self._block, self._next = f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}", 0
            self.port = self.port or chance.choice(_PORTS)
        self._next += 1
        return f"{self._block}.{self._next}"

    def server(self, name: str = "", address: str | None = None) -> Server:
        """A new, running server; without a given address, one that is free."""
        for _ in range(_ATTEMPTS):
            server = Server(self._thread.loop, address or self.address(), self.port, name)
            try:
                server.start()
            except OSError as error:
                server.stop()
                if error.errno != errno.EADDRINUSE or address is not None:
                    raise
                self._leave_block()
                continue
            self.servers.append(server)
            return server
        raise OSError(errno.EADDRINUSE, f"no free address and port after {_ATTEMPTS} attempts")

    def close(self) -> None:
        """Stop the servers, then the thread."""
        servers, self.servers = self.servers, []
        for server in servers:
            server.stop()
        self._thread.close()

    def _leave_block(self) -> None:
        self._block = ""
        if not self.servers:
            self.port = 0
