"""Power cuts under log, file sink and dead letters: what was acknowledged is in the log or in a whole line."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from nameplate_api.sources import Durability
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps, LineFiles
from nameplate_ingestion.delivery.sink import Delivery, Undeliverable, Verdict
from nameplate_ingestion.forwarder import Forwarder, Outlets
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps, NotTaken
from nameplate_ingestion.record import Record, decode, encode
from nameplate_ingestion.sinks.file import FileSink
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble
from tests.nameplate_ingestion.log.forgetful_files import ForgetfulFiles
from tests.nameplate_ingestion.log.using import STOPPED, read_all

ROUNDS = 400
LIVES = 4
OPERATIONS = 60
"""Of a life, before one of which the power is cut: about as many as it makes."""
KILLS = 0.2
"""The share of cuts that are only kills: what was not synced is there then, and may be torn by a later one."""
LOG, EVENTS, LETTERS = Path("/data/log"), Path("/data/events"), Path("/data/dead-letters")
CAPS = Caps(segment=1 << 13)
FILES = FileCaps(file=1 << 14, all=1 << 30)
CUT_AT = ("create", "prepare", "write", "sync", "sync_directory", "truncate", "remove")


class Picky(FileSink):
    """Refuses one event of three."""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        refused = [int(each.message_id) % 3 == 0 for each in batch]
        wanted = [each for each, no in zip(batch, refused, strict=True) if not no]
        if wanted:
            assert await super().deliver(wanted) == [None] * len(wanted)
        return [Undeliverable("not wanted") if no else None for no in refused]


class Life:
    """From one start to the next power cut."""

    def __init__(
        self, world: ForgetfulFiles, acknowledged: set[str], rng: random.Random, *, uncut: bool = False
    ) -> None:
        self.world = world
        self.acknowledged = acknowledged
        self.left: tuple[set[str], ForgetfulFiles] | None = None
        """What was acknowledged when the power was cut, and what the next boot finds."""
        self._rng = rng
        self._until_cut = rng.randrange(1, OPERATIONS)
        self._files = DiskTrouble(world)
        if not uncut:
            self._files.trouble = dict.fromkeys(CUT_AT, self._operate)

    def _operate(self, *_: str) -> None:
        self._until_cut -= 1
        if self._until_cut <= 0 and self.left is None:
            self.cut()

    def cut(self) -> None:
        """Look at what was promised first: more may be promised while this is under way."""
        acknowledged = set(self.acknowledged)
        killed = self._rng.random() < KILLS
        self.left = acknowledged, self.world.after_kill() if killed else self.world.after_power_cut(self._rng)

    async def live(self, first: int, count: int) -> None:
        """Take records of one to three events and forward them, until the power is cut or all is done."""
        log = DurableLog.open(LOG, CAPS, asyncio.get_running_loop(), self._files, STOPPED)
        sink, letters = Picky(EVENTS, FILES, self._files), DeadLetters(LETTERS, FILES, files=self._files)
        forwarding = asyncio.create_task(Forwarder("acme.example", log, Outlets(sink, letters)).serve())
        told: list[NotTaken | None] = []
        for number in range(first, first + count):
            self._append(log, number, told)
            if self._rng.random() < 0.5:
                await asyncio.sleep(0)

        def is_over() -> bool:
            return self.left is not None or (len(told) == count and log.octets == 0)

        await eventually(is_over, "the power to be cut or all to be delivered", look_every=0.001)
        forwarding.cancel()
        with suppress(asyncio.CancelledError):
            await forwarding
        await asyncio.gather(sink.close(), letters.close(), log.close())
        assert set(told) <= {None}, log.failure

    def _append(self, log: DurableLog, number: int, told: list[NotTaken | None]) -> None:
        ids = [str(1000 * number + index) for index in range(1 + number % 3)]
        size = self._rng.choice((10, 1000, 2000))
        events = [{"type": "track", "event": "e", "userId": f"u{number % 5}", "messageId": each} for each in ids]
        body = json.dumps({"batch": events, "context": {"x": "x" * size}}).encode()

        def done(reason: NotTaken | None) -> None:
            told.append(reason)
            if reason is None:
                self.acknowledged.update(ids)

        record = Record("web", "batch", 1.9e9, "", f"{number:032x}", len(ids), body)
        assert log.append(encode(record), Durability.DISK, done) is None


def lines_of(world: ForgetfulFiles) -> list[bytes]:
    lines = []
    for directory, name in ((EVENTS, "events"), (LETTERS, "dead-letters")):
        for path in LineFiles(directory, name, FILES, world).paths():
            descriptor = world.open(path)
            lines += world.read(descriptor, world.size(descriptor), 0).splitlines()
            world.close(descriptor)
    return lines


def id_of(line: bytes) -> str:
    return str(json.loads(line)["event"]["messageId"])


async def kept(world: ForgetfulFiles) -> set[str]:
    """Return the ids of the events that stand in whole lines, or in the log and will come."""
    found = set()
    for line in lines_of(world):
        with suppress(ValueError):
            found.add(id_of(line))
    log = DurableLog.open(LOG, CAPS, asyncio.get_running_loop(), world.after_kill(), STOPPED)
    for octets in await read_all(log):
        found |= {event["messageId"] for event in json.loads(decode(octets).body)["batch"]}
    await log.close()
    return found


async def test_what_was_acknowledged_is_in_the_log_or_in_a_synced_line_whenever_the_power_is_cut(
    counted: Callable[[int], list[int]], rng: random.Random, report: Callable[[str, str], None]
):
    cuts, rounds, acknowledged = 0, counted(ROUNDS), 0
    for number in rounds:
        chance = random.Random(f"{rng.random()}:{number}")  # noqa: S311 - repeatable, not secret
        world, owed = ForgetfulFiles(), set[str]()
        for life in range(LIVES):
            living = Life(world, set(owed), chance)
            await living.live(100 * life, chance.randrange(1, 40))
            cuts += living.left is not None
            if living.left is None:
                living.cut()
            assert living.left is not None
            owed, world = living.left
            acknowledged += len(owed)
            lost = owed - await kept(world)
            assert not lost, f"round {number}, life {life}: {sorted(lost)[:5]} of {len(owed)} are lost"
        last = Life(world, set(owed), chance, uncut=True)
        await last.live(100 * LIVES, 3)
        assert last.acknowledged <= {id_of(line) for line in lines_of(world)}, "every line is whole and says so"
    assert cuts
    report(
        "Power cuts under log, files and dead letters",
        f"{len(rounds)} rounds of {LIVES} lives: {cuts} cuts or kills in the midst of a life. The {acknowledged} "
        "events acknowledged by then, earlier ones counted again, were in the log or in whole lines after each.",
    )
