"""Stations: what each may take of the volume, and whose data is looked after."""

import asyncio
import errno
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nameplate_api.ingestion_settings import LimitSettings
from nameplate_api.mounts import VOLUME
from nameplate_api.sources import Durability
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import Record, encode
from nameplate_ingestion.run_command import MOST_WORKERS
from nameplate_ingestion.served import Served, ToFiles, ToNobody
from nameplate_ingestion.station import Room
from nameplate_ingestion.stations import Stations
from nameplate_ingestion.tenant import Tenant
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.simulated_time import SimulatedTime

DOMAIN = "cdp.acme.com"
SERVED = {DOMAIN: Served(Tenant(DOMAIN, "uid", "r1", (DOMAIN,), {}), ToFiles())}

RECORD = encode(Record("website", "track", 1.7e9, "", "0" * 32, 1, b'{"userId":"u","event":"e"}', device=True))
AWAY = {DOMAIN: Served(SERVED[DOMAIN].tenant, ToNobody("somebody forgot it"))}


LARGEST_BODY = next(each.le for each in LimitSettings.model_fields["body_size"].metadata if hasattr(each, "le"))


@pytest.mark.parametrize(
    ("stations", "body"),
    [*((workers, LARGEST_BODY) for workers in range(1, MOST_WORKERS + 1)), *((many, 512_000) for many in (64, 300))],
)
def test_all_that_the_stations_may_fill_fits_onto_the_volume(stations: int, body: int):
    room = Room.of(VOLUME, stations, body)
    each = room.log + 3 * room.segment + room.events + room.letters
    assert each * stations <= VOLUME * 0.9
    assert min(room) > 0
    assert room.segment > body + 24 + 1024, "a record with its header fits"
    assert room.octets == each


async def test_domains_that_no_volume_has_room_for_are_told_of(tmp_path: Path):
    stations = Stations(tmp_path, 0, 32)
    domains = {name: Served(replace(SERVED[DOMAIN].tenant, domain=name), ToFiles()) for name in _names(64)}
    await stations.follow(domains)
    assert stations.problems == ("64 domains are too many for the volume: one may take the room of another",)
    await stations.close()


def segments(data: Path) -> list[Path]:
    return list(data.glob("*/*/log/*.segment"))


def _names(count: int) -> list[str]:
    return [f"d{number}.acme.com" for number in range(count)]


async def test_hundreds_of_domains_take_disk_and_threads_only_once_they_are_used(tmp_path: Path):
    stations = Stations(tmp_path, 0, 1)
    threads = threading.active_count()
    await stations.follow(
        {name: Served(replace(SERVED[DOMAIN].tenant, domain=name), ToFiles()) for name in _names(230)}
    )
    assert not segments(tmp_path)
    # The loop's own for what blocks, of which there are at most as many as it likes.
    assert threading.active_count() - threads < 40
    taken: list[object] = []
    for name in ("d7.acme.com", "d229.acme.com"):
        stations.own[name].log.append(RECORD, Durability.DISK, taken.append)
    await eventually(lambda: taken == [None, None], "the records to be safe")
    assert {file.parts[-4] for file in segments(tmp_path)} == {"d7.acme.com", "d229.acme.com"}
    assert sum(file.stat().st_blocks * 512 for file in segments(tmp_path)) < VOLUME // 100
    await stations.close()


async def test_another_domain_leaves_less_room_to_those_before(tmp_path: Path):
    stations = Stations(tmp_path, 0, 1)
    await stations.follow(AWAY)
    log = stations.own[DOMAIN].log
    alone = log.caps.octets
    other = Served(replace(SERVED[DOMAIN].tenant, domain="d0.acme.com"), ToFiles())
    await stations.follow({**AWAY, "d0.acme.com": other})
    assert log.caps.octets == stations.own["d0.acme.com"].log.caps.octets < alone * 0.51
    await stations.close()


async def test_a_log_that_another_process_has_is_opened_once_that_is_gone(tmp_path: Path):
    first, second = Stations(tmp_path, 0, 1), Stations(tmp_path, 0, 1)
    await first.follow(SERVED)
    await second.follow(SERVED)
    (told,) = second.unready()
    assert "another process has" in told
    await first.close()
    await second.follow(SERVED)
    assert second.unready() == []
    await second.close()


async def test_a_domain_that_is_served_no_more_drains_and_its_log_goes_with_the_next_start(tmp_path: Path):
    stations = Stations(tmp_path, 0, 1)
    await stations.follow(SERVED)
    taken: list[object] = []
    stations.own[DOMAIN].log.append(b"no record", Durability.DISK, taken.append)
    await stations.follow({})
    await eventually(lambda: taken == [None], "the record to be safe")
    await eventually(lambda: stations.own[DOMAIN].log.octets == 0, "the log to be drained")
    assert names(tmp_path, "dead-letters"), "what cannot be read is kept"
    await stations.close()
    again = Stations(tmp_path, 0, 1)
    await again.follow({})
    assert (again.problems, again.all(), names(tmp_path, "log")) == ((), [], [])
    assert names(tmp_path, "dead-letters")


