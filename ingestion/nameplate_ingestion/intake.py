"""From a call to its answer: the pure decision, the log that must have the record first, and the counting."""

import logging
import time
from collections.abc import Callable, Mapping

from nameplate_api.json_lines import kind_and_places
from nameplate_api.sources import Durability
from nameplate_ingestion import record
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.replies import refused
from nameplate_ingestion.admission.respond import Keep, Outcome, respond
from nameplate_ingestion.call import Answer, Call, Reply
from nameplate_ingestion.log.terms import Refusal
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.server import Refusal as Unserved
from nameplate_ingestion.station import Station
from nameplate_ingestion.tenant import Tenants

_ROWS = {Refusal.FULL: Row.LOG_FULL, Refusal.FAILED: Row.LOG_FAILED}
_BY_CODE = {row.code: row for row in Row}

log = logging.getLogger(__name__)


class Intake:
    """Handles every call; who is served where may be exchanged at any time."""

    tenants: Tenants
    stations: Mapping[str, Station]
    """By domain."""

    def __init__(self, numbers: Numbers, now: Callable[[], float] = time.time) -> None:
        """Serve nobody yet."""
        self.tenants, self.stations = {}, {}
        self.complete = False
        """Whether a host that has no tenant is nobody's for sure."""
        self._now = now
        self._monotonic = time.monotonic
        self._numbers = numbers
        self._requests, self._events = numbers.of("requests"), numbers.of("events")
        self._octets, self._unserved = numbers.of("body_bytes"), numbers.of("refused_requests")

    def handle(self, call: Call, answer: Answer) -> None:
        """Answer one call, at once or when its record is safe."""
        begun = self._monotonic()
        try:
            outcome = respond(call, self.tenants, self._now())
        except Exception as error:  # noqa: BLE001 - whatever it was: whoever asked must have an answer
            log.error("A request ended in a fault of ours: %s", kind_and_places(error))  # noqa: TRY400
            outcome = Outcome(refused(call, Row.INTERNAL_ERROR), None, Row.INTERNAL_ERROR)
        if outcome.row is Row.UNKNOWN_HOST and not self.complete:
            outcome = Outcome(refused(call, Row.NOT_READY), None, Row.NOT_READY)
        if outcome.keep is None:
            tenant = self.tenants.get(call.host)
            self._requests["" if tenant is None else tenant.domain, outcome.row.code] += 1
            self._numbers.observe("request_seconds", self._monotonic() - begun)
            answer(outcome.reply)
        else:
            self._keep(call, answer, outcome, outcome.keep, begun)

    def _keep(self, call: Call, answer: Answer, outcome: Outcome, keep: Keep, begun: float) -> None:
        station = self.stations.get(keep.tenant.domain)
        if station is None:
            self._refuse(call, answer, keep, Refusal.FAILED, begun)
            return

        # A sink may be away for hours: only the disk is expected to be quick.
        timed = keep.source.durability is not Durability.SINK

        def done(refusal: Refusal | None) -> None:
            if timed:
                station.settle(self._monotonic())
            if refusal is not None:
                self._refuse(call, answer, keep, refusal, begun)
                return
            domain, source = keep.tenant.domain, keep.source.name
            self._requests[domain, outcome.row.code] += 1
            self._events[domain, source] += keep.record.events
            self._octets[domain,] += len(keep.record.body)
            self._numbers.observe("request_seconds", self._monotonic() - begun)
            answer(outcome.reply)

        if timed:
            station.expect(begun)
        refusal = station.log.append(record.encode(keep.record), keep.source.durability, done)
        if refusal is not None:
            done(refusal)

    def _refuse(self, call: Call, answer: Answer, keep: Keep, refusal: Refusal, begun: float) -> None:
        row = _ROWS[refusal]
        self._requests[keep.tenant.domain, row.code] += 1
        self._numbers.observe("request_seconds", self._monotonic() - begun)
        answer(refused(call, row))

    def turn_away(self, reason: Unserved, call: Call | None) -> Reply:
        """Return the answer to a request that the server does not hand over."""
        row = _BY_CODE[reason.value]
        self._unserved[row.code,] += 1
        return refused(call, row)
