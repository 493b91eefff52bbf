"""All stations of one worker: opened for what the settings name and for what lies on disk, and ended together."""

import asyncio
import logging
import shutil
from pathlib import Path

from nameplate_api.mounts import VOLUME
from nameplate_ingestion.log.terms import LogInUseError
from nameplate_ingestion.metrics import BY_NAME, Numbers
from nameplate_ingestion.served import Domains
from nameplate_ingestion.station import SEGMENT_LEAST, Room, Station

STUCK_AFTER = 30.0
"""Seconds without progress after which a disk counts as hung."""
MANY = 8
"""Domains in one process, above which each gets smaller segments: they are filled with zeros beforehand."""

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
        self.problems: tuple[str, ...] = ()
        """Which records on disk find no way out, although what is served takes records."""
        self._orphans: dict[tuple[str, int], Station] = {}
        self._data, self._number, self._workers = data, number, workers

    async def follow(self, domains: Domains) -> None:
        """Open what is new, and let every station forward to the sink of its domain; what is served no more drains."""
        room = Room.of(VOLUME, self._workers)
        if len(domains) > MANY:
            room = room._replace(segment=SEGMENT_LEAST)
        await self._open_own(domains, room)
        problems = [
            await self._open_orphan(domain, n, room) for domain in domains for n in self._left_by_others(domain)
        ]
        self.incomplete = bool(self.failed) or any(problems)
        for station in self.all():
            if station.domain in domains:
                await station.turn_to(domains[station.domain].destination)
        problems += [await self._look_after(domain, room) for domain in sorted(self._unserved(domains))]
        self.problems = tuple(filter(None, problems))

    async def _open_own(self, domains: Domains, room: Room) -> None:
        new = [domain for domain in domains if domain not in self.own]
        opened = await asyncio.gather(*(self._open(domain, self._number, room) for domain in new))
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
            return await Station.open(domain, self._data / domain / str(number), room)
        except (OSError, LogInUseError) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            return f"the log of {domain} cannot be opened: {reason}"

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

    def unready(self) -> list[str]:
        """Return why records cannot be taken."""
        failed = [f"the log of {domain} failed" for domain, each in self.own.items() if not each.log.ready]
        return [*self.failed.values(), *failed]

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
