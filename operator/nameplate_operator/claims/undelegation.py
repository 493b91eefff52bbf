"""Undelegated: no server of the parent zone sends the world to us any more, by what each of them says itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.custom_domain import DeletionPolicy
from nameplate_operator.claims.teardown import records_to_remove
from nameplate_operator.pace import waiting_every
from nameplate_operator.phase import Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Event, Ports
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim

_NEVER = Verdict(Truth.TRUE, Reason.UNDELEGATED, "The name was never delegated to us.")
_NO_LONGER = Verdict(Truth.TRUE, Reason.UNDELEGATED, "Every server of the parent zone says that it is not delegated.")
_NOT_ASKED = Verdict(Truth.UNKNOWN, Reason.RETAINED, "Not asked while deletionPolicy is Retain.")


class Parents(Protocol):
    """Asks the parent zone's servers."""

    async def delegates(self, name: str, nameservers: tuple[str, ...], payer: str) -> bool:
        """Say whether any of them delegates the name to one of these name servers.

        False only if every one of them said with authority that it does not, or that a name above does not exist.
        Raises ProviderError where that is not known. ``payer`` is the namespace on whose behalf it is asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the parent says; ``delegated`` is None where it need not be asked."""

    delegated: bool | None


class Undelegation(Phase[Claim, Answer]):
    """Waits until the owner of the parent zone has removed the delegation."""

    condition = ConditionType.UNDELEGATED

    def __init__(self, ports: Ports, settings: OperatorSettings, parents: Parents) -> None:
        super().__init__(ports, settings)
        self._parents = parents

    async def observe(self, subject: Claim, findings: Findings, now: datetime) -> Answer | None:
        """Ask the parent, unless the name was never delegated to us or its zone stays anyway."""
        zone, holder = subject.spec.zone, subject.spec.holder
        if zone is None or not zone.delegated or subject.spec.deletion_policy is DeletionPolicy.RETAIN:
            return Answer(None)
        payer = holder.namespace if holder else ""
        return Answer(await self._parents.delegates(subject.ref.name, zone.nameservers, payer))

    def decide(self, subject: Claim, seen: Answer, was: Was) -> Decision:
        """Turn False as soon as a delegation is seen: the quarantine starts anew after it."""
        if seen.delegated is None:
            retained = subject.spec.deletion_policy is DeletionPolicy.RETAIN
            return Decision(_NOT_ASKED if retained else _NEVER)
        pace = self.settings.pace
        if not seen.delegated:
            return Decision(_NO_LONGER, recheck_after=pace.active_every)
        message = f"Remove {records_to_remove(subject)} at the zone above; then the name can be let go."
        verdict = Verdict(Truth.FALSE, Reason.PARENT_STILL_DELEGATES, message)
        released_at = subject.spec.release_time
        waited = (was.now - released_at).total_seconds() if released_at else 0.0
        return Decision(verdict, recheck_after=waiting_every(pace, waited), events=_events(subject, verdict, was))


def _events(subject: Claim, verdict: Verdict, was: Was) -> tuple[Event, ...]:
    if was.condition is not None and was.condition.status is verdict.truth:
        return ()
    return (Event(subject.ref, subject.uid, "Warning", verdict.reason, verdict.message, action="Release"),)
