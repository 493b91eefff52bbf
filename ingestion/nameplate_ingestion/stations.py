"""All stations of one worker: opened for what the settings name and for what lies on disk, and ended together."""

import asyncio
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

from nameplate_api.mounts import VOLUME
from nameplate_ingestion.delivery.budget import Budget
from nameplate_ingestion.log.terms import LogInUseError
from nameplate_ingestion.metrics import BY_NAME, Numbers
from nameplate_ingestion.served import Domains
from nameplate_ingestion.station import Room, Station
from nameplate_ingestion.tenant import Limits

STUCK_AFTER = 30.0
"""Seconds without progress after which a disk counts as hung."""

log = logging.getLogger(__name__)


class Stations:
    """Follows what is served; `own` are those that take records, by domain."""

    def __init__(self, data: Path, number: int, workers: int) -> None:
        """Take the directory of all data, and which worker of how many this is."""
        self.own: dict[str, Station] = {}
        self.failed: dict[str, str] = {}
        """Why a domain that is served has no station, by domain."""
        self.incomplete = False
        """Whether a log that has a sink is to be opened still."""
        self._problems: tuple[str, ...] = ()
        self._orphans: dict[tuple[str, int], Station] = {}
        self._data, self._number, self._workers = data, number, workers
        self._budget = Budget()

    async def follow(self, domains: Domains) -> None:
        """Open what is new, and let every station forward to the sink of its domain; what is served no more drains."""
        rooms = {domain: self._room(len(domains), each.tenant.limits) for domain, each in domains.items()}
        await self._open_own(rooms)
        problems = [
            await self._open_orphan(domain, n, room)
            for domain, room in rooms.items()
            for n in self._left_by_others(domain)
        ]
        self.incomplete = bool(self.failed) or any(problems)
        for station in self.all():
            if station.domain in domains:
                station.resize(rooms[station.domain])
                await station.turn_to(domains[station.domain].destination)
        spare = self._room(len(domains), Limits())
        problems += [await self._look_after(domain, spare) for domain in sorted(self._unserved(domains))]
        if sum(room.octets for room in rooms.values()) * self._workers > VOLUME:
            problems.append(f"{len(domains)} domains are too many for the volume: one may take the room of another")
        self._problems = tuple(filter(None, problems))

    def _room(self, domains: int, limits: Limits) -> Room:
        return Room.of(VOLUME, max(1, domains) * self._workers, limits.body)

    async def _open_own(self, rooms: Mapping[str, Room]) -> None:
        new = [domain for domain in rooms if domain not in self.own]
        opened = await asyncio.gather(*(self._open(domain, self._number, rooms[domain]) for domain in new))
        self.own |= {each.domain: each for each in opened if isinstance(each, Station)}
        self.failed = {domain: each for domain, each in zip(new, opened, strict=True) if isinstance(each, str)}

    async def _open_orphan(self, domain: str, number: int, room: Room) -> str:
        """Open what another worker left, for good; return what is wrong with it."""
        if (domain, number) not in self._orphans:
            opened = await self._open_filled(domain, number, room)
            if isinstance(opened, str):
                return opened
            if opened is not None:
                self._orphans[domain, number] = opened
        return ""

    async def _look_after(self, domain: str, room: Room) -> str:
        """Say what is wrong with a log that nobody serves; one that holds no records is removed."""
        opened = await self._open_filled(domain, self._number, room)
        if isinstance(opened, Station):
            await opened.close()
            return f"records of {domain} are on disk, and no settings name it"
        return opened or ""

    async def _open_filled(self, domain: str, number: int, room: Room) -> Station | str | None:
        """Open a log that takes no new records; if it has none either, it goes."""
        station = await self._open(domain, number, room)
        if isinstance(station, str) or station.log.octets:
            return station
        await station.close()
        await asyncio.to_thread(shutil.rmtree, self._data / domain / str(number) / "log", ignore_errors=True)
        return None

    async def _open(self, domain: str, number: int, room: Room) -> Station | str:
        """Return the station, or why there is none."""
        try:
            station = await Station.open(domain, self._data / domain / str(number), room)
        except (OSError, LogInUseError) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            return f"the log of {domain} cannot be opened: {reason}"
        station.budget = self._budget
        return station

    def _left_by_others(self, domain: str) -> list[int]:
        """Return the workers of a former, larger number that left a log; the first worker takes care of them."""
        if self._number:
            return []
        found = (entry.name for entry in (self._data / domain).glob("*") if (entry / "log").is_dir())
        return sorted(int(name) for name in found if name.isdecimal() and int(name) >= self._workers)

    def _unserved(self, domains: Domains) -> set[str]:
        entries = self._data.glob("*.*")
        on_disk = {entry.name for entry in entries if (entry / str(self._number) / "log").is_dir()}
        return on_disk - domains.keys() - self.own.keys()

    def all(self) -> list[Station]:
        """Return every open station."""
        return [*self.own.values(), *self._orphans.values()]

    @property
    def problems(self) -> tuple[str, ...]:
        """What somebody should mend, although what is served takes records: on disk, or in what it has room for."""
        full = (f"the disk has no room for the log of {each.domain}" for each in self.all() if each.log.full)
        stopped = (f"{each.domain}: {each.letters_away}" for each in self.all() if each.letters_away)
        unreadable = (f"{each.domain}: {each.log_unreadable}" for each in self.all() if each.log_unreadable)
        unopened = self.failed.values() if self.own else ()
        return (*self._problems, *unopened, *full, *stopped, *unreadable)

    def unready(self) -> list[str]:
        """Return why records cannot be taken.

        A log that cannot be opened is its domain's trouble alone while there are others; a disk that failed is not.
        """
        failed = [f"the log of {domain} failed" for domain, each in self.own.items() if not each.log.ready]
        return failed if self.own else list(self.failed.values())

    def stuck(self, now: float) -> list[str]:
        """Return which logs make no progress although records wait."""
        late = [each.domain for each in self.own.values() if each.stuck_for(now) > STUCK_AFTER and not each.log.full]
        return [f"the log of {domain} makes no progress" for domain in late]

    def count(self, numbers: Numbers) -> None:
        """Bring the numbers of all stations up to date."""
        joined: dict[tuple[str, str], float] = {}
        for each in self.all():
            for name, value in each.measured().items():
                key = name, each.domain
                joined[key] = BY_NAME[name].join(joined[key], value) if key in joined else value
        for (name, domain), value in joined.items():
            numbers.of(name)[domain,] = value

    async def drain(self, until: float) -> int:
        """Wait until all sinks have everything, or the loop's clock shows `until`; return the octets that are left."""
        left = await asyncio.gather(*(each.drain(until) for each in self.all()))
        for station, octets in zip(self.all(), left, strict=True):
            if octets:
                reason = f": {station.away}" if station.away else ""
                log.warning(
                    "%s octets of %s are left in its log and come after the next start%s",
                    octets,
                    station.domain,
                    reason,
                )
        return sum(left)

    async def close(self) -> None:
        """Close all."""
        await asyncio.gather(*(each.close() for each in self.all()))
