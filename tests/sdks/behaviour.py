"""What a real SDK does when a request is not answered with 200, seen from the requests that it made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tests.nameplate_ingestion.sdks.replay import Json
from tests.sdks.calls import a_track
from tests.sdks.posted import events_of
from tests.sdks.real_sdk import RealSdk, Run
from tests.sdks.served import Site
from tests.world.http_faults import Exchange, HttpFault, Point

_OK = 200
_SHORT, _LONG = 3, 120
"""Seconds that are told to wait: to those who heed it, and to others, who come long before."""
_BODY = b'{"success":false,"code":"Test","message":"a fault"}'


class After(StrEnum):
    """What an SDK does with the events of a request that failed."""

    WAITED = "again, when told"
    AGAIN = "again"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Behaviour:
    """By what a request meets."""

    limited: After
    """429 with Retry-After."""
    unavailable: After
    """503 with Retry-After."""
    broken: After
    """500."""
    cut: After
    """The connection ends before the request had an effect."""
    lost: After
    """The connection ends after it had one, before the answer."""
    refused: After
    """400."""


def faults(expected: Behaviour, headers: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, HttpFault]:
    """Return what the cases' requests meet, by the case; answers have more headers."""

    def answer(status: int, after: After | None = None) -> HttpFault:
        told = {} if after is None else {"Retry-After": str(_SHORT if after is After.WAITED else _LONG)}
        return HttpFault(status=status, headers={"Content-Type": "application/json", **headers, **told}, body=_BODY)

    return {
        "limited": answer(429, expected.limited),
        "unavailable": answer(503, expected.unavailable),
        "broken": answer(500),
        "cut": HttpFault(drop=True),
        "lost": HttpFault(Point.AFTER_EFFECT, drop=True),
        "refused": answer(400),
    }


def provoke(sdk: RealSdk, site: Site, expected: Behaviour) -> tuple[Run, Behaviour]:
    """Let a client of its own meet each fault, all of them side by side, and tell what they did.

    What is expected says only how long to wait for it.
    """
    met = faults(expected)
    calls = [a_track(case) for case in met]
    run = sdk.run(site, calls, met, lambda passed: is_over(passed, expected), oneClientPerCall=True)
    return run, judge(run.exchanges, met)


def is_over(passed: Sequence[Exchange], expected: Behaviour) -> bool:
    """Tell whether all was tried, and all that is expected to come again was taken."""
    return all(
        _tries(passed, case) if after is After.DROPPED else _is_delivered(passed, case)
        for case, after in vars(expected).items()
    )


def judge(passed: Sequence[Exchange], met: Mapping[str, HttpFault]) -> Behaviour:
    """Return what was done, by what was met."""
    return Behaviour(**{case: _judge(_tries(passed, case), fault) for case, fault in met.items()})


def arrived(run: Run, case: str) -> list[Json]:
    """Return the events of a case that arrived."""
    return [event for event in run.events if event["event"] == case]


def tries(run: Run, case: str) -> list[Exchange]:
    """Return the requests of a case."""
    return _tries(run.exchanges, case)


def _tries(passed: Sequence[Exchange], case: str) -> list[Exchange]:
    return [each for each in passed if case in [event.get("event") for event in events_of(each)]]


def _is_delivered(passed: Sequence[Exchange], case: str) -> bool:
    return any(each.status == _OK and each.fault is None for each in _tries(passed, case))


def _judge(requests: Sequence[Exchange], fault: HttpFault) -> After:
    if len(requests) == 1:
        return After.DROPPED
    waited = requests[1].started - requests[0].started
    told = float(fault.headers.get("Retry-After", "inf"))
    return After.WAITED if waited >= told else After.AGAIN
