"""Withdrawn: the zone of a released name holds nothing but its bare form, so that nothing of the holder is served."""

from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.changes import WriteRecords
from nameplate_operator.phase import Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Zone
from nameplate_operator.records import bare_zone, carries, difference
from nameplate_operator.subject import Claim

_BARE = Verdict(Truth.TRUE, Reason.WITHDRAWN, "The zone holds nothing but its own records.")
_NO_ZONE = Verdict(Truth.TRUE, Reason.WITHDRAWN, "There is no zone of this claim at the provider.")
_WITHDRAWING = Verdict(Truth.FALSE, Reason.WITHDRAWING, "The former holder's records are being removed.")


@dataclass(frozen=True, slots=True)
class Remains:
    """Our zone as it is at the provider; None where there is none of ours."""

    zone: Zone | None


class Withdrawal(Phase[Claim, Remains]):
    """Removes what the former holder served; a forgotten delegation to us then leads nowhere."""

    condition = ConditionType.WITHDRAWN

    async def observe(self, subject: Claim, findings: Findings, now: datetime) -> Remains | None:
        """Find the zone, if one was ever begun."""
        if subject.spec.zone is None or subject.spec.token is None:
            return Remains(None)
        zone = await self.ports.zones.find(subject.ref.name)
        return Remains(zone if zone and carries(zone, subject.spec.token) else None)

    def decide(self, subject: Claim, seen: Remains, was: Was) -> Decision:
        """Remove whatever the bare form does not hold."""
        if seen.zone is None:
            return Decision(_NO_ZONE)
        write = to_bare(subject, seen.zone)
        return Decision(_WITHDRAWING, (write,)) if write else Decision(_BARE)


def to_bare(subject: Claim, zone: Zone) -> WriteRecords | None:
    """Return what brings the zone back to its bare form, None if it is bare."""
    recorded = subject.spec.zone.nameservers if subject.spec.zone else ()
    wanted = bare_zone(subject.ref.name, subject.spec.token or "", recorded or zone.nameservers)
    upserts, deletions = difference(zone.records, wanted)
    return WriteRecords(zone=zone, upserts=upserts, deletions=deletions) if upserts or deletions else None
