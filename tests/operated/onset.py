"""When conditions of CustomDomains first held, as a watch of the API server tells it, and the times as figures."""

import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from tests.cluster.access import ClusterAccess
from tests.world.edge_watch import Key, Mirror
from tests.world.loop_thread import LoopThread

PATH = "/apis/nameplate.dev/v1alpha1/customdomains"


class Onset:
    """Follows all CustomDomains in a thread of its own; `held` has Unix times by namespace, name and type."""

    def __init__(self, cluster: ClusterAccess) -> None:
        self.held: dict[Key, dict[str, float]] = {}
        self._cluster = cluster
        self._thread = LoopThread("onset")
        self._mirror: Mirror

    def __enter__(self) -> Self:
        async def begin() -> None:
            self._client = self._cluster.async_client()
            self._mirror = Mirror(self._client, PATH, self._note)
            self._following = self._thread.loop.create_task(self._mirror.follow())
            await self._mirror.filled.wait()

        self._thread.run(begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.close()

    def all_hold(self, condition: str, keys: Iterable[Key]) -> bool:
        """Tell whether the condition has held of all these."""
        return all(condition in self.held.get(key, ()) for key in keys)

    def _note(self) -> None:
        now = time.time()
        for key, seen in list(self._mirror.objects.items()):
            known = self.held.setdefault(key, {})
            for each in _conditions(seen):
                if each["status"] == "True":
                    known.setdefault(each["type"], now)


def _conditions(seen: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seen.get("status", {}).get("conditions", [])
    return found
