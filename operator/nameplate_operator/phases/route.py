"""Routed: the Ingress has an address, and the address records in our zone lead there.

Once the hosts are published, people are told what to put into pages and programs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.hostname import hosts
from nameplate_operator.changes import WriteRecords
from nameplate_operator.children import names
from nameplate_operator.children.content_security_policy import content_security_policy
from nameplate_operator.children.drift import upkeep
from nameplate_operator.children.ingress import ingress
from nameplate_operator.children.ingress_status import shown
from nameplate_operator.children.labels import conflict, is_ours
from nameplate_operator.children.snippets_map import snippets_map
from nameplate_operator.delegation.lookup import AddressLookup
from nameplate_operator.phase import Change, Decision, Findings, Phase, Streak, Verdict, Was
from nameplate_operator.phases.zone import ZoneHosting
from nameplate_operator.ports import Manifest, Ports, RecordSet, Zone
from nameplate_operator.records import ADDRESS_TYPES, address_records, difference
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Domain

_ADDRESS_EVERY = 10.0
_ADDRESS_GONE_TIMEOUT = 60.0
_FOLLOWED_EVERY = 60.0
"""Pace at which a host name's addresses are looked up, and the longest TTL of records that follow one."""
_KEPT = "The address records stay as they are."


@dataclass(frozen=True, slots=True)
class Routing:
    """The Ingress, the addresses it shows or its host names lead to, and our zone; ``foreign``: it is a stranger's.

    ``snippets`` is the ConfigMap of that name, whosever it is.
    """

    ingress: Manifest | None
    addresses: tuple[str, ...]
    hostnames: tuple[str, ...]
    zone: Zone | None
    foreign: bool = False
    snippets: Manifest | None = None
    foreign_snippets: bool = False

    @property
    def published(self) -> tuple[RecordSet, ...]:
        """Return the address records that stand in the zone."""
        served = hosts(self.zone.name) if self.zone else ()
        records = self.zone.records if self.zone else ()
        return tuple(r for r in records if r.name in served and r.type in ADDRESS_TYPES)


class Route(Phase[Domain, Routing]):
    """Makes the Ingress, and publishes where it is; what was published stays while nothing better is known."""

    condition = ConditionType.ROUTED
    needs = (ConditionType.DELEGATED,)
    reports = ("endpoints", "snippets", "contentSecurityPolicy")

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        super().__init__(ports, settings)
        self._lookup = AddressLookup(ports.resolver, settings.dns.check_timeout, ports.cuts)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Routing | None:
        """Look at the Ingress, up its host names, and at the snippets; the zone was seen before in this pass."""
        hosting = findings.of(ZoneHosting)
        seen = await self._look_at_ingress(subject, hosting.zone if hosting else None)
        ref = names.snippets(subject)
        live = await self.ports.cluster.get(ref)
        foreign = live is not None and not is_ours(live, subject, ref)
        return replace(seen, snippets=live, foreign_snippets=foreign)

    async def _look_at_ingress(self, subject: Domain, zone: Zone | None) -> Routing:
        ref = names.ingress(subject)
        live = await self.ports.cluster.get(ref)
        if live is not None and not is_ours(live, subject, ref):
            return Routing(live, (), (), zone, foreign=True)
        addresses, hostnames = shown(live)
        found = await self._lookup.resolve(hostnames, subject.ref.namespace) if hostnames else ()
        return Routing(live, tuple(sorted({*addresses, *found})), hostnames, zone)

    def decide(self, subject: Domain, seen: Routing, was: Was) -> Decision:
        """Keep the Ingress as it must be; then the records, once there is an address; then the snippets."""
        decision = self._routed(subject, seen, was)
        return _with_snippets(decision, subject, seen) if decision.report else decision

    def _routed(self, subject: Domain, seen: Routing, was: Was) -> Decision:
        unseen = seen.zone is None and "endpoints" in subject.status
        report = _endpoints(subject) if seen.published or was.true or unseen else {}
        if seen.foreign:
            return replace(conflict(names.ingress(subject)), report=report)
        changes: tuple[Change, ...] = upkeep(ingress(subject, self.settings.route), seen.ingress)
        if not seen.addresses:
            return _without_address(seen, was, changes, report)
        if seen.zone is None:
            return Decision(_zone_unseen(was), changes, report, recheck_after=_ADDRESS_EVERY)
        wanted = address_records(subject.spec.domain, seen.addresses, self._ttl(seen))
        upserts, deletions = difference(seen.published, wanted)
        if upserts or deletions:
            first = not seen.published
            changes += (WriteRecords(zone=seen.zone, upserts=upserts, deletions=deletions, first=first),)
        # The addresses behind a host name come and go: following them is no news.
        if _values(seen.published) != _values(wanted) and not (seen.hostnames and seen.published and was.true):
            message = f"The address records are being changed to {', '.join(seen.addresses)}."
            return Decision(Verdict(Truth.FALSE, Reason.RECORDS_PENDING, message), changes, report)
        recheck_after = _FOLLOWED_EVERY if seen.hostnames else None
        return Decision(_programmed(seen), changes, _endpoints(subject), recheck_after=recheck_after)

    def _ttl(self, seen: Routing) -> int:
        ttl = self.settings.zones.ttl
        return min(ttl, int(_FOLLOWED_EVERY)) if seen.hostnames else ttl


