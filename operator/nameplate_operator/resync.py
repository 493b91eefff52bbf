"""Compares full lists with what the watch has shown, at the start and then periodically."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nameplate_operator.lookout import Lookout, ref_of
from nameplate_operator.ports import Cluster, Kind, Manifest, ProviderError, Ref

log = logging.getLogger(__name__)

_LOOKED_EVERY = 0.1


@dataclass
class Resync:
    """The periodic comparison; ``listed`` once the watch has shown all that a list shows."""

    cluster: Cluster
    lookout: Lookout
    kinds: Sequence[Kind]
    every: float
    missed_after: float = 5.0
    """Seconds after which what the watch has not shown counts as missed: an event may be under way."""
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
        while True:
            try:
                live = [ref for ref, _ in await self._list()]
            except ProviderError as error:
                log.warning("The first list failed: %s", error.message)
                await asyncio.sleep(self.missed_after)
                continue
            if await self._shown(live):
                self.listed = True
                return
            log.warning("The watch has not shown everything yet")
            with contextlib.suppress(ProviderError):
                await self.once()

    async def _shown(self, live: Sequence[Ref]) -> bool:
        """Wait until the watch has shown all of these; not for ever, since what is gone in the meantime never is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.missed_after):
                # Each of ten thousand objects would raise an event, and each event would go through all of them again.
                while not all(ref in self.lookout.sightings.seen for ref in live):  # noqa: ASYNC110
                    await asyncio.sleep(_LOOKED_EVERY)
                return True
        return False

    async def once(self) -> int:
        """Compare now; return how many changes the watch had missed."""
        before = dict(self.lookout.sightings.seen)
        live = await self._list()
        await asyncio.sleep(self.missed_after)
        return self.lookout.compare(before, live, self.every)

    async def _list(self) -> list[tuple[Ref, Manifest]]:
        return [(ref_of(kind, each), each) for kind in self.kinds for each in await self.cluster.list(kind)]
