"""Nothing that a test does leaves the machine, and a test that tries fails."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.cluster import egress, inner_runs

pytest_plugins = ["pytester"]

# Documentation addresses: nobody is there, should the guard let something through.
OUTSIDE = "192.0.2.1"
OUTSIDE_IPV6 = "2001:db8::1"


def _connect(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.connect((host, 9))


def _send(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.sendto(b"x", (host, 9))


def _send_message(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.sendmsg([b"x"], [], 0, (host, 9))


@pytest.mark.parametrize("attempt", [_connect, _send, _send_message])
@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, OUTSIDE),
        (socket.AF_INET6, OUTSIDE_IPV6),
        (socket.AF_INET6, f"::ffff:{OUTSIDE}"),
    ],
)
def test_no_socket_reaches_an_address_outside(
    attempt: Callable[[socket.AddressFamily, str], None], family: socket.AddressFamily, host: str
) -> None:
    with pytest.raises(OSError, match=egress.REFUSAL):
        attempt(family, host)
    assert len(egress.attempts()) == 1


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: socket.gethostbyname("example.com"),
        lambda: socket.gethostbyaddr(OUTSIDE),
    ],
)
def test_no_name_is_looked_up_outside(look_up: Callable[[], object]) -> None:
    with pytest.raises(OSError, match=egress.REFUSAL):
        look_up()
    assert len(egress.attempts()) == 1


async def test_asyncio_is_guarded_too() -> None:
    with pytest.raises(OSError, match=egress.REFUSAL):
        await asyncio.open_connection(OUTSIDE, 9)
    assert len(egress.attempts()) == 1


def test_a_child_process_is_guarded_and_its_attempt_is_recorded_here() -> None:
    code = f"import socket; socket.create_connection(({OUTSIDE!r}, 9), timeout=1)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert egress.REFUSAL in ran.stderr
    assert len(egress.attempts()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.8.7", "localhost"])
def test_loopback_is_free(host: str) -> None:
    with socket.create_server(("127.0.0.1" if host == "localhost" else host, 0)) as server:
        socket.create_connection((host, server.getsockname()[1])).close()


def test_unix_sockets_are_free() -> None:
    left, right = socket.socketpair()
    with left, right, socket.socket(socket.AF_UNIX) as connection, pytest.raises(FileNotFoundError):
        connection.connect("/nowhere")


def test_a_test_that_swallows_the_refusal_fails_all_the_same(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(f"""
        import contextlib, socket

        def test_sends():
            with contextlib.suppress(OSError):
                socket.create_connection(({OUTSIDE!r}, 9), timeout=1)

        def test_stays():
            pass
    """)
    ran = inner_runs.run(pytester, monkeypatch, "egress_fixtures")
    ran.assert_outcomes(passed=2, errors=1)
    ran.stdout.fnmatch_lines([f"  socket.connect '{OUTSIDE}' by process*"])
