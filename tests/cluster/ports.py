"""Free loopback ports that stay free until the program they are for has them."""

import socket


class ReservedPort:
    """A TCP port on 127.0.0.1, held by a socket that never listens.

    Linux gives it to nobody else but a program of the same user that also sets SO_REUSEPORT, and connections go
    to the listening socket only; so a program may be stopped and started again on the same port.
    """

    def __init__(self) -> None:
        """Take a port that nobody uses."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def release(self) -> None:
        """Let the port go."""
        self._socket.close()
