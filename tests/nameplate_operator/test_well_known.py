"""Whose ingestion answers at a public name: what is told of each answer, and of none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_api.ingestion_settings import WellKnown
from nameplate_operator.ports import ProbeAnswer, ProbeTarget, ProviderError
from nameplate_operator.well_known import Identity, ask, first_failure

HOST = "api.cdp.acme.com"
TARGET = ProbeTarget(HOST, ("192.0.2.1",), trust="pem")
OURS = Identity("cdp.acme.com", "uid-1")
NO_INGESTION = "something that is no answer of a Nameplate ingestion"
OLDER = "an answer to an older request, as a cache would"
ANOTHER = "the ingestion of another domain"


class Host:
    """Answers each probe with what a function makes of its nonce; notes whom it was asked for, and with which path."""

    def __init__(self, answer: Callable[[str], ProbeAnswer]) -> None:
        self.asked: list[tuple[ProbeTarget, str]] = []
        self._answer = answer

    async def ask(self, target: ProbeTarget, path: str) -> ProbeAnswer:
        self.asked.append((target, path))
        return self._answer(path.partition("?nonce=")[2])


def said(status: int = 200, **changes: Any) -> Callable[[str], ProbeAnswer]:
    """Return what answers as our ingestion does, but for the changes."""

    def answer(nonce: str) -> ProbeAnswer:
        fields = {"domain": "cdp.acme.com", "uid": "uid-1", "nonce": nonce, "revision": "r1", "missingKeys": ["app"]}
        return ProbeAnswer(status, json.dumps(fields | changes).encode())

    return answer


def raw(body: bytes) -> Callable[[str], ProbeAnswer]:
    return lambda _: ProbeAnswer(200, body)


async def test_our_own_answer_is_handed_on() -> None:
    host = Host(said())
    heard = await ask(host, TARGET, OURS)
    assert isinstance(heard, WellKnown)
    assert (heard.domain, heard.uid, heard.revision, heard.missing_keys) == ("cdp.acme.com", "uid-1", "r1", ("app",))
    ((target, path),) = host.asked
    assert target == TARGET
    assert path == f"/.well-known/nameplate?nonce={heard.nonce}"


async def test_no_two_requests_are_alike() -> None:
    host = Host(said())
    for _ in range(20):
        await ask(host, TARGET, OURS)
    assert len({path for _, path in host.asked}) == 20


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        pytest.param(said(404), "HTTP status 404", id="no such page"),
        pytest.param(said(302), "HTTP status 302", id="a redirect is not followed"),
        pytest.param(said(503), "HTTP status 503", id="nobody is ready"),
        pytest.param(said(204), "HTTP status 204", id="another success"),
        pytest.param(raw(b""), NO_INGESTION, id="nothing"),
        pytest.param(raw(b"<html>Welcome to nginx!</html>"), NO_INGESTION, id="a page"),
        pytest.param(raw(b'{"status": "ok"}'), NO_INGESTION, id="other JSON"),
        pytest.param(raw(b"[]"), NO_INGESTION, id="a list"),
        pytest.param(raw(b"[" * 60_000), NO_INGESTION, id="no end of lists"),
        pytest.param(raw(b"\xff\xfe"), NO_INGESTION, id="no text"),
        pytest.param(said(revision=None), NO_INGESTION, id="a field without value"),
        pytest.param(said(missingKeys="app"), NO_INGESTION, id="a field of another type"),
        pytest.param(said(nonce="0123456789abcdef"), OLDER, id="the answer to another request"),
        pytest.param(said(nonce=""), OLDER, id="the answer to no request"),
        pytest.param(said(domain="cdp.other.com"), ANOTHER, id="another name"),
        pytest.param(said(uid="uid-0"), ANOTHER, id="a namesake that was deleted"),
        pytest.param(said(domain="cdp.other.com", uid="uid-0"), ANOTHER, id="another domain"),
    ],
)
async def test_any_other_answer_is_not_ours(answer: Callable[[str], ProbeAnswer], found: str) -> None:
    heard = await ask(Host(answer), TARGET, OURS)
    assert isinstance(heard, ProviderError)
    message = f"https://api.cdp.acme.com gave {found}. Look at what serves the name."
    assert (heard.reason, heard.message) == (Reason.NOT_OURS, message)
    assert (heard.retry_after, heard.refused) == (5, False)


async def test_a_probe_that_fails_is_the_answer() -> None:
    failure = ProviderError(Reason.WRONG_CERTIFICATE, "The certificate is not valid.")

    def fail(_: str) -> ProbeAnswer:
        raise failure

    assert await ask(Host(fail), TARGET, OURS) is failure


async def test_without_an_address_of_ours_nobody_is_asked() -> None:
    host = Host(said())
    heard = await ask(host, ProbeTarget(HOST, ()), OURS)
    assert isinstance(heard, ProviderError)
    assert (heard.reason, heard.refused, host.asked) == (Reason.CONNECT_FAILED, False, [])
    assert heard.message == "Our name servers do not give the Ingress' address for api.cdp.acme.com yet."


ANSWER = WellKnown(domain="cdp.acme.com", uid="uid-1", nonce="n", revision="r1")
FIRST, SECOND = (ProviderError(Reason.NOT_OURS, each) for each in ("first", "second"))


@pytest.mark.parametrize(
    ("heard", "failure"),
    [
        pytest.param((), None, id="nobody was asked"),
        pytest.param((ANSWER, ANSWER), None, id="all answered"),
        pytest.param((ANSWER, FIRST), FIRST, id="one failed"),
        pytest.param((FIRST, ANSWER, SECOND), FIRST, id="two failed"),
    ],
)
def test_the_first_failure_speaks_for_all(
    heard: tuple[WellKnown | ProviderError, ...], failure: ProviderError | None
) -> None:
    assert first_failure(heard) is failure
