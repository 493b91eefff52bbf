"""ZoneReady: our zone of the name exists at the provider, with its own name servers, token and CAA inside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.hostname import token_name
from nameplate_operator.changes import WriteRecords
from nameplate_operator.claims.writes import WriteClaim, version_of
from nameplate_operator.pace import CONFLICT_EVERY
from nameplate_operator.phase import Change, Decision, Findings, Phase, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.ports import Ports, RecordSet, Zone
from nameplate_operator.records import bare_zone, carries, difference
from nameplate_operator.subject import Claim, Domain


@dataclass(frozen=True, slots=True)
class Hosting:
    """The zone if it is ours, with the name servers that it must have; ``foreign`` is one without our token."""

    claim: Claim
    zone: Zone | None
    nameservers: tuple[str, ...]
    foreign: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateZone(Change):
    """Make the zone with all of its own records inside."""

    name: str
    nameservers: tuple[str, ...]
    records: tuple[RecordSet, ...]

    async def apply(self, ports: Ports) -> None:
        """Create it in one step."""
        await ports.zones.create(self.name, self.nameservers, self.records)


class ZoneHosting(Phase[Domain, Hosting]):
    """Makes the zone before anybody is shown its name servers, and keeps its own records as they must be."""

    condition = ConditionType.ZONE_READY
    needs = (ConditionType.ACCEPTED,)
    reports = ("nameservers",)

    async def observe(self, subject: Domain, findings: Findings, now: datetime) -> Hosting | None:
        """Find the zone by its name; it is ours if it carries our token, and to be made if it was only begun."""
        standing = findings.of(Acceptance)
        claim = standing.claim if standing else None
        if claim is None or claim.spec.token is None:
            return None
        zone = await self.ports.zones.find(subject.spec.domain)
        # What was recorded is what people have entered at the parent: it outlives a change of the settings.
        recorded = claim.spec.zone.nameservers if claim.spec.zone else ()
        nameservers = recorded or self.ports.zones.nameservers(claim.spec.token)
        if zone is None or self.ports.zones.is_begun(zone, claim.spec.token):
            return Hosting(claim, None, nameservers)
        if not carries(zone, claim.spec.token):
            return Hosting(claim, None, nameservers, foreign=True)
        return Hosting(claim, replace(zone, nameservers=nameservers), nameservers)

    def decide(self, subject: Domain, seen: Hosting, was: Was) -> Decision:
        """Make what is missing, and never touch a zone that is not ours."""
        if seen.foreign:
            return Decision(_conflict(subject.spec.domain), recheck_after=CONFLICT_EVERY)
        if seen.zone is None:
            return self._create(subject, seen)
        upserts, deletions = difference(_own_records(seen.zone), self._wanted(subject, seen))
        changes: list[Change] = []
        if upserts or deletions:
            changes.append(WriteRecords(zone=seen.zone, upserts=upserts, deletions=deletions))
        record = {"provider": self.ports.zones.name, "id": seen.zone.id, "nameservers": list(seen.nameservers)}
        changes += _record(seen.claim, record)
        return Decision(_hosted(seen), tuple(changes), {"nameservers": list(seen.nameservers)})

    def _create(self, subject: Domain, seen: Hosting) -> Decision:
        known = seen.claim.spec.zone
        shown = known is not None and known.id is not None
        create = CreateZone(
            name=subject.spec.domain,
            nameservers=seen.nameservers,
            records=self._wanted(subject, seen),
            first=not shown,
        )
        # Noted before it is made, so that a crash in between leaves no zone of ours unknown.
        changes = (*_record(seen.claim, {"provider": self.ports.zones.name}, first=not shown), create)
        message = "The zone was lost and is being made again, with the same name servers." if shown else _BEING_MADE
        # Its name servers stay the same, so whoever has read them is not confused by a gap.
        report = {"nameservers": list(seen.nameservers)} if shown else {}
        return Decision(Verdict(Truth.FALSE, Reason.CREATING, message), changes, report)

    def _wanted(self, subject: Domain, seen: Hosting) -> tuple[RecordSet, ...]:
        return bare_zone(subject.spec.domain, seen.claim.spec.token or "", seen.nameservers)


_BEING_MADE = "The zone is being made; its name servers are shown once it exists."


def _hosted(seen: Hosting) -> Verdict:
    if seen.zone is not None and set(seen.nameservers) <= set(seen.zone.values(seen.zone.name, "NS")):
        return Verdict(Truth.TRUE, Reason.HOSTED, f"The zone is served by {', '.join(seen.nameservers)}.")
    message = "The zone does not list all of its own name servers; they are being put back."
    return Verdict(Truth.FALSE, Reason.REPAIRING, message)


def _conflict(name: str) -> Verdict:
    message = (
        f"The DNS provider has a zone {name} that does not carry this domain's token, so it is left alone. "
        f"Remove that zone if it is not needed; if it is this domain's own, put the token of DomainClaim {name} "
        f"back as the TXT record {token_name(name)}."
    )
    return Verdict(Truth.FALSE, Reason.ZONE_CONFLICT, message, stalled=True)


def _own_records(zone: Zone) -> Iterator[RecordSet]:
    own = {(zone.name, "NS"), (zone.name, "CAA"), (token_name(zone.name), "TXT")}
    return (record for record in zone.records if (record.name, record.type) in own)


def _record(claim: Claim, fields: Mapping[str, Any], *, first: bool = False) -> tuple[WriteClaim, ...]:
    # Of the version that was seen: a reservation keeps its uid when it goes to another holder, with another token, and
    # what a pass that was left behind writes would stay, since what is recorded outlives all else.
    known = claim.spec.zone.model_dump(by_alias=True, mode="json") if claim.spec.zone else {}
    if all(known.get(name) == value for name, value in fields.items()):
        return ()
    return (WriteClaim(**version_of(claim), spec={"zone": dict(fields)}, first=first),)