def _with_snippets(decision: Decision, subject: Domain, seen: Routing) -> Decision:
    report = {**decision.report, **content_security_policy(subject.spec)}
    if seen.foreign_snippets:
        # The domain serves without them.
        aside = conflict(names.snippets(subject)).verdict.message
        return replace(decision, verdict=replace(decision.verdict, aside=aside), report=report)
    if seen.snippets is not None:
        report["snippets"] = {"configMap": names.snippets(subject).name}
    changes = upkeep(snippets_map(subject), seen.snippets, from_spec=True)
    return replace(decision, changes=(*decision.changes, *changes), report=report)


def _without_address(seen: Routing, was: Was, changes: tuple[Change, ...], report: dict[str, Any]) -> Decision:
    if was.true:
        # A controller that restarts takes its address out of status for a moment.
        streak = was.streak.struck(was.now)
        message = f"{_awaited(seen)} {_KEPT}"
        lasting = streak.age(was.now) >= _ADDRESS_GONE_TIMEOUT
        verdict = (
            Verdict(Truth.FALSE, Reason.AWAITING_ADDRESS, message)
            if lasting
            else Verdict(Truth.TRUE, Reason.PROGRAMMED, message)
        )
        failed_look = Reason.AWAITING_ADDRESS
        return Decision(verdict, changes, report, _ADDRESS_EVERY, streak, failed_look)
    message = _awaited(seen) + (f" {_KEPT}" if seen.published else "")
    verdict = Verdict(Truth.FALSE, Reason.AWAITING_ADDRESS, message)
    return Decision(verdict, changes, report, recheck_after=_ADDRESS_EVERY, streak=Streak())


def _awaited(seen: Routing) -> str:
    if seen.ingress is None:
        return "The Ingress is being made."
    if seen.hostnames:
        remedy = Reason.AWAITING_ADDRESS.remedy
        return f"The Ingress shows the host name {seen.hostnames[0]}, for which no address was found. {remedy}"
    return "The Ingress shows no address; its controller gives it one."


def _zone_unseen(was: Was) -> Verdict:
    message = "The Ingress has an address, but the zone could not be looked at."
    if was.true:
        return Verdict(Truth.TRUE, Reason.PROGRAMMED, f"{message} {_KEPT}")
    return Verdict(Truth.FALSE, Reason.RECORDS_PENDING, message)


def _programmed(seen: Routing) -> Verdict:
    target = f"follow {', '.join(seen.hostnames)}" if seen.hostnames else f"lead to {', '.join(seen.addresses)}"
    return Verdict(Truth.TRUE, Reason.PROGRAMMED, f"The address records {target}.")


def _endpoints(subject: Domain) -> dict[str, Any]:
    _, api, cdn = hosts(subject.spec.domain)
    return {"endpoints": {"trackingAPI": f"https://{api}", "cdn": f"https://{cdn}"}}


def _values(records: Iterable[RecordSet]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(r.name, r.type, tuple(sorted(r.values))) for r in records}
