"""`kill -9` of a process that writes to a log: what it acknowledged is there, or was delivered."""

import subprocess
import sys
import time

import pytest

from nameplate_api.custom_domain import Durability
from tests.nameplate_ingestion.log import writer
from tests.nameplate_ingestion.log.using import a_log, read_all

ROUNDS = 200
ROUNDS_OF_ONE_LOG = 10


def run_and_kill(directory, first, level, after):
    """Run the writer, kill it so many seconds after its first line, and return what it acknowledged and delivered."""
    command = [sys.executable, writer.__file__, str(directory), str(first), level]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pipesize=1 << 20) as process:
        said = [process.stdout.readline()]
        time.sleep(after)
        process.kill()
        said += process.stdout.readlines()
    return tuple({int(line[1:]) for line in said if line[0] == letter} for letter in "AD")


@pytest.mark.timeout(900)
async def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path, counted, rng, report):
    owed, total, rounds = set(), 0, counted(ROUNDS)
    for done, _ in enumerate(rounds):
        directory = tmp_path / str(done // ROUNDS_OF_ONE_LOG)
        if not directory.exists():
            owed, number = set(), 0
        level = rng.choice([Durability.DISK, Durability.DISK, Durability.SINK])
        acknowledged, delivered = run_and_kill(directory, number, level, rng.uniform(0, 0.15))
        total += len(acknowledged)
        async with a_log(directory, writer.CAPS) as log:
            assert log.losses.damaged == ()
            found = await read_all(log)
        numbers = [int(octets[:16]) for octets in found]
        assert found == [writer.record(each) for each in numbers]
        assert numbers == sorted(set(numbers))
        owed = (owed | acknowledged) - delivered
        assert owed <= set(numbers)
        assert level is Durability.DISK or acknowledged <= delivered
        number = max([number, *numbers, *acknowledged, *delivered]) + 1
    assert total > 10 * len(rounds)
    report(
        "Kills of a process that writes to a log",
        f"{len(rounds)} kills: {total} records acknowledged, each of them there afterwards or delivered before.",
    )
