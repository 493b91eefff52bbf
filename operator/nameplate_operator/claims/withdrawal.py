"""Withdrawn: the zone of a released name holds nothing but its bare form, so that nothing of the holder is served."""

from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.phase import Change, Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Ports, RecordSet, Zone
from nameplate_operator.records import bare_zone, token_name
from nameplate_operator.subject import Claim

_BARE = Verdict(Truth.TRUE, Reason.WITHDRAWN, "The zone holds nothing but its own records.")
_NO_ZONE = Verdict(Truth.TRUE, Reason.WITHDRAWN, "There is no zone of this claim at the provider.")
_WITHDRAWING = Verdict(Truth.FALSE, Reason.WITHDRAWING, "The former holder's records are being removed.")


@dataclass(frozen=True, slots=True)
class Remains:
    """Our zone as it is at the provider; None where there is none of ours."""

    zone: Zone | None


@dataclass(frozen=True, kw_only=True)
class BareZone(Change):
    """Bring a zone back to its bare form."""

    zone: Zone
    upserts: tuple[RecordSet, ...]
    deletions: tuple[RecordSet, ...]

    async def apply(self, ports: Ports) -> None:
        """Write all of it, or nothing."""
        await ports.zones.write(self.zone, self.upserts, self.deletions)


class Withdrawal(Phase[Claim, Remains]):
    """Removes what the former holder served; a forgotten delegation to us then leads nowhere."""

    condition = ConditionType.WITHDRAWN

    async def observe(self, subject: Claim, findings: Findings, now: datetime) -> Remains | None:
        """Find the zone, if one was ever begun."""
        if subject.spec.zone is None or subject.spec.token is None:
            return Remains(None)
        zone = await self.ports.zones.find(subject.ref.name)
        return Remains(zone if is_ours(zone, subject.spec.token) else None)

    def decide(self, subject: Claim, seen: Remains, was: Was) -> Decision:
        """Remove whatever the bare form does not hold."""
        if seen.zone is None:
            return Decision(_NO_ZONE)
        recorded = subject.spec.zone.nameservers if subject.spec.zone else ()
        wanted = bare_zone(subject.ref.name, subject.spec.token or "", recorded or seen.zone.nameservers)
        kept = {(record.name, record.type) for record in wanted}
        live = {(record.name, record.type): record for record in seen.zone.records}
        upserts = tuple(each for each in wanted if not _same(live.get((each.name, each.type)), each))
        deletions = tuple(record for key, record in sorted(live.items()) if key not in kept)
        if not upserts and not deletions:
            return Decision(_BARE)
        return Decision(_WITHDRAWING, (BareZone(zone=seen.zone, upserts=upserts, deletions=deletions),))


def is_ours(zone: Zone | None, token: str) -> bool:
    """Say whether the zone carries the token; one that does not is never touched."""
    return zone is not None and token in zone.values(token_name(zone.name), "TXT")


def _same(live: RecordSet | None, wanted: RecordSet) -> bool:
    return live is not None and live.ttl == wanted.ttl and sorted(live.values) == sorted(wanted.values)
