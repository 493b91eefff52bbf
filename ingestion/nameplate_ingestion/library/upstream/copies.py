"""The copies in memory: bounded in number and octets, and the one that nobody asked for longest goes first."""

from collections import OrderedDict
from typing import NamedTuple, Protocol

from nameplate_ingestion.library.upstream.terms import Copy

ENTRY_OCTETS = 1024
"""What an entry takes besides its body."""


class Entry(NamedTuple):
    """A copy with its times, by a clock that only this process knows."""

    copy: Copy
    fresh_until: float
    ask_at: float
    """When the upstream is to be asked again; later than `fresh_until` if it was of no use lately."""


class Backing(Protocol):
    """Where copies outlive the process."""

    def keep(self, url: str, copy: Copy) -> None:
        """Keep a copy, soon, if it can be done."""

    def drop(self, url: str) -> None:
        """Let a copy go."""


class Copies:
    """By URL."""

    def __init__(self, entries: int, octets: int, backing: Backing) -> None:
        """Take the bounds, and who keeps what is kept here."""
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._most_entries, self._most_octets = entries, octets
        self._octets = 0
        self._backing = backing

    def get(self, url: str) -> Entry | None:
        """Return an entry that somebody asks for."""
        entry = self._entries.get(url)
        if entry is not None:
            self._entries.move_to_end(url)
        return entry

    def put(self, url: str, entry: Entry, *, kept_already: bool = False) -> None:
        """Keep an entry in place of the one before it; `kept_already` if its copy was restored."""
        before = self._entries.pop(url, None)
        self._octets += _octets(entry) - (_octets(before) if before else 0)
        self._entries[url] = entry
        if not kept_already and (before is None or before.copy != entry.copy):
            self._backing.keep(url, entry.copy)
        while len(self._entries) > self._most_entries or self._octets > self._most_octets:
            self.drop(next(iter(self._entries)))

    def drop(self, url: str) -> None:
        """Let an entry go, if there is one."""
        entry = self._entries.pop(url, None)
        if entry is not None:
            self._octets -= _octets(entry)
            self._backing.drop(url)


def _octets(entry: Entry) -> int:
    return len(entry.copy.body) + ENTRY_OCTETS
