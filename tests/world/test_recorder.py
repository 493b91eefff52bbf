"""The recorder: who came, by HTTP or TLS, whole or broken off, and that it lets everybody go."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cluster.waiting import until
from tests.world.recorder import Page, Recorder
from tests.world.tls_server import Authority


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """One that runs."""
    with Recorder(Authority(tmp_path)) as recorder:
        yield recorder


def _connection(recorder: Recorder) -> socket.socket:
    return socket.create_connection(("127.0.0.1", recorder.port), timeout=60)


def _careless() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_one_port_speaks_both_and_notes_who_was_meant(recorder: Recorder) -> None:
    recorder.pages["www.acme.com/known"] = Page(b"hello")
    address = f"127.0.0.1:{recorder.port}"
    with httpx.Client(verify=_careless(), trust_env=False, timeout=60) as client:
        plain = client.get(f"http://{address}/known?a=b", headers={"Host": "www.acme.com"})
        extensions = {"sni_hostname": "cdn.example"}
        secure = client.post(
            f"https://{address}/x", headers={"Host": "cdn.example"}, content=b"body", extensions=extensions
        )
    assert (plain.status_code, plain.content) == (200, b"hello")
    assert (secure.status_code, secure.content) == (200, b"{}")
    assert [str(asked) for asked in recorder.asked] == ["GET www.acme.com/known?a=b", "POST cdn.example/x"]
    assert recorder.asked[1].body == b"body"
    assert recorder.connections == ["", "cdn.example"]


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01", b"GET / HT"], ids=["nothing", "half a hello", "half a line"])
def test_whoever_breaks_off_is_noted_and_gone(recorder: Recorder, said: bytes) -> None:
    with _connection(recorder) as connection:
        connection.sendall(said)
    until(lambda: recorder.connections, "the connection to be noted")
    recorder.settle()
    assert recorder.asked == []


def test_its_end_waits_for_nobody_who_stays(tmp_path: Path) -> None:
    with Recorder(Authority(tmp_path)) as recorder:
        plain = _connection(recorder)
        secure = _careless().wrap_socket(_connection(recorder), server_hostname="idle.example")
        until(lambda: len(recorder.connections) == 1, "the connection with TLS to be noted")
    with plain, secure:
        assert plain.recv(1) == b""
