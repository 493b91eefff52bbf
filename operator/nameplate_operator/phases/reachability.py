"""Reachable: an HTTPS request by each public name reached our own ingestion."""

from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.pace import IDLE_AFTER, waiting_every
from nameplate_operator.phase import Decision, Findings, Phase, Streak, Verdict, Was
from nameplate_operator.phases.ingestion import IngestionService
from nameplate_operator.ports import ProviderError
from nameplate_operator.subject import Domain
from nameplate_operator.well_known import first_failure

_STRIKES = 3
_LASTING_AFTER = 60.0
_TOLD = frozenset({Reason.CONNECT_FAILED, Reason.WRONG_CERTIFICATE, Reason.NOT_OURS})
"""What a probe can tell; any other failure kept it from being made."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The first failure among the public names, or None if all answered."""

    names: tuple[str, ...]
    failure: ProviderError | None


class Reachability(Phase[Domain, Reach]):
    """Judges by what the world would see, and never by one failure alone."""

    condition = ConditionType.REACHABLE
    needs = (ConditionType.CERTIFICATE_ISSUED, ConditionType.INGESTION_AVAILABLE, ConditionType.ROUTED)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Reach | None:
        """Take what the public names answered when the ingestion was looked at."""
        running = findings.of(IngestionService)
        if running is None or running.heard is None:
            return None
        failure = first_failure(running.heard.values())
        if failure is not None and failure.reason not in _TOLD:
            raise failure
        return Reach(tuple(running.heard), failure)

    def decide(self, subject: Domain, seen: Reach, was: Was) -> Decision:
        """True at once; False only after failures in a row, if it ever was True."""
        if seen.failure is None:
            message = f"The ingestion answers at {', '.join(f'https://{name}' for name in seen.names)}."
            return Decision(Verdict(Truth.TRUE, Reason.ANSWERING, message))
        streak = was.streak.struck(was.now)
        return Decision(
            self._verdict(seen.failure, was, streak),
            recheck_after=self._again_after(was),
            streak=streak,
            failed_look=seen.failure.reason,
        )

    def _verdict(self, failure: ProviderError, was: Was, streak: Streak) -> Verdict:
        lasting = streak.count >= _STRIKES and streak.age(was.now) >= _LASTING_AFTER
        if was.true and not lasting:
            message = "The ingestion answered before."
            return Verdict(Truth.TRUE, Reason.ANSWERING, message, aside=failure.message)
        # A time-out may be the way from here alone, as where a router does not turn packets around.
        timed_out = failure.reason is Reason.CONNECT_FAILED
        truth = Truth.UNKNOWN if timed_out and not lasting and was.false_for == 0 else Truth.FALSE
        return Verdict(truth, failure.reason, failure.message)

    def _again_after(self, was: Was) -> float:
        pace = self.settings.pace
        if was.true:
            return pace.failed_after
        waited = (was.now - was.condition.last_transition_time).total_seconds() if was.condition else 0.0
        if waited < IDLE_AFTER:
            return pace.edit_every
        # Nothing wakes us when the way to the Ingress opens.
        return min(waiting_every(pace, waited), pace.first_day_every / 3)
