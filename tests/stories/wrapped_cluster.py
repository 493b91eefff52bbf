"""A Cluster in front of another that is told of every call: to count writes, or to delay what it likes."""

from collections.abc import Awaitable, Callable, Mapping

from nameplate_operator.ports import Cluster, Event, Kind, Manifest, Ref

WRITES = frozenset({"create", "apply", "patch", "delete", "apply_status"})


class WrappedCluster:
    """Awaits `before` with the verb of each call, then passes the call on, then awaits `after`."""

    def __init__(
        self,
        inner: Cluster,
        before: Callable[[str], Awaitable[None]],
        after: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._inner = inner
        self._before = before
        self._after = after or before

    async def get(self, ref: Ref) -> Manifest | None:
        await self._before("get")
        found = await self._inner.get(ref)
        await self._after("get")
        return found

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        await self._before("list")
        found = await self._inner.list(kind, namespace=namespace, labels=labels)
        await self._after("list")
        return found

    async def create(self, manifest: Manifest) -> Manifest:
        await self._before("create")
        stored = await self._inner.create(manifest)
        await self._after("create")
        return stored

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        await self._before("apply")
        stored = await self._inner.apply(manifest, manager)
        await self._after("apply")
        return stored

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        await self._before("patch")
        stored = await self._inner.patch(ref, changes)
        await self._after("patch")
        return stored

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        await self._before("delete")
        await self._inner.delete(ref, uid=uid, resource_version=resource_version)
        await self._after("delete")

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        await self._before("apply_status")
        stored = await self._inner.apply_status(manifest, manager)
        await self._after("apply_status")
        return stored

    async def emit(self, event: Event) -> None:
        await self._before("emit")
        await self._inner.emit(event)
        await self._after("emit")
