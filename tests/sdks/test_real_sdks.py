"""Each real SDK, made by the operator's snippet, sends through the custom name all that is said to it, once."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.sdks.behaviour import After, arrived, provoke, tries
from tests.sdks.calls import a_track, calls
from tests.sdks.real_sdk import RealSdk
from tests.sdks.rows import REAL
from tests.sdks.sdks import PYTHON, SDKS
from tests.sdks.seen import check_arrived, key_places
from tests.sdks.served import Site
from tests.world.http_faults import Exchange, HttpFault
from tests.world.tls_server import Authority

_OF_RECEIPT = {"receivedAt", "timestamp", "sentAt"}
each_sdk = pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)


@each_sdk
def test_every_call_arrives_once_and_whole(site: Site, sdk: RealSdk) -> None:
    row = REAL[sdk.name]
    said = calls(sdk.calls, sdk.unsayable)
    assert {call["type"] for call in said} == set(sdk.calls)
    run = sdk.run(site, said, finished=_at_once if sdk.sends_on_close else None)
    check_arrived(sdk, run, said)
    assert run.asked == []
    assert {f"{each.method} {each.path}" for each in run.exchanges} == {row.sends}
    assert {each.headers["X-Front-Protocol"] for each in run.exchanges} == {_protocol(row.http)}
    assert {key_places(sdk, each) for each in run.exchanges} == {row.key}
    assert {each.headers.get("Content-Encoding") for each in run.exchanges} == {"gzip" if row.gzip == "yes" else None}


def test_the_python_sdk_compresses_if_it_is_told_to(site: Site) -> None:
    run = PYTHON.run(site, said := calls(PYTHON.calls), gzip=True)
    check_arrived(PYTHON, run, said)
    assert {each.headers.get("Content-Encoding") for each in run.exchanges} == {"gzip"}
    assert REAL["Python"].gzip == "if told"


@each_sdk
def test_an_sdk_does_with_failures_what_its_row_says(site: Site, sdk: RealSdk) -> None:
    row = REAL[sdk.name]
    run, behaviour = provoke(sdk, site, row.behaviour)
    assert behaviour == row.behaviour
    assert run.asked == []
    for case, after in asdict(behaviour).items():
        events = arrived(run, case)
        assert len(events) == (after is not After.DROPPED) + (case == "lost"), case
        # A second delivery is told from another event by its id, and is the same but for when it came.
        same = [{name: event[name] for name in event.keys() - _OF_RECEIPT} for event in events]
        assert same == same[:1] * len(same)
        assert {each.status for each in tries(run, case)[1:]} <= {200}
    counted = {each.headers.get("X-Retry-Count") for each in tries(run, "broken")[1:]}
    assert counted == {"1" if row.counts else None}


@each_sdk
def test_an_sdk_that_is_closed_does_with_a_failure_what_its_row_says(site: Site, sdk: RealSdk) -> None:
    finished = _at_once if sdk.sends_on_close else bool
    run = sdk.run(site, [a_track("closing")], [HttpFault(status=503)], finished)
    assert run.exchanges[0].fault
    seen = After.DROPPED if len(run.exchanges) == 1 else After.AGAIN
    assert seen is REAL[sdk.name].closing
    assert len(run.events) == (seen is After.AGAIN)


@each_sdk
def test_an_sdk_says_nothing_to_whom_it_has_no_reason_to_trust(site: Site, sdk: RealSdk, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(Authority(tmp_path).pem)
    assert sdk.hang_up(site, a_track("secret"), other) == []


def _at_once(_: Sequence[Exchange]) -> bool:
    return True


def _protocol(version: str) -> str:
    return {"1.1": "HTTP/1.1", "2": "HTTP/2.0"}[version] + "/TLSv1.3"
