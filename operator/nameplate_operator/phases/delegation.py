"""Delegated: the parent zone's own servers send the world to ours, and ours answer for the zone."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from nameplate_api.conditions import MESSAGE_LIMIT, Condition, ConditionType, Reason, Truth, clip
from nameplate_operator.changes import RecordOnClaim
from nameplate_operator.delegation.diagnosis import Case, diagnose
from nameplate_operator.delegation.facts import Facts
from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.delegation.patience import confirmed, disagreeing, escalated, struck
from nameplate_operator.delegation.problem import Conclusion
from nameplate_operator.delegation.status_rows import rows
from nameplate_operator.pace import at_work, waiting_every
from nameplate_operator.phase import Change, Decision, Findings, Phase, Streak, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.phases.zone import ZoneHosting
from nameplate_operator.ports import Ports, ProviderError
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim, Domain

_MOST_REMEMBERED = 50_000
_SOON = 0.9
"""Part of the time until the next look after which a pass that comes for another reason looks anew."""


@dataclass(frozen=True, slots=True)
class Delegating:
    """What was seen of the delegation, and when; ``fresh`` unless it was seen in an earlier pass."""

    claim: Claim
    nameservers: tuple[str, ...]
    facts: Facts
    looked_at: datetime
    edited_at: datetime | None = None
    fresh: bool = True

    def case(self, now: datetime) -> Case:
        """Return what was seen and what was expected."""
        return Case(self.facts, now, self.nameservers, self.claim.spec.token)


class Delegation(Phase[Domain, Delegating]):
    """Looks at the parent, never at a cache, and gives up what holds only after repeated failures."""

    condition = ConditionType.DELEGATED
    needs = (ConditionType.ZONE_READY,)
    reports = ("records",)

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        super().__init__(ports, settings)
        self._look = DelegationLook(ports.resolver, settings.dns.check_timeout, ports.cuts)
        self._last: OrderedDict[str, tuple[Domain, Delegating]] = OrderedDict()

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Delegating | None:
        """Look as often as is due, however often other conditions cause a pass."""
        claim, nameservers = _expected(findings)
        if claim is None or not nameservers:
            return None
        last = self._last.get(subject.uid)
        edited_at = _edited_at(subject, last, now)
        if last is not None and self._still_good(subject, last, (nameservers, claim.spec.token), edited_at, now):
            return replace(last[1], claim=claim, edited_at=edited_at, fresh=False)
        facts = await self._look.look(subject.spec.domain, nameservers, subject.ref.namespace)
        seen = Delegating(claim, nameservers, facts, now, edited_at)
        conclusion = diagnose(seen.case(now))
        before = subject.conditions.get(self.condition)
        if conclusion.truth is Truth.UNKNOWN and before is not None and before.status is not Truth.UNKNOWN:
            again_after = self._every(subject, before, conclusion, edited_at, now)
            raise ProviderError(conclusion.reason, _told(conclusion), retry_after=again_after)
        self._remember(subject, seen)
        return seen

    def decide(self, subject: Domain, seen: Delegating, was: Was) -> Decision:
        """True at once; False at once only if it was not True before."""
        case = seen.case(was.now)
        conclusion, streak = self._weighed(case, seen, was)
        report = {"records": rows(case, conclusion)}
        held = was.true and conclusion.truth is Truth.FALSE and not _given_up(case, conclusion, streak)
        found = self._verdict(seen, conclusion, was)
        verdict = _held(conclusion) if held else found
        every = self._every(subject, was.condition, conclusion, seen.edited_at, was.now)
        left = None if every is None else max(every - (was.now - seen.looked_at).total_seconds(), 1.0)
        changes = _record_first(seen.claim) if conclusion.truth is Truth.TRUE else ()
        return Decision(verdict, changes, report, left, streak, _failed_look(seen, found, streak))

    def _weighed(self, case: Case, seen: Delegating, was: Was) -> tuple[Conclusion, Streak]:
        conclusion = diagnose(case)
        if conclusion.truth is Truth.TRUE:
            streak = disagreeing(was.streak, conclusion, was.now) if seen.fresh else was.streak
            return escalated(conclusion, streak, case.facts.name, was.now), streak
        if conclusion.truth is Truth.FALSE and was.true:
            return conclusion, struck(was.streak, case, conclusion) if seen.fresh else was.streak
        return conclusion, Streak()

    def _verdict(self, seen: Delegating, conclusion: Conclusion, was: Was) -> Verdict:
        overdue = conclusion.truth is Truth.FALSE and was.false_for >= self.settings.delegation_deadline
        once = seen.claim.spec.zone is not None and seen.claim.spec.zone.delegated
        if conclusion.reason is Reason.DELEGATION_MISSING and (once or was.true):
            message = f"The NS records of {seen.facts.name} were removed at {seen.facts.zone}. Put them back."
            return Verdict(conclusion.truth, Reason.DELEGATION_LOST, message, stalled=overdue)
        return Verdict(conclusion.truth, conclusion.reason, _told(conclusion), stalled=overdue)

    def _every(
        self,
        subject: Domain,
        before: Condition | None,
        conclusion: Conclusion,
        edited_at: datetime | None,
        now: datetime,
    ) -> float | None:
        """Return the seconds between two looks; None while it holds, which leaves it to the common pace."""
        pace = self.settings.pace
        if conclusion.truth is Truth.TRUE:
            torn = any(problem.reason is Reason.PARENT_INCONSISTENT for problem in conclusion.problems)
            return pace.failed_after if torn else None
        if before is not None and before.status is Truth.TRUE:
            return pace.failed_after
        shown = subject.conditions.get(ConditionType.ZONE_READY)
        shown_at = shown.last_transition_time if shown and shown.status is Truth.TRUE else now
        if at_work((shown_at, edited_at, _asked_at(subject)), now):
            return pace.edit_every
        waited = (now - before.last_transition_time).total_seconds() if before is not None else 0.0
        return waiting_every(pace, waited)

    def _still_good(
        self,
        subject: Domain,
        last: tuple[Domain, Delegating],
        expected: tuple[tuple[str, ...], str | None],
        edited_at: datetime | None,
        now: datetime,
    ) -> bool:
        before, seen = last
        same = (before.generation, before.recheck) == (subject.generation, subject.recheck)
        if not same or (seen.nameservers, seen.claim.spec.token) != expected:
            return False
        conclusion = diagnose(seen.case(now))
        every = self._every(subject, subject.conditions.get(self.condition), conclusion, edited_at, now)
        every = self.settings.pace.active_every if every is None else every
        return 0 <= (now - seen.looked_at).total_seconds() < _SOON * every

    def _remember(self, subject: Domain, seen: Delegating) -> None:
        self._last[subject.uid] = (subject, seen)
        self._last.move_to_end(subject.uid)
        if len(self._last) > _MOST_REMEMBERED:
            self._last.popitem(last=False)


def _expected(findings: Findings) -> tuple[Claim | None, tuple[str, ...]]:
    """Return the claim and the name servers that the parent should list, () while there are none to show."""
    hosting = findings.of(ZoneHosting)
    if hosting is not None and hosting.zone is not None:
        return hosting.claim, tuple(host.lower() for host in hosting.zone.nameservers)
    standing = findings.of(Acceptance)
    claim = hosting.claim if hosting is not None else standing.claim if standing is not None else None
    # A delegation that once held is watched on, whatever has become of the zone or of its provider.
    known = claim.spec.zone if claim is not None and claim.spec.zone is not None else None
    return claim, known.nameservers if known is not None and known.delegated else ()


def _edited_at(subject: Domain, last: tuple[Domain, Delegating] | None, now: datetime) -> datetime | None:
    if last is None:
        return None
    before, seen = last
    same = (before.generation, before.recheck) == (subject.generation, subject.recheck)
    return seen.edited_at if same else now


def _asked_at(subject: Domain) -> datetime | None:
    """Return the time that the annotation holds, if it is one."""
    try:
        asked = datetime.fromisoformat(subject.recheck)
    except ValueError:
        return None
    return asked if asked.tzinfo is not None else None


def _given_up(case: Case, conclusion: Conclusion, streak: Streak) -> bool:
    return conclusion.reason is Reason.PARENT_INCONSISTENT or confirmed(streak, case, conclusion)


def _failed_look(seen: Delegating, found: Verdict, streak: Streak) -> Reason | None:
    """Return why a new look failed or counts against the delegation; a True verdict hides that parents disagree."""
    if not seen.fresh or not (streak.count or found.truth is Truth.UNKNOWN):
        return None
    return Reason.PARENT_INCONSISTENT if found.truth is Truth.TRUE else found.reason


def _told(conclusion: Conclusion) -> str:
    """Return the words for a status: what could not be seen is looked at again without anybody's doing."""
    again = " We keep trying; nothing changes until then." if conclusion.truth is Truth.UNKNOWN else ""
    return clip(conclusion.message, MESSAGE_LIMIT - len(again)) + again


def _held(conclusion: Conclusion) -> Verdict:
    message = f"Delegated until now. The last look saw something else, and it is looked again: {conclusion.message}"
    return Verdict(Truth.TRUE, Reason.DELEGATED, message)


def _record_first(claim: Claim) -> tuple[Change, ...]:
    """Note the first delegation on the claim: what was delegated once is not let go before the parent undoes it."""
    if claim.spec.zone is None or claim.spec.zone.delegated:
        return ()
    return (RecordOnClaim(claim=claim.ref, uid=claim.uid, spec={"zone": {"delegated": True}}),)
