"""Sinks that are made when they are needed: in a thread, until it succeeds, and none for domains without events."""

import asyncio
import threading
from pathlib import Path

import pytest

from nameplate_ingestion.delivery.sink import Delivery, SinkUnavailable
from nameplate_ingestion.late_sink import LateSink
from nameplate_ingestion.position import Position
from nameplate_ingestion.served import ToForward, ToKafka
from nameplate_ingestion.sink_choice import make_sink
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.played_sink import LIMITS, PlayedSink
from tests.world.loopback_certificate import self_signed

EVENT = Delivery(Position(1, 1), "acme.example", "web", "u", "m-1", b"{}")


class Closing(PlayedSink):
    """Notes that it was closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


async def test_a_sink_that_cannot_be_set_up_is_tried_again_with_each_attempt():
    made, failures = Closing(), [OSError("too many open files"), ImportError("of a library")]
    threads: set[threading.Thread] = set()

    def make() -> PlayedSink:
        threads.add(threading.current_thread())
        if failures:
            raise failures.pop()
        return made

    sink = LateSink(make)
    for said in ("ImportError", "OSError"):
        with pytest.raises(SinkUnavailable, match=f"cannot be set up: {said}"):
            await sink.deliver([EVENT])
    assert await asyncio.gather(*(sink.deliver([EVENT]) for _ in range(8))) == [[None]] * 8
    assert len(made.taken) == 8
    assert sink.limits == LIMITS
    assert threading.main_thread() not in threads
    await sink.close()
    assert made.closed


async def test_a_sink_that_is_being_made_when_it_is_to_end_is_closed():
    made, go_on, begun = Closing(), threading.Event(), threading.Event()

    def make() -> PlayedSink:
        begun.set()
        go_on.wait(60)
        return made

    sink = LateSink(make)
    delivering = asyncio.create_task(sink.deliver([EVENT]))
    await eventually(begun.is_set, "the sink is being made")
    delivering.cancel()
    await asyncio.wait([delivering])
    closing = asyncio.create_task(sink.close())
    go_on.set()
    await closing
    assert made.closed
    assert not made.taken


async def test_a_kafka_sink_without_its_authority_begins_once_that_is_there(tmp_path: Path):
    mounted, away = self_signed(tmp_path), tmp_path / "away.pem"
    mounted.rename(away)
    to = ToKafka(("127.0.0.1:9",), "events", tls=True, ca_file=str(mounted))
    sink = make_sink(to, tmp_path, 1024**2)
    with pytest.raises(SinkUnavailable, match="cannot be set up"):
        await sink.deliver([EVENT])
    away.rename(mounted)
    delivering = asyncio.create_task(sink.deliver([EVENT]))
    await eventually(lambda: "127.0.0.1:9" in sink.trouble, "a broker is asked", timeout=120)
    await sink.close()
    with pytest.raises(SinkUnavailable):
        await delivering


async def test_hundreds_of_domains_without_events_take_no_threads_for_their_sinks(tmp_path: Path):
    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    before = threads()
    destinations = (ToForward("https://127.0.0.1:9", {"web": "k"}), ToKafka(("127.0.0.1:9",), "events"))
    sinks = [make_sink(each, tmp_path, 1024**2) for each in destinations * 230]
    # Those of an earlier test may still be ending.
    assert threads() <= before
    await asyncio.gather(*(sink.close() for sink in sinks))
