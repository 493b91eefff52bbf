"""The writes that decisions of several phases ask for, as values; others stand beside the phase that decides them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nameplate_operator.phase import Change
from nameplate_operator.ports import Manifest, Ports, RecordSet, Ref, Zone

CHILDREN = "nameplate/children"
"""Field manager of the children's fields."""
FINALIZERS = "nameplate/finalizer"
"""Field manager of our finalizer."""
STATUS = "nameplate/status"
"""Field manager of status."""


@dataclass(frozen=True, kw_only=True)
class ApplyChild(Change):
    """Make a child, or with a uid in the manifest bring its fields back to what they must be."""

    manifest: Manifest

    async def apply(self, ports: Ports) -> None:
        """Apply by server-side apply, to nothing but what was seen: raises Conflict where a stranger was quicker."""
        await ports.cluster.apply(self.manifest, CHILDREN)


@dataclass(frozen=True, kw_only=True)
class RecordOnClaim(Change):
    """Write fields of a claim's spec that hold, or are soon put right, whatever else has changed on it meanwhile."""

    claim: Ref
    uid: str
    spec: Mapping[str, Any]

    async def apply(self, ports: Ports) -> None:
        """Merge the fields in."""
        await ports.cluster.patch(self.claim, {"metadata": {"uid": self.uid}, "spec": dict(self.spec)})


@dataclass(frozen=True, kw_only=True)
class WriteRecords(Change):
    """Put record sets into a zone of ours and take others out, in one write."""

    zone: Zone
    upserts: tuple[RecordSet, ...] = ()
    deletions: tuple[RecordSet, ...] = ()

    async def apply(self, ports: Ports) -> None:
        """Write them, all or none."""
        await ports.zones.write(self.zone, self.upserts, self.deletions)
