"""An upstream without a network: a test says what each fetch ends with, and when."""

import asyncio

from nameplate_ingestion.library.upstream.cache import Lifetimes, UpstreamCache
from nameplate_ingestion.library.upstream.copies import Copies
from nameplate_ingestion.library.upstream.terms import Address, Copy, Fetched

BASE = "https://c.example"
DOMAIN = "cdp.acme.com"


def a_copy(body=b"1", validator='"v"'):
    return Copy.of(body, "text/javascript", gzip=False, validator=validator)


def at(path="/a"):
    return Address(BASE, path)


class Backing:
    """What stands on disk, without a disk."""

    def __init__(self):
        self.kept = {}

    def keep(self, url, copy):
        self.kept[url] = copy

    def drop(self, url):
        self.kept.pop(url, None)


class Played:
    """`answer` is returned, or raised; while `flowing` is not set, nobody gets it."""

    def __init__(self, entries=100, octets=1_000_000, wait_timeout=60.0):
        self.answer = Fetched(a_copy(), 600.0)
        self.asked = []
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.now = 5000.0
        self.told = []
        self.under_way = self.at_once = 0
        self.backing = Backing()
        copies = Copies(entries, octets, self.backing)
        lifetimes = Lifetimes(60.0, 86_400.0, wait_timeout)
        self.cache = UpstreamCache(self._fetch, copies, lifetimes, self.told.append, lambda: self.now)

    async def _fetch(self, address, validator):
        self.asked.append((address.path, validator))
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        try:
            await self.flowing.wait()
        finally:
            self.under_way -= 1
        answer = self.answer(address) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def get(self, path="/a", domain=DOMAIN):
        return await self.cache.get(at(path), domain)
