"""The prober against real TLS servers on loopback: verified always, bounded always, never redirected."""

import asyncio
import gc
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters import httpx_prober
from nameplate_operator.adapters.httpx_prober import HttpxProber
from nameplate_operator.ports import ProbeTarget, ProviderError
from nameplate_operator.settings import ProberSettings
from tests.world.tls_server import Authority, TlsServer

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
HOST = "api.cdp.acme.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@contextmanager
def serving(authority: Authority, answer: bytes | None, names: tuple[str, ...] = (HOST,)) -> Iterator[TlsServer]:
    """Run a server that gives this answer to everything, or none."""
    with TlsServer(authority.context(names), answer) as server:
        yield server


def prober(server: TlsServer, **changes: object) -> HttpxProber:
    return HttpxProber(ProberSettings.model_validate({"port": server.port, "timeout": 5} | changes))


def target(authority: Authority, *addresses: str) -> ProbeTarget:
    return ProbeTarget(HOST, addresses or ("127.0.0.1",), authority.pem)


async def test_an_answer_comes_from_the_address_with_the_public_name_as_sni_and_host(authority):
    with serving(authority, OK) as server:
        answer = await prober(server).ask(target(authority), "/path?x=1")
        assert (answer.status, answer.body) == (200, b"{}")
        request = server.requests[0].decode()
        assert request.startswith("GET /path?x=1 HTTP/1.1\r\n")
        assert f"\r\nhost: {HOST}\r\n" in request.lower()
        assert server.server_names == [HOST]


async def test_configured_authorities_are_trusted_beside_those_of_the_target(authority, tmp_path: Path):
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(authority.pem)
    with serving(authority, OK) as server:
        answer = await prober(server, caFile=ca_file).ask(ProbeTarget(HOST, ("127.0.0.1",)), "/")
        assert answer.status == 200


@pytest.mark.parametrize(
    ("names", "trusted", "words"),
    [
        pytest.param(("elsewhere.example",), True, "Hostname mismatch", id="another name"),
        pytest.param((HOST,), False, "self-signed certificate in certificate chain", id="unknown authority"),
    ],
)
async def test_a_wrong_certificate_is_told_and_nothing_is_sent(authority, names, trusted, words):
    with serving(authority, OK, names) as server:
        asked = target(authority) if trusted else ProbeTarget(HOST, ("127.0.0.1",))
        with pytest.raises(ProviderError) as caught:
            await prober(server).ask(asked, "/")
        assert server.requests == []
    assert caught.value.reason is Reason.WRONG_CERTIFICATE
    assert words in caught.value.message


async def test_every_probe_shakes_hands_anew_for_its_own_name(authority):
    other = "cdn.cdp.acme.example"
    with serving(authority, OK, (HOST, other)) as server:
        one = prober(server)
        for host in (HOST, other, other):
            await one.ask(ProbeTarget(host, ("127.0.0.1",), authority.pem), "/")
        assert server.server_names == [HOST, other, other]


async def test_a_redirect_is_an_answer(authority):
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with serving(authority, answer) as server:
        assert (await prober(server).ask(target(authority), "/")).status == 302


async def test_an_endless_body_is_cut(authority):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
    with serving(authority, head + b"x" * 1_000_000) as server:
        assert len((await prober(server).ask(target(authority), "/")).body) == 65536


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(None, "no answer in time", id="silence"),
        pytest.param(b"220 mail.example ESMTP\r\n", "no valid HTTP answer", id="another protocol"),
    ],
)
async def test_what_gives_no_answer_is_a_failed_look(authority, answer, words):
    with serving(authority, answer) as server, pytest.raises(ProviderError) as caught:
        await prober(server, timeout=0.5).ask(target(authority), "/")
    assert (caught.value.reason, caught.value.refused) == (Reason.CONNECT_FAILED, False)
    assert f"{words}. Look at the ingress controller." in caught.value.message


def test_a_server_that_never_shakes_hands_costs_no_connection(monkeypatch):
    lost: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda found: lost.append(str(found.exc_value)))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = ProberSettings.model_validate({"port": silent.getsockname()[1], "timeout": 0.5})
        for _ in range(3):
            with pytest.raises(ProviderError, match="no answer in time"):
                asyncio.run(HttpxProber(settings).ask(ProbeTarget(HOST, ("127.0.0.1",)), "/"))
            gc.collect()
    assert lost == []


async def test_the_next_address_is_asked_where_one_refuses(authority):
    with serving(authority, OK) as server:
        answer = await prober(server).ask(target(authority, "127.0.0.77", "127.0.0.1"), "/")
        assert answer.status == 200


async def test_no_address_means_no_connection(authority):
    with pytest.raises(ProviderError, match="No address"):
        await HttpxProber(ProberSettings()).ask(ProbeTarget(HOST, ()), "/")


def test_verification_is_never_off():
    context = httpx_prober._context("", "")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