async def test_records_of_a_domain_without_settings_are_told_of_and_kept(tmp_path: Path):
    stations = Stations(tmp_path, 0, 1)
    await stations.follow(AWAY)
    taken: list[object] = []
    stations.own[DOMAIN].log.append(RECORD, Durability.DISK, taken.append)
    await eventually(lambda: taken == [None], "the record to be safe")
    await stations.close()
    again = Stations(tmp_path, 0, 1)
    for _ in range(2):
        await again.follow({})
        assert again.problems == (f"records of {DOMAIN} are on disk, and no settings name it",)
        assert (again.unready(), again.incomplete, again.all()) == ([], False, [])
    await again.follow(SERVED)
    await eventually(lambda: again.own[DOMAIN].log.octets == 0, "the log to be drained")
    assert again.problems == ()
    await again.close()


async def test_a_log_that_cannot_be_opened_takes_no_other_domain_out_of_service_but_a_failed_disk_does(tmp_path: Path):
    other = "d0.acme.com"
    domains = {**SERVED, other: Served(replace(SERVED[DOMAIN].tenant, domain=other), ToFiles())}
    (tmp_path / other).write_text("in the way")
    stations = Stations(tmp_path, 0, 1)
    await stations.follow(domains)
    assert (list(stations.own), stations.unready(), stations.incomplete) == ([DOMAIN], [], True)
    (problem,) = stations.problems
    assert problem == f"the log of {other} cannot be opened: File exists"
    (tmp_path / other).unlink()
    await stations.follow(domains)
    assert (sorted(stations.own), stations.problems, stations.incomplete) == ([DOMAIN, other], (), False)
    await stations.own[other].log.close()
    assert (stations.unready(), stations.stuck(float("inf"))) == ([f"the log of {other} failed"], [])
    await stations.close()


@pytest.mark.parametrize(
    ("place", "waits"),
    [
        pytest.param(f"{DOMAIN}/7/log", True, id="of a worker that there is no more"),
        pytest.param("gone.acme.com/0/log", False, id="of a domain that no settings name"),
    ],
)
async def test_a_log_that_takes_no_records_makes_nobody_unready(tmp_path: Path, place: str, waits: bool):
    domain = place.partition("/")[0]
    log = DurableLog.open(tmp_path / place, Caps(), asyncio.get_running_loop())
    stations = Stations(tmp_path, 0, 1)
    await stations.follow(SERVED)
    assert (list(stations.own), stations.unready(), stations.incomplete) == ([DOMAIN], [], waits)
    (problem,) = stations.problems
    assert problem.startswith(f"the log of {domain} cannot be opened: another process has")
    await log.close()
    await stations.follow(SERVED)
    assert (stations.problems, stations.incomplete) == ((), False)
    await stations.close()


async def test_the_logs_of_a_domain_are_counted_together_each_number_as_it_means(tmp_path: Path):
    left = DurableLog.open(tmp_path / DOMAIN / "7" / "log", Caps(), asyncio.get_running_loop())
    taken: list[object] = []
    left.append(RECORD, Durability.DISK, taken.append)
    await left.close()
    stations, numbers = Stations(tmp_path, 0, 1), Numbers()
    await stations.follow(AWAY)
    stations.own[DOMAIN].log.append(RECORD, Durability.DISK, taken.append)

    def counted() -> dict[str, float]:
        stations.count(numbers)
        return {name: numbers.of(name)[DOMAIN,] for name in ("log_bytes", "sink_away", "log_failed")}

    header = 24
    away = {"log_bytes": 2 * (header + len(RECORD)), "sink_away": 1, "log_failed": 0}
    await eventually(lambda: counted() == away, "the sink of both to be away")
    assert counted() == away
    await stations.own[DOMAIN].log.close()
    await eventually(lambda: counted() == away | {"log_failed": 1}, "one of the two to have failed")
    await stations.close()


async def test_a_log_that_cannot_be_read_is_told_of_by_readiness_and_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def broken(after: Position, most_octets: int) -> list[tuple[Position, bytes]]:
        raise OSError(errno.EIO, "Input/output error")

    stations, numbers = Stations(tmp_path, 0, 1), Numbers()
    await stations.follow(AWAY)
    monkeypatch.setattr(stations.own[DOMAIN].log, "read", broken)
    await stations.follow(SERVED)
    await eventually(lambda: stations.problems, "the trouble to be told")
    assert stations.problems == (f"{DOMAIN}: the log cannot be read: Input/output error",)
    assert stations.unready() == []
    stations.count(numbers)
    assert [numbers.of(name)[DOMAIN,] for name in ("log_unreadable", "sink_away", "log_failed")] == [1, 1, 0]
    await stations.close()


async def test_a_forwarder_that_fails_is_told_of_and_begins_again_later_and_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    time, failures = SimulatedTime(), 0
    monkeypatch.setattr("nameplate_ingestion.station.Timing", time.timing)

    async def broken(after: Position, most_octets: int) -> list[tuple[Position, bytes]]:
        nonlocal failures
        failures += 1
        raise ZeroDivisionError

    stations = Stations(tmp_path, 0, 1)
    await stations.follow(AWAY)
    station = stations.own[DOMAIN]
    station.log.append(RECORD, Durability.DISK, lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(station.log, "read", broken)
        await stations.follow(SERVED)
        await eventually(lambda: station.away.startswith("forwarding failed"), "the failure to be told")
        jumping = asyncio.create_task(time.jumping())
        await eventually(lambda: time.now > 600, "ten minutes to pass")
    # Eight doublings up to a minute, then once or twice a minute.
    assert failures < 8 + 2 * (time.now / 60)
    await eventually(lambda: not station.log.octets, "the record to retire")
    assert station.away == ""
    jumping.cancel()
    await stations.close()


def names(data: Path, part: str) -> list[str]:
    return [file.name for file in data.glob(f"*/*/{part}/*")]
