"""The recorder tells whom each connection was made for, however many come at once."""

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.world.recorder import Recorder
from tests.world.tls_server import Authority

_AT_ONCE = 16
NAMES = [f"n{number}.example" for number in range(200)]


def test_each_connection_is_noted_by_the_name_that_it_asked_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = ssl.create_default_context(cadata=authority.pem)
    # The recorder's one certificate is for none of them.
    context.check_hostname = False

    def connect(name: str) -> None:
        plain = socket.create_connection(("127.0.0.1", recorder.port), timeout=60)
        context.wrap_socket(plain, server_hostname=name).close()

    with Recorder(authority) as recorder, ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(connect, NAMES))
    assert sorted(recorder.connections) == sorted(NAMES)
