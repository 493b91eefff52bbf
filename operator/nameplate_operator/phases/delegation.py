"""Delegated: the parent zone's own servers send the world to ours, and ours answer for the zone."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from nameplate_api.conditions import MESSAGE_LIMIT, ConditionType, Reason, Truth, clip
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

    def expects(self, nameservers: tuple[str, ...], claim: Claim) -> bool:
        """Say whether these name servers and the claim's token were expected."""
        return (self.nameservers, self.claim.spec.token) == (nameservers, claim.spec.token)

    def case(self, now: datetime) -> Case:
        """Return what was seen and what was expected."""
        return Case(self.facts, now, self.nameservers, self.claim.spec.token)


@dataclass(frozen=True, slots=True)
class LastLook:
    """The last look at a domain, and for which edit of it the look was made."""

    generation: int
    recheck: str
    seen: Delegating

    def was_for(self, subject: Domain) -> bool:
        """Say whether nobody edited the domain since."""
        return (self.generation, self.recheck) == (subject.generation, subject.recheck)


class LastLooks:
    """The last look at each domain, by uid; the oldest make room for new ones."""

    def __init__(self) -> None:
        self._looks: OrderedDict[str, LastLook] = OrderedDict()

    def at(self, subject: Domain) -> LastLook | None:
        """Return the last look at the domain."""
        return self._looks.get(subject.uid)

    def put(self, subject: Domain, seen: Delegating) -> None:
        """Remember a look."""
        self._looks[subject.uid] = LastLook(subject.generation, subject.recheck, seen)
        self._looks.move_to_end(subject.uid)
        if len(self._looks) > _MOST_REMEMBERED:
            self._looks.popitem(last=False)


class Delegation(Phase[Domain, Delegating]):
    """Looks at the parent, never at a cache, and gives up what holds only after repeated failures."""

    condition = ConditionType.DELEGATED
    needs = (ConditionType.ZONE_READY,)
    reports = ("records",)

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        super().__init__(ports, settings)
        self._look = DelegationLook(ports.resolver, settings.dns.check_timeout, ports.cuts)
        self._looks = LastLooks()

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Delegating | None:
        """Look as often as is due, however often other conditions cause a pass."""
        claim, nameservers = _expected(findings)
        if claim is None or not nameservers:
            return None
        was = Was(now, subject.conditions.get(self.condition))
        last = self._looks.at(subject)
        edited_at = _edited_at(subject, last, now)
        if last is not None and last.was_for(subject) and last.seen.expects(nameservers, claim):
            known = replace(last.seen, claim=claim, edited_at=edited_at, fresh=False)
            if self._is_recent(subject, known, was):
                return known
        facts = await self._look.look(subject.spec.domain, nameservers, subject.ref.namespace)
        seen = Delegating(claim, nameservers, facts, now, edited_at)
        conclusion = diagnose(seen.case(now))
        if conclusion.truth is Truth.UNKNOWN and was.seen:
            again_after = self._every(subject, seen, conclusion, was)
            raise ProviderError(conclusion.reason, _told(conclusion), retry_after=again_after)
        self._looks.put(subject, seen)
        return seen

    def decide(self, subject: Domain, seen: Delegating, was: Was) -> Decision:
        """True at once; False at once only if it was not True before."""
        case = seen.case(was.now)
        conclusion, streak = self._weighed(case, seen, was)
        report = {"records": rows(case, conclusion)}
        held = was.true and conclusion.truth is Truth.FALSE and not _given_up(case, conclusion, streak)
        found = self._verdict(seen, conclusion, was)
        verdict = _held(conclusion) if held else found
        every = self._every(subject, seen, conclusion, was)
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

    def _every(self, subject: Domain, seen: Delegating, conclusion: Conclusion, was: Was) -> float | None:
        """Return the seconds between two looks; None while it holds, which leaves it to the common pace."""
        pace = self.settings.pace
        if conclusion.truth is Truth.TRUE:
            torn = any(problem.reason is Reason.PARENT_INCONSISTENT for problem in conclusion.problems)
            return pace.failed_after if torn else None
        if was.true:
            return pace.failed_after
        shown = subject.conditions.get(ConditionType.ZONE_READY)
        shown_at = shown.last_transition_time if shown and shown.status is Truth.TRUE else was.now
        if at_work((shown_at, seen.edited_at, _asked_at(subject)), was.now):
            return pace.edit_every
        before = was.condition
        waited = (was.now - before.last_transition_time).total_seconds() if before is not None else 0.0
        return waiting_every(pace, waited)

    def _is_recent(self, subject: Domain, seen: Delegating, was: Was) -> bool:
        every = self._every(subject, seen, diagnose(seen.case(was.now)), was)
        every = self.settings.pace.active_every if every is None else every
        return 0 <= (was.now - seen.looked_at).total_seconds() < _SOON * every


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


def _edited_at(subject: Domain, last: LastLook | None, now: datetime) -> datetime | None:
    if last is None:
        return None
    return last.seen.edited_at if last.was_for(subject) else now


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
