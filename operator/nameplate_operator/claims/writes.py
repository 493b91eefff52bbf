"""Every write to a claim as a value: each says which version of the claim it is about, so that of two one fails."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nameplate_api.base import instant
from nameplate_api.custom_domain import FINALIZER, DeletionPolicy
from nameplate_operator.changes import FINALIZERS
from nameplate_operator.kinds import DOMAIN_CLAIM
from nameplate_operator.phase import Change
from nameplate_operator.ports import Conflict, Ports, Ref
from nameplate_operator.subject import Claim, Domain

_TOKEN_ALPHABET = string.ascii_lowercase + string.digits
_TOKEN_LENGTH = 26
"""26 of 36 characters are 134 bits."""


@dataclass(frozen=True, kw_only=True)
class GuardDomain(Change):
    """Put our finalizer on the CustomDomain, so that its deletion reaches its claim."""

    domain: Ref
    uid: str

    async def apply(self, ports: Ports) -> None:
        """Apply by server-side apply: other finalizers stay with whoever set them."""
        metadata = {"name": self.domain.name, "namespace": self.domain.namespace, "uid": self.uid}
        manifest = {**self.domain.kind.type_meta, "metadata": metadata | {"finalizers": [FINALIZER]}}
        await ports.cluster.apply(manifest, FINALIZERS)


@dataclass(frozen=True, kw_only=True)
class CreateClaim(Change):
    """Claim a name, unbound: of two that do so at once, one will be told so by a look at the other."""

    host: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    async def apply(self, ports: Ports) -> None:
        """Create the claim; the name is the host, so that nobody can do so twice."""
        metadata = {"name": self.host, "labels": dict(self.labels)}
        await ports.cluster.create({**DOMAIN_CLAIM.type_meta, "metadata": metadata, "spec": dict(self.spec)})


@dataclass(frozen=True, kw_only=True)
class WriteClaim(Change):
    """Write fields of exactly the version of a claim that was seen."""

    claim: Ref
    uid: str
    resource_version: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str | None] = field(default_factory=dict)
    finalizers: tuple[str, ...] | None = None

    async def apply(self, ports: Ports) -> None:
        """Merge the fields in."""
        await ports.cluster.patch(self.claim, self._patch())

    def _patch(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {"uid": self.uid, "resourceVersion": self.resource_version}
        if self.labels:
            metadata["labels"] = dict(self.labels)
        if self.finalizers is not None:
            metadata["finalizers"] = list(self.finalizers)
        return {"metadata": metadata} | ({"spec": dict(self.spec)} if self.spec else {})


@dataclass(frozen=True, kw_only=True)
class BindClaim(WriteClaim):
    """Bind a claim to a CustomDomain, or give a released one back.

    A token is made here if there is none, so that no decision ever holds one that is unused.
    """

    domain: Ref
    domain_uid: str
    now: datetime
    has_token: bool = False

    async def apply(self, ports: Ports) -> None:
        """Merge the holder in, then see whether it is still there."""
        patch = self._patch()
        if not self.has_token:
            patch["spec"] = patch["spec"] | {"token": new_token()}
        bound = Claim.read(await ports.cluster.patch(self.claim, patch))
        holder = await ports.cluster.get(self.domain)
        # Deleted since it was read, it may have been torn down before the claim named it: nobody else would let go.
        meta = holder["metadata"] if holder else {}
        if meta.get("uid") != self.domain_uid or "deletionTimestamp" in meta:
            await self._undo(ports, bound)

    async def _undo(self, ports: Ports, claim: Claim) -> None:
        holder = claim.spec.holder
        while claim.uid == self.uid and claim.spec.release_time is None and claim.spec.holder == holder:
            try:
                return await release(claim, self.now).apply(ports)
            except Conflict:
                # Its status may have been written meanwhile.
                if (found := await ports.cluster.get(self.claim)) is None:
                    return None
                claim = Claim.read(found)
        return None


@dataclass(frozen=True, kw_only=True)
class DeleteClaim(Change):
    """Delete exactly the version of a claim that was seen."""

    claim: Ref
    uid: str
    resource_version: str

    async def apply(self, ports: Ports) -> None:
        """Delete with both preconditions: a claim that was bound or taken back meanwhile stays."""
        await ports.cluster.delete(self.claim, uid=self.uid, resource_version=self.resource_version)


def new_token() -> str:
    """Return a token that nobody can guess."""
    return "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(_TOKEN_LENGTH))


def guard(domain: Domain) -> tuple[GuardDomain, ...]:
    """Return what puts our finalizer on the CustomDomain, if it is not there."""
    return () if domain.guarded else (GuardDomain(domain=domain.ref, uid=domain.uid, first=True),)


def release(claim: Claim, now: datetime, policy: DeletionPolicy | None = None) -> WriteClaim:
    """Return what makes a bound claim a released one; its sources are free from then on.

    ``policy`` is the holder's last word on what becomes of the zone; None leaves it as it was copied before.
    """
    last_word = {} if policy is None else {"deletionPolicy": policy.value}
    return WriteClaim(**version_of(claim), spec={"releaseTime": instant(now), "sources": [], **last_word})


def version_of(claim: Claim) -> dict[str, Any]:
    """Return which version of the claim a write is about."""
    return {"claim": claim.ref, "uid": claim.uid, "resource_version": claim.resource_version}


def delete(claim: Claim) -> DeleteClaim:
    """Return the deletion of the claim as it was seen."""
    return DeleteClaim(**version_of(claim))


def guarded(claim: Claim) -> tuple[str, ...]:
    """Return the claim's finalizers with ours among them."""
    return claim.finalizers if claim.guarded else (*claim.finalizers, FINALIZER)


def unguarded(claim: Claim) -> tuple[str, ...]:
    """Return the claim's finalizers without ours."""
    return tuple(each for each in claim.finalizers if each != FINALIZER)
