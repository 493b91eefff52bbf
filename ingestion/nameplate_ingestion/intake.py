"""From a call to its answer: the pure decision, the log that must have the record first, and the counting."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping

from nameplate_api.json_lines import kind_and_places
from nameplate_api.sources import Durability
from nameplate_ingestion import record
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.replies import refused
from nameplate_ingestion.admission.respond import Keep, Outcome, respond, screen
from nameplate_ingestion.admission.upstream_files import Ask
from nameplate_ingestion.call import Answer, Call, Reply
from nameplate_ingestion.library.shelf import Library
from nameplate_ingestion.library.upstream.service import Upstream
from nameplate_ingestion.library.upstream.terms import Found, Missing
from nameplate_ingestion.log.terms import NotTaken
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.server import Unserved
from nameplate_ingestion.station import Station
from nameplate_ingestion.tenant import Tenants

_ROWS = {NotTaken.FULL: Row.LOG_FULL, NotTaken.FAILED: Row.LOG_FAILED}
MOST_AT_SINK = 4096
"""Requests of one domain that may wait for its sink: each is a client that waits too."""
_BY_CODE = {row.code: row for row in Row}

log = logging.getLogger(__name__)


class Intake:
    """Handles every call; who is served where may be exchanged at any time."""

    tenants: Tenants
    stations: Mapping[str, Station]
    """By domain."""
    library: Library | None
    upstream: Upstream | None

    def __init__(
        self, numbers: Numbers, now: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Serve nobody yet; what is told is in seconds since 1970 by `now`, and measured by `clock`."""
        self.tenants, self.stations = {}, {}
        self.library = self.upstream = None
        self.complete = False
        """Whether a host that has no tenant is nobody's for sure."""
        self._at_sink: Counter[str] = Counter()
        self._now = now
        self._clock = clock
        self._numbers = numbers
        self._requests, self._events = numbers.of("requests"), numbers.of("events")
        self._rejected = numbers.of("rejected_events")
        self._octets, self._unserved = numbers.of("body_bytes"), numbers.of("refused_requests")

    def handle(self, call: Call, answer: Answer) -> None:
        """Answer one call, at once or when its record is safe."""
        begun = self._clock()
        try:
            outcome = respond(call, self.tenants, self._now(), self.library)
        except Exception as error:  # noqa: BLE001 - whatever it was: whoever asked must have an answer
            outcome = _at_fault(call, error)
        if isinstance(outcome, Ask):
            self._ask(call.bare, answer, outcome, begun)
        elif outcome.keep is None:
            answer(self._counted(call, outcome, begun))
        else:
            self._keep(call, answer, outcome, outcome.keep, begun)

    def _ask(self, call: Call, answer: Answer, ask: Ask, begun: float) -> None:
        def done(told: Found | Missing) -> None:
            try:
                reply, row = ask.finish(told)
                outcome = Outcome(reply, None, row)
            except Exception as error:  # noqa: BLE001 - as above
                outcome = _at_fault(call, error)
            answer(self._counted(call, outcome, begun))

        if self.upstream is None:
            done(Missing.AWAY)
        else:
            self.upstream.ask(ask.wanted, done)

    def screen(self, call: Call, octets: int | None) -> Reply | None:
        """Return the answer to a call, still without its body, that no body can change."""
        begun = self._clock()
        outcome = screen(call, octets, self.tenants)
        return None if outcome is None else self._counted(call, outcome, begun)

    def _counted(self, call: Call, outcome: Outcome, begun: float) -> Reply:
        if outcome.row is Row.UNKNOWN_HOST and not self.complete:
            outcome = Outcome(refused(call, Row.NOT_READY), None, Row.NOT_READY)
        tenant = self.tenants.get(call.host)
        self._requests["" if tenant is None else tenant.domain, outcome.row.code] += 1
        self._numbers.observe("request_seconds", self._clock() - begun)
        return outcome.reply

    def _keep(self, call: Call, answer: Answer, outcome: Outcome, keep: Keep, begun: float) -> None:
        domain, source = keep.tenant.domain, keep.source.name
        station = self.stations.get(domain)
        # A sink may be away for hours: only the disk is expected to be quick.
        timed = keep.source.durability is not Durability.SINK
        if station is None or (not timed and self._at_sink[domain] >= MOST_AT_SINK):
            self._refuse(call, answer, domain, NotTaken.FAILED if station is None else NotTaken.FULL, begun)
            return
        # What waits for a sink waits for long: it keeps neither the body nor the record in memory.
        bare = call if timed else call.bare
        rejected = keep.rejected
        row, reply, events, size = outcome.row, outcome.reply, keep.record.events, len(keep.record.body)

        def done(not_taken: NotTaken | None) -> None:
            if timed:
                station.settle(self._clock())
            else:
                self._at_sink[domain] -= 1
            if not_taken is not None:
                self._refuse(bare, answer, domain, not_taken, begun)
                return
            self._requests[domain, row.code] += 1
            self._events[domain, source] += events
            self._octets[domain,] += size
            for code, count in rejected.items():
                self._rejected[domain, source, code] += count
            self._numbers.observe("request_seconds", self._clock() - begun)
            answer(reply)

        if timed:
            station.expect(begun)
        else:
            self._at_sink[domain] += 1
        not_taken = station.log.append(record.encode(keep.record), keep.source.durability, done)
        if not_taken is not None:
            done(not_taken)

    def _refuse(self, call: Call, answer: Answer, domain: str, reason: NotTaken, begun: float) -> None:
        row = _ROWS[reason]
        self._requests[domain, row.code] += 1
        self._numbers.observe("request_seconds", self._clock() - begun)
        answer(refused(call, row))

    def turn_away(self, reason: Unserved, call: Call | None) -> Reply:
        """Return the answer to a request that the server does not hand over."""
        row = _BY_CODE[reason.value]
        self._unserved[row.code,] += 1
        return refused(call, row)


def _at_fault(call: Call, error: Exception) -> Outcome:
    log.error("A request ended in a fault of ours: %s", kind_and_places(error))
    return Outcome(refused(call, Row.INTERNAL_ERROR), None, Row.INTERNAL_ERROR)
