"""All that one worker has of upstream CDNs: the files that pages load, and the settings documents of its sources."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nameplate_ingestion.library.upstream import settings
from nameplate_ingestion.library.upstream.cache import Lifetimes, UpstreamCache
from nameplate_ingestion.library.upstream.copies import Copies
from nameplate_ingestion.library.upstream.disk import DiskCopies, forget_former
from nameplate_ingestion.library.upstream.terms import Address, Fetched, Found, Missing, UpstreamTrouble, Wanted

if TYPE_CHECKING:
    from nameplate_ingestion.library.upstream.client import UpstreamClient

MOST_FILES = 512
FILE_OCTETS = 1024**2
"""Of one file, as it is sent: what pages load has a tenth of that."""
FILES_OCTETS = 8 * 1024**2
MOST_DOCUMENTS = 4096
DOCUMENT_OCTETS = 256 * 1024
DOCUMENTS_OCTETS = 4 * 1024**2
_RESTORE_TIMEOUT = 5.0
_CLOSE_TIMEOUT = 1.0

FILES = Lifetimes(shortest=60.0, longest=86_400.0, wait_timeout=10.0)
# Nobody's page may wait for a slow upstream: until it has its settings it sends no event, and those of a visitor who
# leaves are lost. Who waited in vain gets our own document, and so goes without the destinations that run in pages, for
# once: the fetch goes on. To make even that rare, documents are asked for before any page wants them, and kept on disk.
DOCUMENTS = Lifetimes(shortest=60.0, longest=300.0, wait_timeout=1.0)

log = logging.getLogger(__name__)


class _Store(NamedTuple):
    """What is kept of one kind: in memory, and on disk for the next start."""

    cache: UpstreamCache
    disk: DiskCopies
    octets: int
    """What all copies may take."""


class Upstream:
    """Takes neither memory nor threads until a domain that has an upstream is served."""

    def __init__(
        self,
        directory: Path,
        number: int,
        workers: int,
        told: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where all workers keep copies, and which of how many this is.

        `told` is called with the kind (file, settings) and the result of each fetch.
        """
        self._directory, self._number, self._workers = directory, number, workers
        own = directory / str(number)
        disk = DiskCopies(own / "files")
        copies = Copies(MOST_FILES, FILES_OCTETS, disk)
        cache = UpstreamCache(partial(self._fetch, _file), copies, FILES, partial(told, "file"), clock)
        self._files = _Store(cache, disk, FILES_OCTETS)
        disk = DiskCopies(own / "settings")
        copies = Copies(MOST_DOCUMENTS, DOCUMENTS_OCTETS, disk)
        cache = UpstreamCache(partial(self._fetch, _document), copies, DOCUMENTS, partial(told, "settings"), clock)
        self._documents = _Store(cache, disk, DOCUMENTS_OCTETS)
        self._client: asyncio.Task[UpstreamClient] | None = None
        self._wanted: frozenset[Address] = frozenset()
        self._restored = False
        self._prefetching: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def follow(self, documents: Iterable[Address]) -> None:
        """Learn which settings documents are wanted from now on."""
        wanted = frozenset(documents)
        new = wanted - self._wanted
        self._wanted = wanted
        if not new:
            return
        if not self._restored:
            self._restored = True
            await self._restore({address.base for address in wanted})
        if self._prefetching is not None:
            self._prefetching.cancel()
        self._prefetching = asyncio.create_task(self._prefetch(sorted(wanted)))

    def ask(self, wanted: Wanted, done: Callable[[Found | Missing], None]) -> None:
        """Say what there is: at once if that is known, else as soon as it is."""
        cache = (self._documents if wanted.domain is None else self._files).cache
        known = cache.known(wanted.address)
        if known is not None:
            done(known)
            return
        telling = asyncio.create_task(_tell(cache, wanted, done))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """End all fetches, and keep on disk what waits for it."""
        if self._prefetching is not None:
            self._prefetching.cancel()
        await asyncio.gather(self._files.cache.close(), self._documents.cache.close(), *self._telling)
        for store in (self._files, self._documents):
            await asyncio.to_thread(store.disk.close, _CLOSE_TIMEOUT)
        if self._client is not None:
            client, *_ = await asyncio.gather(self._client, return_exceptions=True)
            if not isinstance(client, BaseException):
                await client.close()

    async def _restore(self, bases: set[str]) -> None:
        if self._number == 0:
            await asyncio.to_thread(forget_former, self._directory, self._workers)
        for cache, disk, octets in (self._files, self._documents):
            try:
                # A disk that hangs must not keep back what has nothing to do with it.
                async with asyncio.timeout(_RESTORE_TIMEOUT):
                    copies = await asyncio.to_thread(disk.load, octets)
            except (OSError, TimeoutError) as error:
                log.warning("Copies of the upstream CDN's files cannot be read: %s", type(error).__name__)
                continue
            for url, copy in copies:
                if any(url.startswith(f"{base}/") for base in bases):
                    cache.restore(url, copy)
                else:
                    disk.drop(url)

    async def _prefetch(self, addresses: list[Address]) -> None:
        """Have every document that is not at hand, one after the other."""
        for address in addresses:
            await self._documents.cache.get(address, None)

    async def _fetch(
        self, ask: "Callable[[UpstreamClient, Address, str], Awaitable[Fetched]]", address: Address, validator: str
    ) -> Fetched:
        making = self._client = self._client or asyncio.create_task(asyncio.to_thread(_make_client))
        try:
            # Whoever waits may be cancelled, and the client must be closed nevertheless.
            client = await asyncio.shield(making)
        except Exception as error:
            if self._client is making:
                self._client = None
            raise UpstreamTrouble(f"it cannot be asked: {type(error).__name__}", everything=True) from error
        return await ask(client, address, validator)


async def _tell(cache: UpstreamCache, wanted: Wanted, done: Callable[[Found | Missing], None]) -> None:
    done(await cache.get(wanted.address, wanted.domain))


def _make_client() -> "UpstreamClient":
    # Where nobody has an upstream, the library that asks takes no memory.
    from nameplate_ingestion.library.upstream.client import UpstreamClient  # noqa: PLC0415

    return UpstreamClient()


async def _file(client: "UpstreamClient", address: Address, validator: str) -> Fetched:
    return await client.file(address, validator, FILE_OCTETS)


async def _document(client: "UpstreamClient", address: Address, validator: str) -> Fetched:
    fetched = await client.document(address, validator, DOCUMENT_OCTETS)
    if fetched.copy is not None:
        try:
            settings.check(fetched.copy.body)
        except settings.BadSettings as error:
            # The last good one stays in use.
            raise UpstreamTrouble("it sent no settings document") from error
    return fetched
