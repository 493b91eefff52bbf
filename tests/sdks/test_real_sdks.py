"""Each real SDK, made by the operator's snippet, sends through the custom name all that is said to it, once."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.nameplate_ingestion.sdks.replay import key_of
from tests.sdks.behaviour import After, arrived, provoke, tries
from tests.sdks.calls import a_track, calls
from tests.sdks.holding import Hold
from tests.sdks.real_sdk import RealSdk, Run
from tests.sdks.rows import REAL
from tests.sdks.sdks import PYTHON, SDKS
from tests.sdks.seen import check_arrived, key_places
from tests.sdks.served import Site
from tests.world.http_faults import Exchange, HttpFault
from tests.world.tls_server import Authority

_HTTP = {"HTTP/1.1/TLSv1.3": "1.1", "HTTP/2.0/TLSv1.3": "2"}
_GZIP = {frozenset({None}): "no", frozenset({"gzip"}): "yes"}
_OF_RECEIPT = {"receivedAt", "timestamp", "sentAt"}
each_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)


@each_sdk
def test_every_call_arrives_once_and_whole(site: Site, sdk: RealSdk, hold: Hold) -> None:
    said = calls(sdk.calls, sdk.unsayable)
    assert {call["type"] for call in said} == set(sdk.calls)
    run = sdk.run(site, said, finished=_at_once if sdk.sends_on_close else None)
    check_arrived(sdk, run, said)
    assert run.asked == []
    (sends,) = {f"{each.method} {each.path}" for each in run.posted}
    (protocol,) = {each.headers["X-Front-Protocol"] for each in run.exchanges}
    (key,) = {key_places(each, key_of(sdk.name)) for each in run.posted}
    hold(sdk.name, package=f"{sdk.package} {sdk.version}", sends=sends, http=_HTTP[protocol], key=key)
    if sdk is PYTHON:
        assert _codings(run) == {None}
    else:
        hold(sdk.name, gzip=_GZIP[_codings(run)])


def test_the_python_sdk_compresses_if_it_is_told_to(site: Site, hold: Hold) -> None:
    run = PYTHON.run(site, said := calls(PYTHON.calls), gzip=True)
    check_arrived(PYTHON, run, said)
    assert _codings(run) == {"gzip"}
    hold(PYTHON.name, gzip="if told")


@each_sdk
def test_an_sdk_does_with_failures_what_its_row_says(site: Site, sdk: RealSdk, hold: Hold) -> None:
    run, behaviour = provoke(sdk, site, REAL[sdk.name].behaviour)
    assert run.asked == []
    for case, after in asdict(behaviour).items():
        events = arrived(run, case)
        assert len(events) == (after is not After.DROPPED) + (case == "lost"), case
        # A second delivery is told from another event by its id, and is the same but for when it came.
        same = [{name: event[name] for name in event.keys() - _OF_RECEIPT} for event in events]
        assert same == same[:1] * len(same)
        assert {each.status for each in tries(run, case)[1:]} <= {200}
    (counted,) = {each.headers.get("X-Retry-Count") for each in tries(run, "broken")[1:]}
    assert counted in {None, "1"}
    hold(sdk.name, behaviour=behaviour, counts=counted == "1")


@pytest.mark.parametrize("sdk", [sdk for sdk in SDKS if REAL[sdk.name].closing], ids=lambda sdk: sdk.name)
def test_an_sdk_that_is_closed_does_with_a_failure_what_its_row_says(site: Site, sdk: RealSdk, hold: Hold) -> None:
    finished = _at_once if sdk.sends_on_close else bool
    run = sdk.run(site, [a_track("closing")], [HttpFault(status=503)], finished)
    assert run.exchanges[0].fault
    seen = After.DROPPED if len(run.exchanges) == 1 else After.AGAIN
    assert len(run.events) == (seen is After.AGAIN)
    hold(sdk.name, closing=seen)


@each_sdk
def test_an_sdk_says_nothing_to_whom_it_has_no_reason_to_trust(site: Site, sdk: RealSdk, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(Authority(tmp_path).pem)
    assert sdk.hang_up(site, a_track("secret"), other) == []


def _at_once(_: Sequence[Exchange]) -> bool:
    return True


def _codings(run: Run) -> frozenset[str | None]:
    return frozenset(each.headers.get("Content-Encoding") for each in run.posted)
