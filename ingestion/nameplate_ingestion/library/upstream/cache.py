"""Serves from copies, and has the upstream asked once for all who wait; one that is away is left alone for a while."""

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from nameplate_api.json_lines import kind_and_places
from nameplate_ingestion.library.upstream.allowance import Allowance
from nameplate_ingestion.library.upstream.copies import Copies, Entry
from nameplate_ingestion.library.upstream.terms import (
    Address,
    Copy,
    Fetch,
    Fetched,
    Found,
    Missing,
    NotThere,
    UpstreamTrouble,
)

STALE_AFTER = 1.0
"""Seconds of a fetch after which those who could have a stale copy get it."""
AGAIN_AFTER = 15.0
"""Seconds until an upstream that was of no use is asked again."""
LONGEST_AGAIN_AFTER = 300.0
"""However long it asks to be left alone."""
ABSENT_AGAIN_AFTER = 60.0
"""Seconds for which a file that is not there is not asked for again."""
AT_ONCE = 6
"""Fetches under way; others wait for their turn."""
MOST_FETCHES = 64
"""Of one domain, under way or waiting: no domain is in another's way."""
MOST_WAITING = 1024
"""Requests of one domain's clients that wait for a fetch."""
MOST_REFUSALS = 2048

log = logging.getLogger(__name__)


class Lifetimes(NamedTuple):
    """Seconds."""

    shortest: float
    longest: float
    """Between these a copy is fresh, whatever the upstream says."""
    wait_timeout: float
    """How long those wait who have no copy."""


class _Flight(NamedTuple):
    task: asyncio.Task[Found | Missing]
    begun: float
    domain: str | None


class UpstreamCache:
    """Files of any number of upstreams; `told` is called with how each fetch ended."""

    def __init__(
        self,
        fetch: Fetch,
        copies: Copies,
        lifetimes: Lifetimes,
        told: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take who asks, who keeps, and for how long."""
        self._fetch, self._copies, self._lifetimes, self._told, self._clock = fetch, copies, lifetimes, told, clock
        self._allowance = Allowance(clock)
        self._flights: dict[str, _Flight] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting: Counter[str | None] = Counter()
        self._refusals: OrderedDict[str, tuple[Missing, float]] = OrderedDict()
        """With the time until which each holds, by URL."""
        self._away_until: dict[str, float] = {}
        """By upstream."""

    def restore(self, url: str, copy: Copy) -> None:
        """Take a copy of an earlier process: the upstream is asked whether it still holds once somebody wants it."""
        self._copies.put(url, Entry(copy, 0.0, 0.0), kept_already=True)

    def known(self, address: Address) -> Found | Missing | None:
        """Return what can be said without asking the upstream; None: it is to be asked."""
        now = self._clock()
        away = now < self._away_until.get(address.base, now)
        entry = self._copies.get(address.url)
        if entry is not None:
            return self._found(entry) if away or now < entry.ask_at else None
        missing, until = self._refusals.get(address.url, (Missing.AWAY, now))
        if now < until:
            return missing
        return Missing.AWAY if away else None

    async def get(self, address: Address, domain: str | None) -> Found | Missing:
        """Return the file, fresh or as good as can be; `domain` is charged if it is new, None: nobody is."""
        known = self.known(address)
        if known is not None:
            return known
        entry = self._copies.get(address.url)
        instead = Missing.BUSY if entry is None else self._found(entry)
        if self._waiting[domain] >= MOST_WAITING:
            return instead
        flight = self._flights.get(address.url)
        if flight is None:
            if sum(each.domain == domain for each in self._flights.values()) >= MOST_FETCHES:
                return instead
            # What is kept is asked for again rarely, however many want it.
            if entry is None and domain is not None and not self._allowance.take(domain):
                return instead
            flight = self._begin(address, entry, domain)
        wait_timeout = self._lifetimes.wait_timeout if entry is None else STALE_AFTER
        left = flight.begun + wait_timeout - asyncio.get_running_loop().time()
        self._waiting[domain] += 1
        try:
            # Who gives up waiting does not end the fetch: others wait too, and the next one finds its copy.
            await asyncio.wait({flight.task}, timeout=max(0.0, left))
        finally:
            self._waiting[domain] -= 1
        if flight.task.done() and not flight.task.cancelled():
            return flight.task.result()
        return Missing.AWAY if entry is None else self._found(entry)

    async def close(self) -> None:
        """End all fetches."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _found(self, entry: Entry) -> Found:
        return Found(entry.copy, max(0.0, entry.fresh_until - self._clock()))

    def _begin(self, address: Address, entry: Entry | None, domain: str | None) -> _Flight:
        task = asyncio.create_task(self._fly(address, entry))
        task.add_done_callback(lambda _: self._flights.pop(address.url))
        flight = self._flights[address.url] = _Flight(task, asyncio.get_running_loop().time(), domain)
        return flight

    async def _fly(self, address: Address, entry: Entry | None) -> Found | Missing:
        try:
            async with self._turn:
                fetched = await self._fetch(address, "" if entry is None else entry.copy.validator)
            return self._take(address, entry, fetched)
        except NotThere:
            self._told("absent")
            self._copies.drop(address.url)
            return self._refuse(address, Missing.ABSENT, ABSENT_AGAIN_AFTER)
        except UpstreamTrouble as trouble:
            return self._suffer(address, entry, trouble)
        except Exception as error:  # noqa: BLE001 - whatever it was: those who wait must have an answer
            log.error("Asking the upstream CDN ended in a fault of ours: %s", kind_and_places(error))  # noqa: TRY400
            return self._suffer(address, entry, UpstreamTrouble("a fault of ours"))

    def _take(self, address: Address, entry: Entry | None, fetched: Fetched) -> Found | Missing:
        copy = fetched.copy or (entry.copy if entry else None)
        if copy is None:
            raise UpstreamTrouble("it did not send what it was asked for")
        self._told("unchanged" if fetched.copy is None else "fetched")
        if self._away_until.pop(address.base, None) is not None:
            log.info("The upstream CDN %s answers again", address.base)
        shortest, longest, _ = self._lifetimes
        until = self._clock() + min(max(fetched.lifetime, shortest), longest)
        fresh = Entry(copy, until, until)
        self._copies.put(address.url, fresh)
        return self._found(fresh)

    def _suffer(self, address: Address, entry: Entry | None, trouble: UpstreamTrouble) -> Found | Missing:
        self._told("away" if trouble.everything else "unusable")
        after = max(AGAIN_AFTER, min(trouble.retry_after or 0.0, LONGEST_AGAIN_AFTER))
        if trouble.everything:
            if address.base not in self._away_until:
                log.warning("The upstream CDN %s is away: %s", address.base, trouble)
            self._away_until[address.base] = self._clock() + after
        if entry is None:
            return self._refuse(address, Missing.AWAY, after)
        stale = entry._replace(ask_at=self._clock() + after)
        self._copies.put(address.url, stale)
        return self._found(stale)

    def _refuse(self, address: Address, missing: Missing, seconds: float) -> Missing:
        self._refusals[address.url] = missing, self._clock() + seconds
        self._refusals.move_to_end(address.url)
        if len(self._refusals) > MOST_REFUSALS:
            self._refusals.popitem(last=False)
        return missing
