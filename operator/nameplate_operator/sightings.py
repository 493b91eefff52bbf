"""What the watch last showed of CustomDomains and DomainClaims, and which objects a change of one of them wakes.

A write of ours to status changes nothing of what is compared here, so that it wakes nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from nameplate_api.custom_domain import RECHECK_ANNOTATION
from nameplate_api.hostname import ancestors
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.ports import Manifest, Ref


@dataclass(frozen=True, slots=True)
class Sighting:
    """What counts of an object: all but status and what tools write on it."""

    uid: str
    generation: int
    deleted_at: str | None
    labels: tuple[tuple[str, str], ...]
    recheck: str | None

    @classmethod
    def of(cls, manifest: Manifest) -> "Sighting":
        """Return what counts of this object."""
        meta = manifest["metadata"]
        return cls(
            uid=meta["uid"],
            generation=meta.get("generation", 0),
            deleted_at=meta.get("deletionTimestamp"),
            labels=tuple(sorted((meta.get("labels") or {}).items())),
            recheck=(meta.get("annotations") or {}).get(RECHECK_ANNOTATION),
        )


class Hold(NamedTuple):
    """What whoever lost a name waits for: who holds the claim, if anybody, and whether it is on its way out."""

    namespace: str | None
    domain: str | None
    bound: bool
    released_at: str | None
    deleted_at: str | None

    @classmethod
    def of(cls, claim: Manifest) -> "Hold":
        """Return how the claim is held."""
        spec = claim.get("spec") or {}
        holder = spec.get("holder") or {}
        return cls(
            namespace=holder.get("namespace"),
            domain=holder.get("name"),
            bound="token" in spec,
            released_at=spec.get("releaseTime"),
            deleted_at=claim["metadata"].get("deletionTimestamp"),
        )


@dataclass
class Sightings:
    """Everything seen so far; small values only, never whole objects."""

    seen: dict[Ref, Sighting] = field(default_factory=dict)
    _names: dict[Ref, str] = field(default_factory=dict)
    _named: defaultdict[str, set[Ref]] = field(default_factory=lambda: defaultdict(set))
    """CustomDomains by their name and by every name above it."""
    _counts: Counter[str] = field(default_factory=Counter)
    """CustomDomains by namespace."""
    _holds: dict[Ref, Hold] = field(default_factory=dict)

    def observe(self, manifest: Manifest, ref: Ref) -> set[Ref]:
        """Take note of an object as it is now; return the objects to look at."""
        sighting = Sighting.of(manifest)
        if self.seen.get(ref) == sighting:
            return set()
        self.seen[ref] = sighting
        if ref.kind == CUSTOM_DOMAIN:
            self._index(ref, manifest)
            return {ref}
        return {ref, *self._touched_by(ref, Hold.of(manifest))}

    def forget(self, ref: Ref) -> set[Ref]:
        """Take note that an object is gone; return the objects to look at: its own run clears what is remembered."""
        if self.seen.pop(ref, None) is None:
            return set()
        if ref.kind == CUSTOM_DOMAIN:
            self._unindex(ref)
            return {ref}
        return {ref, *self._touched_by(ref, None)}

    def has_domains(self, namespace: str) -> bool:
        """Say whether there is any CustomDomain in the namespace."""
        return self._counts[namespace] > 0

    def _touched_by(self, claim: Ref, hold: Hold | None) -> Iterator[Ref]:
        # The fields that only its holder writes are no news for whoever lost the name.
        if self._holds.get(claim) == hold:
            return
        if hold is None:
            del self._holds[claim]
        else:
            self._holds[claim] = hold
        yield from self.overlapping(claim.name)

    def overlapping(self, name: str) -> set[Ref]:
        """Return the CustomDomains whose name is this one, lies below it or above it."""
        above = {ref for upper in ancestors(name) for ref in self._named.get(upper, ()) if self._names[ref] == upper}
        return above | self._named.get(name, set())

    def _index(self, ref: Ref, manifest: Manifest) -> None:
        self._unindex(ref)
        name = str((manifest.get("spec") or {}).get("domain", ""))
        self._names[ref] = name
        self._counts[ref.namespace] += 1
        for each in (name, *ancestors(name)):
            self._named[each].add(ref)

    def _unindex(self, ref: Ref) -> None:
        name = self._names.pop(ref, None)
        if name is None:
            return
        self._counts[ref.namespace] -= 1
        if not self._counts[ref.namespace]:
            del self._counts[ref.namespace]
        for each in (name, *ancestors(name)):
            self._named[each].discard(ref)
            if not self._named[each]:
                del self._named[each]
