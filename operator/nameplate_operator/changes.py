"""Every write to Kubernetes that a decision can ask for, as values.

Writes to zones and certificates stand beside the phase that decides them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nameplate_operator.phase import Change
from nameplate_operator.ports import Manifest, Ports, Ref

CHILDREN = "nameplate/children"
"""Field manager of the children's fields."""
FINALIZERS = "nameplate/finalizer"
"""Field manager of our finalizer."""
STATUS = "nameplate/status"
"""Field manager of status."""


@dataclass(frozen=True, kw_only=True)
class ApplyChild(Change):
    """Create a child or bring its fields back to what they must be."""

    manifest: Manifest

    async def apply(self, ports: Ports) -> None:
        """Apply by server-side apply."""
        await ports.cluster.apply(self.manifest, CHILDREN)


@dataclass(frozen=True, kw_only=True)
class DeleteChild(Change):
    """Delete a child that is no longer wanted: exactly the one that was seen."""

    ref: Ref
    uid: str

    async def apply(self, ports: Ports) -> None:
        """Delete with a UID precondition."""
        await ports.cluster.delete(self.ref, uid=self.uid)


@dataclass(frozen=True, kw_only=True)
class RecordOnClaim(Change):
    """Write fields of a claim's spec, of exactly the claim that was seen."""

    claim: Ref
    uid: str
    spec: Mapping[str, Any]

    async def apply(self, ports: Ports) -> None:
        """Merge the fields in."""
        await ports.cluster.patch(self.claim, {"metadata": {"uid": self.uid}, "spec": dict(self.spec)})
