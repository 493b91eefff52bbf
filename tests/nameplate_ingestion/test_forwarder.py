"""The forwarder: each event of a log reaches the sink, in order, and its record retires only then."""

import asyncio
import json

from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.forwarder import Forwarder, Places
from nameplate_ingestion.record import Record, encode
from nameplate_ingestion.sinks.file import FileSink
from nameplate_ingestion.sinks.settings import FileSettings
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog


async def test_events_stand_in_the_file_before_their_record_retires(tmp_path):
    log = MemoryLog()
    sink = FileSink(FileSettings(tmp_path / "events"))
    forwarder = Forwarder("acme.example", log, Places(sink, DeadLetters(tmp_path / "dead")))
    serving = asyncio.create_task(forwarder.serve())
    last = log.append(encode(Record("web", "track", 0.0, "", "a", 1, b'{"userId":"u"}')))
    await eventually(lambda: log.retired == last, "the record retires")
    (line,) = (tmp_path / "events" / "events-000001.jsonl").read_text().splitlines()
    written = json.loads(line)
    assert (written["domain"], written["source"]) == ("acme.example", "web")
    assert written["event"]["messageId"] == "a-0"
    serving.cancel()
    await asyncio.wait([serving])
    await sink.close()
