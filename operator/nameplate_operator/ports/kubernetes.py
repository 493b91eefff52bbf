"""What the operator asks of the Kubernetes API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Manifest = Mapping[str, Any]
"""A Kubernetes object as JSON values."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Kubernetes object, as URLs name it."""

    api_version: str
    kind: str
    plural: str

    @property
    def type_meta(self) -> dict[str, str]:
        """Return the fields by which an object says of what kind it is."""
        return {"apiVersion": self.api_version, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Ref:
    """One Kubernetes object by name; ``namespace`` is empty for a cluster-scoped one."""

    kind: Kind
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        """Return the object as a person names it."""
        return f"{self.kind.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


class Cluster(Protocol):
    """The Kubernetes API. Children are answered from the watch (own writes included), all else from the server."""

    async def get(self, ref: Ref) -> Manifest | None:
        """Return the object, or None where there is none."""
        ...

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        """Return the objects of the kind now at the server: in all namespaces if none is given; never from a cache."""
        ...

    async def create(self, manifest: Manifest) -> Manifest:
        """Create the object; raises Conflict if one of its name exists."""
        ...

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply the fields by server-side apply, taking them over from other managers.

        ``metadata.uid`` says which object is meant: raises Conflict when that is gone or another one. Without a uid the
        object is made: raises Conflict when there is one of its name.
        """
        ...

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        """Merge the changes in; with ``metadata.resourceVersion`` among them, raises Conflict on an older object."""
        ...

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        """Delete exactly this object; raises Conflict if another stands in its place. Gone already is fine."""
        ...

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply ``status`` by server-side apply to the status subresource."""
        ...

    async def emit(self, event: "Event") -> None:
        """Post an Event about an object; the same one is not repeated, and a failure is only logged."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes Event on an object (events.k8s.io/v1)."""

    about: Ref
    uid: str
    type: str
    reason: str
    message: str
    action: str = "Reconcile"
