"""A real SDK, driven as a program of its own: it makes calls to the site, and what passed and arrived is told.

A driver is a program in the SDK's language that is started with the path of a plan as its last argument:

    {"writeKey": ..., "host": "https://api.cdp.acme.com", "options": {...}, "calls": [{"type": "track", ...}, ...]}

It makes a client by the text of the operator's snippet, which was put beside it when it was made (one that cannot use
that takes key and host from the plan); with the option "oneClientPerCall" one for each call. It makes the calls in
their order (each holds what the Tracking API calls it), tells the clients to send without waiting for it, and writes
the line `called` to its standard output. It keeps the clients until its standard input ends; then it closes them in
the SDK's own way and exits with 0. What the SDK reports to its user (failures, callbacks) goes to standard error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.waiting import until
from tests.nameplate_ingestion.sdks.replay import SOURCES, Json, key_of
from tests.sdks.driver import Driver
from tests.sdks.posted import FirstOf, events_of
from tests.sdks.served import HOST, Site, Way
from tests.world.http_faults import Exchange, HttpFault, HttpInjection

_OK = 200
_SEND_TIMEOUT = 180.0
"""With the SDKs' own waits between tries, of which Java's is the longest: up to 30 s."""

Finished = Callable[[Sequence[Exchange]], bool]
"""Tells from what has passed whether the driver may close its client."""
Faults = Sequence[HttpFault | HttpInjection] | Mapping[str, HttpFault]
"""What the first requests that post meet, one each; or those that are meant; or the first with an event of a name."""


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    exchanges: Sequence[Exchange]
    """What was posted, in order; requests that were refused or cut included."""
    lines: Sequence[Json]
    """What the file sink got, in order."""
    asked: Sequence[str]
    """Other names that were looked up."""
    said: str
    """What the SDK reported."""

    @property
    def posted(self) -> list[Exchange]:
        """The requests that bring events."""
        return [each for each in self.exchanges if each.method == "POST"]

    @property
    def events(self) -> list[Json]:
        """What arrived, without what the service says about it."""
        return [line["event"] for line in self.lines]


@dataclass(frozen=True)
class RealSdk:
    """How an SDK is driven."""

    name: str
    """As among the replays and their manners."""
    package: str
    version: str
    calls: Sequence[str]
    """Types of calls that it knows."""
    command: Callable[[], Sequence[str]]
    """The driver's command line, but for the plan; raises ProgramMissing where it was not made."""
    trust: Callable[[Path], Mapping[str, str]]
    """The environment in which it trusts an authority."""
    unsayable: frozenset[str] = frozenset()
    """Members of a call that it has no way to say."""
    sets: frozenset[str] = frozenset()
    """Members that it fills by itself with what earlier calls said, or with ids of its own."""
    sends_on_close: bool = False
    """Whether it sends a few calls no sooner than when it is closed or some seconds are over."""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Name of the source whose key it has."""
        return SOURCES[self.name][0]

    def run(
        self,
        site: Site,
        calls: Sequence[Json],
        faults: Faults = (),
        finished: Finished | None = None,
        **options: Any,
    ) -> Run:
        """Make calls, with faults on the way that has them, and see what passes and arrives.

        Without another condition the client is closed once all calls were accepted.
        """
        way = site.faulty if faults else site.plain
        proxy = way.proxy
        proxy.injections = _injections(faults)
        begin = len(proxy.exchanges)
        finished = finished or (lambda passed: sum(map(_delivers, passed)) >= len(calls))
        with self._driver(site, way, calls, site.trusted, options) as driver:
            until(
                lambda: finished(proxy.exchanges[begin:]) or not driver.is_alive(),
                f"{self.name} to send",
                _SEND_TIMEOUT,
            )
            said = driver.close()
        exchanges = proxy.exchanges[begin:]
        taken = sum(len(events_of(each)) for each in exchanges if each.status == _OK)
        return Run(exchanges, site.arrivals.take(taken), site.names.asked(), said)

    def hang_up(self, site: Site, call: Json, authority: Path) -> Sequence[Exchange]:
        """Make a call while only this authority is trusted, until it has ended a connection; return what it posted."""
        begin, ended = len(site.plain.proxy.exchanges), len(site.silent())
        with self._driver(site, site.plain, [call], authority, {}):
            until(lambda: len(site.silent()) > ended, f"{self.name} to end a connection", _SEND_TIMEOUT)
        return site.plain.proxy.exchanges[begin:]

    def _driver(
        self, site: Site, way: Way, calls: Sequence[Json], authority: Path, options: Mapping[str, Any]
    ) -> Driver:
        plan = {
            "writeKey": key_of(self.name),
            "host": f"https://{HOST}",
            "calls": calls,
            "options": {**self.options, **options},
        }
        return Driver(site.within(way, self.command()), self.trust(authority), plan)


def _injections(faults: Faults) -> list[HttpInjection]:
    if isinstance(faults, Mapping):
        return [FirstOf(event, fault) for event, fault in faults.items()]
    return [
        each if isinstance(each, HttpInjection) else HttpInjection(each, {"POST"}, nth=place)
        for place, each in enumerate(faults, start=1)
    ]


def _delivers(exchange: Exchange) -> int:
    return len(events_of(exchange)) if exchange.status == _OK and exchange.fault is None else 0
