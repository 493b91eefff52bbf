"""Compares full lists with what the watch has shown, at the start and then periodically."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nameplate_operator.lookout import Lookout, ref_of
from nameplate_operator.ports import Cluster, Kind, Manifest, ProviderError, Ref

log = logging.getLogger(__name__)


@dataclass
class Resync:
    """The periodic comparison; ``listed`` once the watch has shown all that a list shows."""

    cluster: Cluster
    lookout: Lookout
    kinds: Sequence[Kind]
    every: float
    settle: float = 5.0
    """Seconds that an event may be under way in the watch before it counts as missed."""
    listed: bool = False

    async def serve(self) -> None:
        """Compare for ever."""
        await self._first()
        while True:
            await asyncio.sleep(self.every)
            try:
                await self.once()
            except ProviderError as error:
                log.warning("The periodic list failed: %s", error.message)

    async def _first(self) -> None:
        while not self.listed:
            try:
                live = [ref for ref, _ in await self._list()]
            except ProviderError as error:
                log.warning("The first list failed: %s", error.message)
                live = None
            # What is gone in the meantime is never shown, so that the list is asked for anew.
            for _ in range(50):
                if live is not None and all(ref in self.lookout.sightings.seen for ref in live):
                    self.listed = True
                    return
                await asyncio.sleep(0.1)
            log.warning("The watch has not shown everything yet")
            with contextlib.suppress(ProviderError):
                await self.once()

    async def once(self) -> int:
        """Compare now; return how many changes the watch had missed."""
        before = dict(self.lookout.sightings.seen)
        live = await self._list()
        await asyncio.sleep(self.settle)
        return self.lookout.compare(before, live, self.every)

    async def _list(self) -> list[tuple[Ref, Manifest]]:
        return [(ref_of(kind, each), each) for kind in self.kinds for each in await self.cluster.list(kind)]
