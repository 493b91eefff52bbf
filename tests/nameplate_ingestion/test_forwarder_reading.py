"""The forwarder when its log cannot be read on: what came before is delivered once and retires, and that is told."""

import asyncio
import errno

import pytest

from nameplate_ingestion.delivery.sink import BatchLimits
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog
from tests.nameplate_ingestion.played_sink import PlayedSink, a_record
from tests.nameplate_ingestion.simulated_time import SimulatedTime
from tests.nameplate_ingestion.test_forwarder import forwarding

READABLE = 700
ALL = 1000


class BrokenLog(MemoryLog):
    """Cannot be read on from one place, as long as it is broken."""

    def __init__(self, failure):
        super().__init__()
        self.failure, self.failures = failure, 0
        self.broken = True

    async def read(self, after, most_octets):
        if not self.broken or after < self.records[READABLE - 1][0]:
            found = await super().read(after, most_octets)
            return [each for each in found if not self.broken or each[0] <= self.records[READABLE - 1][0]]
        self.failures += 1
        # As a disk does, once others had their turns.
        await asyncio.sleep(0)
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.EIO, "Input/output error"), "the log cannot be read: Input/output error"),
        (ValueError("there is no record behind this position"), "the log cannot be read: ValueError"),
    ],
)
async def test_what_comes_before_a_place_that_cannot_be_read_is_delivered_once_and_the_rest_later(
    tmp_path, failure, told
):
    time, log = SimulatedTime(), BrokenLog(failure)
    positions = [log.append(a_record(number, f"u{number % 23}")) for number in range(ALL)]
    sink = PlayedSink(limits=BatchLimits(deliveries=1, octets=1))
    jumping = asyncio.create_task(time.jumping())
    async with forwarding(log, sink, tmp_path, timing=time.timing()) as forwarder:
        await eventually(lambda: log.retired == positions[READABLE - 1], "what can be read retires")
        await eventually(lambda: time.now > 600, "ten minutes to pass")
        assert (forwarder.away, forwarder.log_unreadable) == (told, told)
        # Eight doublings up to a minute, then once or twice a minute.
        assert log.failures < 8 + 2 * (time.now / 60)
        log.broken = False
        await eventually(lambda: log.retired == positions[-1], "all records retire")
        assert forwarder.away == ""
    jumping.cancel()
    assert set(sink.counts().values()) == {1}
    assert len(sink.ids) == ALL
