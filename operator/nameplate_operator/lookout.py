"""Turns what is seen of CustomDomains and DomainClaims into wakes, and compares it with full lists now and then.

A watch can lose events: whatever vanished while it was cut is never told of. So nothing is decided from what was seen;
it only says whom to look at.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Kind, Manifest, Ref
from nameplate_operator.schedule import Lane
from nameplate_operator.sightings import Sighting, Sightings
from nameplate_operator.spread import share
from nameplate_operator.work_queue import WorkQueue

log = logging.getLogger(__name__)

Seen = Mapping[Ref, Sighting]


def ref_of(kind: Kind, manifest: Manifest) -> Ref:
    """Return the object's reference."""
    meta = manifest["metadata"]
    return Ref(kind, meta["name"], meta.get("namespace", ""))


class Namespaces(Protocol):
    """Who wants to know in which namespaces there are CustomDomains; both may be said again."""

    def watch_namespace(self, namespace: str) -> None:
        """Take note that there is one."""
        ...

    def leave_namespace(self, namespace: str) -> None:
        """Take note that there is none any more."""
        ...


class Lookout:
    """What has been seen, and the queue that it wakes."""

    def __init__(self, queue: WorkQueue, metrics: Metrics, namespaces: Namespaces | None = None) -> None:
        self.sightings = Sightings()
        self._queue = queue
        self._metrics = metrics
        self._namespaces = namespaces

    def heed(self, type_: str | None, kind: Kind, manifest: Manifest) -> None:
        """Take note of a watch event; a listing (type None) goes behind edits."""
        ref = ref_of(kind, manifest)
        if type_ == "DELETED":
            self._gone(ref)
            return
        if kind == CUSTOM_DOMAIN:
            self._metrics.show(ref, manifest)
            if self._namespaces:
                self._namespaces.watch_namespace(ref.namespace)
        lane = Lane.RESYNC if type_ is None else Lane.EDIT
        for each in self.sightings.observe(manifest, ref):
            self._queue.wake(each, lane)

    def compare(self, before: Seen, live: Iterable[tuple[Ref, Manifest]], every: float) -> int:
        """Make good what the watch missed; return how much that was.

        ``before`` is what had been seen when the list of ``live`` objects was asked for: what was seen to change since
        then is told apart from what was missed.
        """
        listed = dict(live)
        missed = 0
        for ref, manifest in listed.items():
            known = self.sightings.seen.get(ref)
            if known == before.get(ref) and known != Sighting.of(manifest):
                missed += 1
                self.heed(None, ref.kind, manifest)
            elif ref not in self._queue:
                self._queue.later(ref, every * share(known.uid if known else ""))
        for ref in before.keys() - listed.keys():
            if self.sightings.seen.get(ref) == before[ref]:
                missed += 1
                self._gone(ref)
        if missed:
            self._metrics.missed.inc(missed)
            log.warning("The watch had missed %d changes", missed)
        return missed

    def _gone(self, ref: Ref) -> None:
        if ref.kind == CUSTOM_DOMAIN:
            self._metrics.hide(ref)
        for each in self.sightings.forget(ref):
            self._queue.wake(each)
        if self._namespaces and ref.kind == CUSTOM_DOMAIN and not self.sightings.has_domains(ref.namespace):
            self._namespaces.leave_namespace(ref.namespace)
