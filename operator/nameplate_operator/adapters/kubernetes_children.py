"""Watches all objects that carry our label, and wakes the CustomDomain that each names."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from nameplate_api.custom_domain import DOMAIN_LABEL
from nameplate_operator.adapters.kubernetes_mirror import Mirror
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.adapters.kubernetes_watch import Pace, Scope, Watch
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.ports import Kind, Manifest, Ref

Wake = Callable[[Ref], None]


@dataclass
class ChildWatch:
    """One watch per kind, and for kinds in ``by_namespace`` one per namespace that is named to it."""

    requests: Requests
    wake: Wake
    kinds: Iterable[Kind]
    by_namespace: Iterable[Kind] = ()
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self._everywhere = {kind: self._watch(kind) for kind in self.kinds}
        self._somewhere: dict[tuple[Kind, str], Watch] = {}
        self._tasks: dict[Watch, asyncio.Task[None]] = {}
        self._serving = False

    async def serve(self) -> None:
        """Watch until cancelled."""
        self._serving = True
        for watch in self._all():
            self._begin(watch)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._serving = False
            ending = tuple(self._tasks.values())
            for watch in self._all():
                self._end(watch)
            # Their connections must be let go of before the pool is closed.
            if ending:
                await asyncio.wait(ending)

    async def wait_for_lists(self) -> None:
        """Return once every kind that is watched everywhere has been listed."""
        while not self.current:  # noqa: ASYNC110 - a watch may fall behind again meanwhile
            await asyncio.sleep(0.05)

    @property
    def current(self) -> bool:
        """Say whether every kind that is watched everywhere is up to date, as far as can be known."""
        return all(watch.mirror.current for watch in self._everywhere.values())

    def watch_namespace(self, namespace: str) -> None:
        """Watch the namespace's own kinds too; may be said again."""
        for kind in self.by_namespace:
            if (kind, namespace) not in self._somewhere:
                watch = self._somewhere[kind, namespace] = self._watch(kind, namespace)
                self._begin(watch)

    def leave_namespace(self, namespace: str) -> None:
        """Watch the namespace's own kinds no longer; may be said again."""
        for kind in self.by_namespace:
            if watch := self._somewhere.pop((kind, namespace), None):
                self._end(watch)

    def mirror(self, kind: Kind, namespace: str) -> Mirror | None:
        """Return what mirrors the objects of that kind there, if anything does."""
        watch = self._everywhere.get(kind) or self._somewhere.get((kind, namespace))
        return watch.mirror if watch else None

    def _watch(self, kind: Kind, namespace: str = "") -> Watch:
        return Watch(self.requests, Scope(kind, DOMAIN_LABEL, namespace), self._changed, self.pace)

    def _all(self) -> Iterator[Watch]:
        yield from (*self._everywhere.values(), *self._somewhere.values())

    def _begin(self, watch: Watch) -> None:
        if self._serving:
            self._tasks[watch] = asyncio.create_task(watch.serve(), name=f"watch of {watch.scope}")

    def _end(self, watch: Watch) -> None:
        if task := self._tasks.pop(watch, None):
            task.cancel()

    def _changed(self, manifest: Manifest) -> None:
        meta = manifest["metadata"]
        if owner := (meta.get("labels") or {}).get(DOMAIN_LABEL):
            self.wake(Ref(CUSTOM_DOMAIN, owner, meta["namespace"]))
